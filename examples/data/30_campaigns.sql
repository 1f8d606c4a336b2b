-- Campaigns of one tenant: steps, enrolled leads, and what was done to each.
-- Variables: tenant, stream, members, leads, until. A campaign takes up to 400 leads; lead n is in
-- campaign (n mod campaigns) + 1, every second lead is in one.
SELECT greatest(6, :leads / 400) AS campaigns \gset

INSERT INTO lad_data.campaigns (id, tenant_id, name, description, status, created_by_user_id,
    created_by, updated_by_user_id, config, starts_at, ends_at, execution_state, last_lead_check_at,
    next_run_at, last_execution_reason, campaign_start_date, campaign_duration_days, days_executed,
    last_run_date, created_at, updated_at, is_deleted, deleted_at)
SELECT example.id(:'tenant', 'campaign', n), :'tenant', format('Kampagne %s – %s', n,
           example.pick(example.industries(), example.roll(k, 1))),
       CASE WHEN n % 2 = 0 THEN 'Reach out, follow up, call.' END,
       example.word(ARRAY['draft', 'running', 'paused', 'completed', 'stopped', 'archived'], n,
                    example.roll(k, 2)),
       author, author, CASE WHEN n % 3 = 0 THEN author END,
       jsonb_build_object('daily_limit', 20, 'weekly_limit', 140,
                          'channels', '["linkedin", "email", "voice"]'::jsonb),
       starts_at, CASE WHEN n % 4 > 0 THEN starts_at + interval '60 days' END,
       example.word(ARRAY['active', 'waiting_for_leads', 'sleeping_until_next_day', 'error'], n,
                    example.roll(k, 4)),
       :'until', :'until'::timestamptz + interval '1 day',
       CASE WHEN n % 4 = 0 THEN 'daily limit reached' END, starts_at, 60, n % 60,
       (starts_at AT TIME ZONE 'UTC')::date, starts_at - interval '1 day', :'until',
       n > 6 AND n % 12 = 0, CASE WHEN n > 6 AND n % 12 = 0 THEN :'until'::timestamptz END
FROM (SELECT n, k, example.id(:'tenant', 'user', example.skewed(example.roll(k, 3), 4)) AS author,
             example.moment(:'until', example.roll(k, 5), 170) AS starts_at
      FROM (SELECT n, example.row_key(:stream, 'campaign', n) AS k
            FROM generate_series(1, :campaigns) AS n) AS keys) AS r;

INSERT INTO lad_data.campaign_steps (id, tenant_id, campaign_id, type, step_type, "order", step_order,
    title, description, config, created_at, updated_at, is_deleted, deleted_at)
SELECT example.id(:'tenant', 'step', 10 * n + s), :'tenant', example.id(:'tenant', 'campaign', n),
       type, type, s, s, initcap(replace(type, '_', ' ')),
       CASE WHEN s = 1 THEN 'First contact' END,
       CASE type WHEN 'delay' THEN '{"hours": 24}'::jsonb WHEN 'condition' THEN '{"if": "opened"}'
                 ELSE jsonb_build_object('template', 'step-' || s) END,
       :'until', :'until', false, NULL
FROM generate_series(1, :campaigns) AS n,
     unnest(ARRAY['linkedin_visit', 'linkedin_connect', 'linkedin_message', 'email_send',
                  'email_followup', 'voice_call', 'whatsapp_message', 'delay', 'condition'])
         WITH ORDINALITY AS types (type, s);

INSERT INTO lad_data.campaign_leads (id, tenant_id, campaign_id, lead_id, first_name, last_name,
    email, company_name, title, lead_data, status, current_step_order, started_at, completed_at,
    snapshot, enriched_email, enriched_at, created_at, updated_at, is_deleted, deleted_at)
SELECT example.id(:'tenant', 'enrolment', n), :'tenant',
       example.id(:'tenant', 'campaign', 1 + n % :campaigns), example.id(:'tenant', 'lead', 2 * n),
       example.pick(example.first_names(), example.roll(k, 1)),
       example.pick(example.last_names(), example.roll(k, 2)), format('lead%s@crm.example', 2 * n),
       example.pick(example.companies(), example.roll(k, 3)),
       example.pick(example.titles(), example.roll(k, 4)),
       CASE WHEN n % 2 = 0 THEN jsonb_build_object('apollo_person_id', example.apollo_id('apollo', k))
            ELSE '{}' END,
       example.word(ARRAY['pending', 'active', 'completed', 'stopped', 'error'], n,
                    example.roll(k, 5)),
       example.roll(k, 6) % 9, CASE WHEN n % 5 > 0 THEN enrolled_at + interval '1 hour' END,
       CASE WHEN n % 5 = 2 THEN enrolled_at + interval '9 days' END,
       jsonb_build_object('score', example.roll(k, 7) % 100),
       CASE WHEN n % 3 = 0 THEN format('direct%s@crm.example', n) END,
       CASE WHEN n % 3 = 0 THEN enrolled_at END, enrolled_at, :'until',
       n % 30 = 0, CASE WHEN n % 30 = 0 THEN :'until'::timestamptz END
FROM (SELECT n, k, example.moment(:'until', example.roll(k, 8), 150) AS enrolled_at
      FROM (SELECT n, example.row_key(:stream, 'enrolment', n) AS k
            FROM generate_series(1, :leads / 2) AS n) AS keys) AS r;

INSERT INTO lad_data.campaign_lead_activities (id, tenant_id, campaign_lead_id, campaign_id, step_id,
    channel, step_type, action_type, status, subject, message_content, error_message, metadata,
    executed_at, created_at, updated_at, is_deleted, deleted_at)
SELECT example.id(:'tenant', 'activity', n), :'tenant', example.id(:'tenant', 'enrolment', enrolment),
       example.id(:'tenant', 'campaign', campaign), example.id(:'tenant', 'step', 10 * campaign + s),
       channel, (ARRAY['linkedin_visit', 'linkedin_connect', 'linkedin_message', 'email_send',
                       'email_followup', 'voice_call', 'whatsapp_message', 'delay', 'condition'])[s],
       CASE WHEN s = 6 THEN 'call' ELSE 'send' END,
       example.word(ARRAY['pending', 'queued', 'sent', 'delivered', 'opened', 'clicked', 'connected',
                          'replied', 'failed', 'skipped', 'cancelled', 'error'], n,
                    example.roll(k, 3)),
       CASE WHEN channel = 'email'
            THEN 'Kurze Frage, ' || example.pick(example.first_names(), example.roll(k, 4)) END,
       CASE WHEN n % 3 > 0 THEN example.pick(example.notes(), example.roll(k, 5)) END,
       CASE WHEN n % 12 IN (0, 9) THEN 'rate limited' END,
       jsonb_build_object('attempt', 1 + n % 3), CASE WHEN n % 4 > 0 THEN done_at END,
       done_at, :'until', n % 40 = 0, CASE WHEN n % 40 = 0 THEN :'until'::timestamptz END
FROM (SELECT n, k, enrolment, 1 + enrolment % :campaigns AS campaign,
             1 + (example.roll(k, 2) % 9)::int AS s,
             example.word(ARRAY['linkedin', 'email', 'voice', 'whatsapp', 'sms', 'web'], n,
                          example.roll(k, 6)) AS channel,
             example.moment(:'until', example.roll(k, 7), 140) AS done_at
      FROM (SELECT n, k, example.skewed(example.roll(k, 1), greatest(1, :leads / 2)) AS enrolment
            FROM (SELECT n, example.row_key(:stream, 'activity', n) AS k
                  FROM generate_series(1, :leads * 4 / 5) AS n) AS keys) AS e) AS r;
