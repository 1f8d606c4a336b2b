-- Leads of one tenant, the pipeline they move through, and what is kept about them.
-- The files from here to 70 run as the application, once per tenant, inside a transaction.
-- Variables: tenant, stream, members, leads, until.
INSERT INTO lad_data.lead_stages (id, tenant_id, key, label, description, color, display_order,
    created_at, updated_at)
SELECT example.id(:'tenant', 'stage', n), :'tenant', key, initcap(key),
       CASE WHEN n > 7 THEN 'The tenant''s own' END, format('#%s', left(md5(key), 6)), n,
       :'until', :'until'
FROM unnest(ARRAY['lead', 'contact', 'qualified', 'proposal', 'negotiation', 'closed-won',
                  'closed-lost', 'demo-booked', 'trial_2']) WITH ORDINALITY AS s (key, n);

INSERT INTO lad_data.lead_statuses (id, tenant_id, key, label, color, created_at, updated_at)
SELECT example.id(:'tenant', 'status', n), :'tenant', key, initcap(key),
       format('#%s', left(md5(key), 6)), :'until', :'until'
FROM unnest(ARRAY['new', 'contacted', 'qualified', 'unqualified', 'lost', 'converted', 'nurture'])
    WITH ORDINALITY AS s (key, n);

INSERT INTO lad_data.leads (id, tenant_id, created_by_user_id, assigned_user_id, user_id, first_name,
    last_name, email, phone, country_code, base_number, company_name, company_domain, title,
    linkedin_url, stage, status, priority, estimated_value, currency, custom_fields, tags, notes,
    source, source_id, location, raw_data, is_archived, last_activity_at, next_follow_up_at,
    created_at, updated_at, is_deleted, deleted_at)
SELECT example.id(:'tenant', 'lead', n), :'tenant',
       example.id(:'tenant', 'user', example.skewed(example.roll(k, 1), :members)),
       CASE WHEN example.chance(k, 2, 80)
            THEN example.id(:'tenant', 'user', example.skewed(example.roll(k, 3), :members)) END,
       NULL,
       example.pick(example.first_names(), example.roll(k, 4)),
       example.pick(example.last_names(), example.roll(k, 5)),
       CASE WHEN example.chance(k, 6, 85)
            THEN format('lead%s@%s.example', n, example.roll(k, 7) % 997) END,
       '+9715' || base_number, '+971', 500000000 + base_number,
       format('%s %s', example.pick(example.companies(), example.roll(k, 8)), example.roll(k, 9) % 500),
       CASE WHEN example.chance(k, 10, 70) THEN format('%s.example', example.roll(k, 7) % 997) END,
       example.pick(example.titles(), example.roll(k, 11)),
       CASE WHEN example.chance(k, 12, 60) THEN 'https://www.linkedin.com/in/' || n END,
       example.word(ARRAY['lead', 'contact', 'qualified', 'proposal', 'negotiation', 'closed-won',
                          'closed-lost', 'demo-booked', 'trial_2'], n, example.roll(k, 13)),
       example.word(ARRAY['new', 'contacted', 'qualified', 'unqualified', 'lost', 'converted',
                          'nurture'], n, example.roll(k, 14)),
       1 + example.roll(k, 15) % 4,
       CASE WHEN example.chance(k, 16, 50)
            THEN (example.roll(k, 17) % 10000000000)::numeric / 100000 END,
       example.pick('{USD,USD,AED,EUR}', example.roll(k, 18)),
       CASE WHEN example.chance(k, 19, 40)
            THEN jsonb_build_object('budget', example.roll(k, 20) % 100000, 'vip', n % 50 = 0) END,
       CASE WHEN example.chance(k, 21, 30) THEN '["hot", "événement"]'::jsonb ELSE '[]' END,
       CASE WHEN example.chance(k, 22, 25) THEN example.pick(example.notes(), example.roll(k, 23)) END,
       example.pick('{apollo,import,web,referral}', example.roll(k, 24)),
       CASE WHEN example.chance(k, 25, 60) THEN example.apollo_id('source', k) END,
       example.pick(example.cities(), example.roll(k, 26)),
       CASE WHEN example.chance(k, 27, 20)
            THEN jsonb_build_object('id', k, 'headline', example.pick(example.titles(), k & 255)) END,
       example.chance(k, 28, 5), example.moment(:'until', example.roll(k, 29), 30),
       CASE WHEN example.chance(k, 30, 30)
            THEN :'until'::timestamptz + make_interval(secs => example.roll(k, 31) % 864000) END,
       example.moment(:'until', example.roll(k, 32), 180),
       example.moment(:'until', example.roll(k, 32) % 864000, 10),
       example.chance(k, 33, 4),
       CASE WHEN example.chance(k, 33, 4) THEN :'until'::timestamptz - interval '1 day' END
FROM (SELECT n, k, example.roll(k, 0) % 90000000 + 1 AS base_number
      FROM (SELECT n, example.row_key(:stream, 'lead', n) AS k
            FROM generate_series(1, :leads) AS n) AS keys) AS r;

INSERT INTO lad_data.lead_notes (id, tenant_id, lead_id, created_by_user_id, created_by, content,
    metadata, created_at, updated_at, is_deleted, deleted_at)
SELECT example.id(:'tenant', 'note', n), :'tenant',
       example.id(:'tenant', 'lead', example.skewed(example.roll(k, 1), :leads)), author, author,
       example.pick(example.notes(), example.roll(k, 3)),
       CASE WHEN n % 3 = 0 THEN '{"pinned": true}'::jsonb ELSE '{}' END,
       example.moment(:'until', example.roll(k, 4), 170), :'until',
       n % 20 = 0, CASE WHEN n % 20 = 0 THEN :'until'::timestamptz END
FROM (SELECT n, k, example.id(:'tenant', 'user', example.skewed(example.roll(k, 2), :members)) AS author
      FROM (SELECT n, example.row_key(:stream, 'note', n) AS k
            FROM generate_series(1, :leads / 2) AS n) AS keys) AS r;

INSERT INTO lad_data.lead_attachments (id, tenant_id, lead_id, file_url, file_name, file_type,
    file_size, uploaded_by_user_id, uploaded_by, link, created_at, updated_at, is_deleted, deleted_at)
SELECT example.id(:'tenant', 'attachment', n), :'tenant',
       example.id(:'tenant', 'lead', 1 + example.roll(k, 1) % :leads),
       format('https://files.example/%s', md5(k::text)), format('Angebot №%s.pdf', n),
       example.pick('{application/pdf,image/png,text/csv}', example.roll(k, 2)),
       example.roll(k, 3) % 5000000, author, author,
       CASE WHEN n % 4 = 0 THEN 'https://docs.example/' || n END,
       example.moment(:'until', example.roll(k, 5), 170), :'until',
       n % 8 = 0, CASE WHEN n % 8 = 0 THEN :'until'::timestamptz END
FROM (SELECT n, k, example.id(:'tenant', 'user', 1 + example.roll(k, 4) % :members) AS author
      FROM (SELECT n, example.row_key(:stream, 'attachment', n) AS k
            FROM generate_series(1, :leads / 10) AS n) AS keys) AS r;

-- A member's slots are an hour apart, so that no two overlap.
INSERT INTO lad_data.lead_bookings (id, tenant_id, lead_id, assigned_user_id, parent_booking_id,
    booking_type, booking_source, scheduled_at, buffer_until, timezone, status, call_result,
    retry_count, notes, created_by_user_id, created_by, task_name, task_scheduled_at, task_status,
    executed_at, execution_attempts, last_execution_error, idempotency_key, created_at, updated_at,
    is_deleted, deleted_at)
SELECT example.id(:'tenant', 'booking', n), :'tenant',
       example.id(:'tenant', 'lead', 1 + example.roll(k, 1) % :leads), assignee,
       CASE WHEN n % 10 = 0 THEN example.id(:'tenant', 'booking', n - 1) END,
       example.pick('{consultation,follow_up,demo,onboarding,support}', example.roll(k, 3)),
       example.pick('{system,user}', example.roll(k, 4)), scheduled_at,
       CASE WHEN n % 3 > 0 THEN scheduled_at + interval '45 minutes' END,
       example.pick('{Asia/Dubai,Europe/Berlin,America/Sao_Paulo}', example.roll(k, 5)),
       example.word(ARRAY['scheduled', 'in_progress', 'completed', 'cancelled', 'missed', 'failed',
                          'no-show', 'rescheduled', 'confirmed'], n, example.roll(k, 6)),
       CASE WHEN n % 2 = 0 THEN 'interested' END, CASE WHEN n % 10 = 0 THEN 1 ELSE 0 END,
       CASE WHEN n % 5 = 0 THEN example.pick(example.notes(), example.roll(k, 7)) END,
       assignee, assignee, 'follow-up-' || n, scheduled_at - interval '10 minutes',
       example.word(ARRAY['pending', 'scheduled', 'executed', 'cancelled', 'failed'], n,
                    example.roll(k, 8)),
       CASE WHEN n % 5 = 3 THEN scheduled_at END, n % 3,
       CASE WHEN n % 5 = 0 THEN 'timeout' END, CASE WHEN n % 2 = 0 THEN 'book ' || n END,
       scheduled_at - interval '2 days', :'until', n % 12 = 0,
       CASE WHEN n % 12 = 0 THEN :'until'::timestamptz END
FROM (SELECT n, k, example.id(:'tenant', 'user', 1 + n % :members) AS assignee,
             date_trunc('hour', :'until'::timestamptz) - (n / :members - 20) * interval '1 hour'
                 AS scheduled_at
      FROM (SELECT n, example.row_key(:stream, 'booking', n) AS k
            FROM generate_series(1, 10 + :leads / 10) AS n) AS keys) AS r;

INSERT INTO lad_data.lead_social (id, tenant_id, lead_id, data, linkedin, whatsapp, instagram,
    facebook, created_at, updated_at)
SELECT example.id(:'tenant', 'social', n), :'tenant', example.id(:'tenant', 'lead', 3 * n),
       jsonb_build_object('followers', example.roll(k, 1) % 20000, 'bio', '🚀 ' || n),
       'https://www.linkedin.com/in/' || 3 * n,
       CASE WHEN n % 2 = 0 THEN '+97150' || example.roll(k, 2) % 10000000 END,
       CASE WHEN n % 3 = 0 THEN '@lead' || n END, NULL,
       example.moment(:'until', example.roll(k, 3), 170), :'until'
FROM (SELECT n, example.row_key(:stream, 'social', n) AS k
      FROM generate_series(1, :leads / 3) AS n) AS r;
