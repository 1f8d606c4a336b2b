-- Voice of one tenant: voices, agents, numbers, batches, calls and what was understood from them.
-- Variables: tenant, stream, members, leads, until. A call that is to end well is still ongoing
-- here; 85_billing.sql finishes it through lad.finish_call, which prices and charges it.
SELECT greatest(24, :leads / 8) AS calls, greatest(8, :leads / 100) AS batches \gset

INSERT INTO lad_data.voice_agent_voices (id, tenant_id, provider, provider_voice_id, description,
    gender, accent, language, voice_sample_url, provider_config, created_at, updated_at)
SELECT example.id(:'tenant', 'voice', n), :'tenant', example.pick('{elevenlabs,openai,azure}', n),
       md5('voice' || n), CASE WHEN n > 1 THEN 'Warm and calm — für lange Gespräche' END,
       example.pick('{female,male,neutral}', n), example.pick('{british,gulf,mexican}', n),
       example.pick('{en,ar,es,de}', n), 'https://voices.example/' || n, '{"stability": 0.4}',
       :'until', :'until'
FROM generate_series(1, 4) AS n;

-- Agents are numbered from a million on, so that agents the application adds do not meet them.
INSERT INTO lad_data.voice_agents (id, tenant_id, name, agent_instructions, system_instructions,
    outbound_starter_prompt, inbound_starter_prompt, voice_id, gender, language, created_at, updated_at)
SELECT 1000000 + n, :'tenant', format('Agent %s', example.pick(example.first_names(), n)),
       'Qualify the lead.', 'Never promise a price.', 'Hello, is this a good time?',
       CASE WHEN n % 2 = 0 THEN 'Thank you for calling.' END,
       CASE WHEN n < 5 THEN example.id(:'tenant', 'voice', n) END,
       example.pick('{female,male}', n), example.pick('{en,ar,es}', n), :'until', :'until'
FROM generate_series(1, 5) AS n;

INSERT INTO lad_data.voice_agent_numbers (id, tenant_id, country_code, base_number, provider, status,
    default_agent_id, rules, created_at, updated_at)
SELECT example.id(:'tenant', 'number', n), :'tenant', example.pick('{+971,+49,+1}', n),
       400000000 + example.roll(:stream, n) % 1000000 * 10 + n, 'twilio',
       CASE WHEN n = 4 THEN 'inactive' ELSE 'active' END,
       CASE WHEN n < 4 THEN 1000000 + n END, '{"record": true}', :'until', :'until'
FROM generate_series(1, 4) AS n;

INSERT INTO lad_data.voice_user_profiles (id, tenant_id, user_id, default_agent_id,
    default_number_id, preferences, platform, external_user_id, role, created_at, updated_at,
    is_deleted, deleted_at)
SELECT example.id(:'tenant', 'voice profile', n), :'tenant', example.id(:'tenant', 'user', n),
       1000001 + n % 5, example.id(:'tenant', 'number', 1 + n % 4), '{"autodial": false}',
       example.pick('{web,slack}', n), 'ext-' || n, 'agent', :'until', :'until',
       n = 5, CASE WHEN n = 5 THEN :'until'::timestamptz END
FROM generate_series(1, :members) AS n;

INSERT INTO lad_data.voice_call_batches (id, tenant_id, initiated_by_user_id, agent_id, voice_id,
    from_number_id, job_id, status, total_calls, completed_calls, failed_calls, metadata, scheduled_at,
    started_at, finished_at, created_at, updated_at, is_deleted, deleted_at, max_attempts,
    retry_seconds, wave_size)
SELECT example.id(:'tenant', 'batch', n), :'tenant',
       example.id(:'tenant', 'user', example.skewed(example.roll(k, 1), :members)),
       1000001 + n % 5, example.id(:'tenant', 'voice', 1 + n % 4),
       example.id(:'tenant', 'number', 1 + n % 4), 'job-' || n,
       example.word(ARRAY['pending', 'queued', 'running', 'completed', 'stopped', 'failed',
                          'cancelled'], n, example.roll(k, 2)),
       12, n % 12, n % 3, '{"wave": 1}', created_at, created_at + interval '1 minute',
       CASE WHEN n % 7 = 4 THEN created_at + interval '1 hour' END, created_at, :'until',
       n % 16 = 0, CASE WHEN n % 16 = 0 THEN :'until'::timestamptz END, 1 + n % 3,
       CASE WHEN n % 2 = 0 THEN 600 END, CASE WHEN n % 3 = 0 THEN 12 END
FROM (SELECT n, k, example.moment(:'until', example.roll(k, 3), 150) AS created_at
      FROM (SELECT n, example.row_key(:stream, 'batch', n) AS k
            FROM generate_series(1, :batches) AS n) AS keys) AS r;

INSERT INTO lad_data.voice_call_logs (id, tenant_id, initiated_by_user_id, lead_id, agent_id,
    from_number_id, to_country_code, to_base_number, campaign_id, campaign_lead_id, campaign_step_id,
    batch_id, status, direction, started_at, ended_at, duration_seconds, transcripts, currency,
    metadata, created_at, updated_at)
SELECT example.id(:'tenant', 'call', n), :'tenant',
       example.id(:'tenant', 'user', example.skewed(example.roll(k, 1), :members)),
       CASE WHEN n % 10 > 0 THEN example.id(:'tenant', 'lead', 1 + example.roll(k, 2) % :leads) END,
       1000000 + example.skewed(example.roll(k, 3), 5),
       example.id(:'tenant', 'number', 1 + example.roll(k, 4) % 4),
       '+971', 500000001 + example.roll(k, 5) % 90000000,
       CASE WHEN of_campaign THEN example.id(:'tenant', 'campaign', 1 + enrolment % campaigns) END,
       CASE WHEN of_campaign THEN example.id(:'tenant', 'enrolment', enrolment) END,
       CASE WHEN of_campaign
            THEN example.id(:'tenant', 'step', 10 * (1 + enrolment % campaigns) + 6) END,
       CASE WHEN n % 2 = 0 THEN example.id(:'tenant', 'batch', 1 + n % :batches) END,
       status, CASE WHEN n % 10 = 0 THEN 'inbound' ELSE 'outbound' END,
       CASE WHEN status NOT IN ('in_queue', 'queued', 'pending') THEN created_at END,
       CASE WHEN status IN ('failed', 'error', 'not_reachable', 'declined', 'rejected', 'no_answer',
                            'busy', 'cancelled') THEN created_at + interval '20 seconds' END, 0,
       CASE WHEN n % 3 = 0
            THEN '[{"role": "agent", "text": "¿Hola?"}, {"role": "lead", "text": "مرحبا"}]'::jsonb END,
       'USD', CASE WHEN example.ends_well(k, n)
                   THEN jsonb_build_object('planned_seconds', 5 + example.roll(k, 8) % 600)
                   ELSE '{}' END,
       created_at, :'until'
FROM (SELECT n, k, campaigns, example.roll(k, 9) % greatest(1, :leads / 2) + 1 AS enrolment,
             n % 4 = 1 AND :leads > 1 AS of_campaign,
             example.moment(:'until', example.roll(k, 10), 150) AS created_at,
             CASE WHEN example.ends_well(k, n) THEN 'ongoing'
                  ELSE example.word(ARRAY['in_queue', 'queued', 'pending', 'calling', 'ringing',
                      'ongoing', 'in_progress', 'failed', 'error', 'not_reachable', 'declined',
                      'rejected', 'no_answer', 'busy', 'cancelled'], n, example.roll(k, 11)) END
             AS status
      FROM (SELECT n, example.row_key(:stream, 'call', n) AS k, greatest(6, :leads / 400) AS campaigns
            FROM generate_series(1, :calls) AS n) AS keys) AS r;

INSERT INTO lad_data.voice_call_batch_entries (id, tenant_id, batch_id, lead_id, status,
    error_message, last_error, to_phone, call_log_id, retry_count, created_at, updated_at, is_deleted,
    deleted_at, position, claim, lease_until, next_attempt_at)
SELECT example.id(:'tenant', 'entry', n), :'tenant',
       example.id(:'tenant', 'batch', 1 + 2 * n % :batches),
       example.id(:'tenant', 'lead', 1 + example.roll(k, 1) % :leads),
       example.word(ARRAY['queued', 'running', 'dispatched', 'completed', 'failed', 'declined',
                          'cancelled', 'ended'], n, example.roll(k, 2)),
       error, error, '+9715' || example.roll(k, 3) % 90000000,
       CASE WHEN n % 5 > 0 THEN example.id(:'tenant', 'call', 2 * n) END, n % 2,
       example.moment(:'until', example.roll(k, 4), 150), :'until',
       n % 30 = 0, CASE WHEN n % 30 = 0 THEN :'until'::timestamptz END, n,
       CASE WHEN n % 3 > 0 THEN example.id(:'tenant', 'claim', n / 12) END,
       CASE WHEN n % 8 IN (1, 2) THEN :'until'::timestamptz + interval '5 minutes' END,
       CASE WHEN n % 16 = 8 THEN :'until'::timestamptz + interval '1 minute' END
FROM (SELECT n, example.row_key(:stream, 'entry', n) AS k,
             CASE WHEN n % 8 = 5 THEN 'no answer within 20 minutes' END AS error
      FROM generate_series(1, :calls / 2) AS n) AS r;

INSERT INTO lad_data.voice_call_analysis (id, tenant_id, call_log_id, lead_id, summary, sentiment,
    lead_category, lead_extraction, cost, analysis_cost, key_points, key_phrases, recommendations,
    disposition, stages_reached, created_at, updated_at)
SELECT example.id(:'tenant', 'analysis', n), :'tenant', example.id(:'tenant', 'call', 3 * n),
       CASE WHEN n % 2 = 0 THEN example.id(:'tenant', 'lead', 1 + example.roll(k, 1) % :leads) END,
       example.pick(example.notes(), example.roll(k, 2)),
       example.pick('{positive,neutral,negative}', example.roll(k, 3)),
       example.pick('{hot,warm,cold}', example.roll(k, 4)),
       jsonb_build_object('budget', example.roll(k, 5) % 90000), cost, cost,
       '["budget", "timing"]', '["next quarter"]', CASE WHEN n % 3 = 0 THEN 'Call back on Monday.' END,
       example.pick('{callback,not_interested,meeting}', example.roll(k, 6)), '["intro", "pitch"]',
       example.moment(:'until', example.roll(k, 7), 150), :'until'
FROM (SELECT n, k, (example.roll(k, 8) % 50000)::numeric / 1000000 AS cost
      FROM (SELECT n, example.row_key(:stream, 'analysis', n) AS k
            FROM generate_series(1, :calls / 3) AS n) AS keys) AS r;
