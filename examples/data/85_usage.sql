-- Money of one tenant, as the application moves it: calls that end are priced and charged, and so is
-- other usage. Variables: tenant, number, stream, leads, until.
SELECT :number % 3 = 0 AS in_usd \gset
\if :in_usd
SELECT count(lad.finish_call(id, example.pick('{ended,completed}', seconds), seconds,
    created_at + make_interval(secs => seconds), jsonb_build_array(
        jsonb_build_object('category', 'stt', 'provider', 'openai', 'model', 'whisper-1',
                           'unit', 'second', 'quantity', seconds),
        jsonb_build_object('category', 'llm', 'provider', 'openai', 'model', 'gpt-4',
                           'unit', 'token', 'quantity', seconds * 11),
        jsonb_build_object('category', 'tts', 'provider', 'openai', 'model', 'tts-1',
                           'unit', 'character', 'quantity', seconds * 9),
        jsonb_build_object('category', 'telephony', 'provider', 'twilio', 'model', 'voice',
                           'unit', 'minute', 'quantity', ceil(seconds / 60.0))),
    'https://recordings.example/' || id))
\else
SELECT count(lad.finish_call(id, example.pick('{ended,completed}', seconds), seconds,
    created_at + make_interval(secs => seconds), NULL, 'https://recordings.example/' || id))
\endif
FROM (SELECT id, created_at, (metadata->>'planned_seconds')::int AS seconds
      FROM lad_data.voice_call_logs
      WHERE tenant_id = :'tenant' AND status = 'ongoing' AND metadata ? 'planned_seconds'
      ORDER BY created_at, id) AS planned \g /dev/null

SELECT count(lad.record_usage('apollo-leads', jsonb_build_array(jsonb_build_object(
        'category', 'enrichment', 'provider', 'apollo', 'model', model, 'unit', 'record',
        'quantity', example.skewed(example.roll(k, 1), 10))),
    'search ' || n, example.id(:'tenant', 'user', 4), 'apollo-' || n,
    least(example.moment(:'until', example.roll(k, 2), 60), now())))
FROM (SELECT n, example.row_key(:stream, 'search', n) AS k,
             example.pick(CASE WHEN :'in_usd' THEN '{contact,company}'::text[]
                               ELSE '{search,email-reveal,phone-reveal}' END, n) AS model
      FROM generate_series(1, greatest(8, :leads / 40)) AS n) AS searches \g /dev/null
-- A few stay pending.
SELECT count(lad.charge_usage(id))
FROM (SELECT id FROM lad_data.billing_usage_events
      WHERE tenant_id = :'tenant' AND feature_key = 'apollo-leads' AND status = 'pending'
          AND idempotency_key !~ '[05]$'
      ORDER BY idempotency_key) AS recorded \g /dev/null
