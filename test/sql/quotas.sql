-- Quotas: months and days of the tenant's zone, overage, what counts and what gives back.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE ROLE quotas_app LOGIN IN ROLE lad_app;
CREATE ROLE quotas_service LOGIN IN ROLE lad_service;
INSERT INTO lad_data.tenants (id, name, slug, status, metadata) VALUES
    ('a0000000-0000-4000-8000-000000000032', 'Quotas A', 'quotas-a', 'active', '{}'),
    ('b0000000-0000-4000-8000-000000000032', 'Quotas B', 'quotas-b', 'active', '{"timezone": "America/New_York"}');
INSERT INTO lad_data.users (id, email) SELECT ('c' || n || '000000-0000-4000-8000-000000000032')::uuid, n || '@quotas.example' FROM generate_series(1, 2) n;
INSERT INTO lad_data.memberships (tenant_id, user_id, role)
SELECT 'a0000000-0000-4000-8000-000000000032', id, CASE left(id::text, 2) WHEN 'c1' THEN 'owner' ELSE 'member' END
FROM lad_data.users WHERE email LIKE '%@quotas.example';
\set a '''a0000000-0000-4000-8000-000000000032'''
\set b '''b0000000-0000-4000-8000-000000000032'''
SELECT lad.issue_token(:a, 'c1000000-0000-4000-8000-000000000032') AS owner, lad.issue_token(:a, 'c2000000-0000-4000-8000-000000000032') AS member \gset
CREATE FUNCTION public.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; code text; detail text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
    RETURN code || ': ' || message || coalesce(' | ' || nullif(detail, ''), '');
END $$;
-- One use of a feature at a time: ok, or why not.
CREATE FUNCTION public.use(feature text, key text, at timestamptz DEFAULT now(), seconds numeric DEFAULT 1) RETURNS text LANGUAGE sql AS $$
    SELECT public.attempt(format('SELECT lad.record_usage(%L, jsonb_build_array(jsonb_build_object(''category'', ''stt'', ''provider'', ''openai'',
        ''model'', ''whisper-1'', ''unit'', ''second'', ''quantity'', %s)), %L, occurred_at => %L)', feature, seconds, key, at)) $$;

SET SESSION AUTHORIZATION quotas_app;
BEGIN;
SELECT lad.authenticate(:'member');
SELECT public.attempt('SELECT lad.set_entitlement(''ai'')');
COMMIT;
BEGIN;
SELECT lad.authenticate(:'owner');
SELECT lad.create_wallet(currency => 'USD') AS wallet \gset
SELECT balance_after FROM lad.topup(:'wallet', 100, 'quotas opening');
SELECT lad.set_entitlement('ai', monthly_quota => 3, daily_quota => 2) AS entitlement \gset
SELECT lad.set_entitlement('ai', monthly_quota => 3, daily_quota => 2) = :'entitlement' AS same;
SELECT public.attempt('SELECT lad.set_entitlement(' || arguments || ')') FROM (VALUES ('NULL'), ('''Not a key'''), ('''ai'', monthly_quota => -1'),
    ('''ai'', daily_quota => -0.000001'), ('''ai'', daily_quota => ''NaN'''), ('''ai'', daily_quota => 0.0000001'), ('''ai'', overage_rate => -1'),
    ('''ai'', allow_overages => true'), ('''ai'', metadata => ''[]'''), ('''ai'', metadata => ''{"unit": 1}'''), ('''ai'', metadata => NULL'),
    ('''ai'', enabled => NULL')) AS t (arguments);

-- Two a day, three a month, by when they occurred; a retry is not refused, a void gives back.
SELECT * FROM lad.check_quota('ai', 1);
SELECT * FROM lad.check_quota('anything', 1000000);
SELECT public.attempt(format('SELECT lad.check_quota(%s)', arguments)) FROM (VALUES ('''ai'', -1'), ('''ai'', NULL'), ('NULL, 1'), ('''A'', 1'), ('''ai'', ''Infinity''')) AS t (arguments);
SELECT key, at, public.use('ai', key, at) FROM (VALUES ('1', '2025-03-30 23:59:59.999999+00'::timestamptz), ('2', '2025-03-31 00:00+00'), ('3', '2025-03-31 23:59+00'),
    ('4', '2025-03-31 12:00+00'), ('5', '2025-03-01 00:00+00'), ('3', '2025-03-31 23:59+00'), ('6', '2025-02-28 23:59:59+00'), ('7', '2025-04-01 00:00+00')) AS t (key, at);
SELECT lad.void_usage(id, 'give back') FROM lad_data.billing_usage_events WHERE idempotency_key = '2';
SELECT public.use('ai', '8', '2025-03-31 12:00+00'), public.use('ai', '9', '2025-03-31 12:00+00');
-- Charged counts as pending does, failed until it is voided.
SELECT public.use('ai', 'today 1');
SELECT lad.charge_usage(id) IS NOT NULL AS charged FROM lad_data.billing_usage_events WHERE idempotency_key = 'today 1';
SELECT * FROM lad.check_quota('ai', 2);
COMMIT;
RESET SESSION AUTHORIZATION;
UPDATE lad_data.billing_usage_events SET status = 'failed' WHERE tenant_id = :a AND idempotency_key = '8';
SET SESSION AUTHORIZATION quotas_app;
BEGIN;
SELECT lad.authenticate(:'owner');
SELECT public.use('ai', '10', '2025-03-31 12:00+00');
SELECT lad.void_usage(id, 'give back') FROM lad_data.billing_usage_events WHERE idempotency_key = '8';
SELECT public.use('ai', '10', '2025-03-31 12:00+00');

-- What counts: the units of the entitlement.
SELECT lad.set_entitlement('ai-seconds', monthly_quota => 100, metadata => '{"unit": "second"}') IS NOT NULL AS is_set;
SELECT public.use('ai-seconds', 's1', '2025-05-01', 60.5), public.use('ai-seconds', 's2', '2025-05-02', 39.500001), public.use('ai-seconds', 's3', '2025-05-03', 39.5);
SELECT total_quantity, total_cost FROM lad_data.billing_usage_events WHERE idempotency_key = 's3';

-- Overage: each unit over is charged once, however many quotas it exceeds, and tells so in an item of its own.
SELECT lad.set_entitlement('ai-seconds', monthly_quota => 100, daily_quota => 30, allow_overages => true, overage_rate => 0.0000015, metadata => '{"unit": "second"}') IS NOT NULL AS is_set;
SELECT public.use('ai-seconds', 'o1', '2025-06-01', 20), public.use('ai-seconds', 'o2', '2025-06-01', 15), public.use('ai-seconds', 'o3', '2025-06-02', 100), public.use('ai-seconds', 'o4', '2025-06-02', 1);
SELECT public.use('ai-seconds', 'o2', '2025-06-01', 15) AS again;
SELECT idempotency_key, total_quantity, total_cost, usage_items->1 AS overage FROM lad_data.billing_usage_events WHERE idempotency_key ~ '^o\d' ORDER BY 1;
SELECT amount FROM lad.charge('ai-seconds', '[{"category": "stt", "provider": "openai", "model": "whisper-1", "unit": "second", "quantity": 40}]', 'o5', occurred_at => '2025-07-01');
SELECT status, total_cost, usage_items->1->>'cost' AS overage FROM lad_data.billing_usage_events WHERE idempotency_key = 'o5';
SELECT * FROM lad.check_quota('ai-seconds', 31);
SELECT public.attempt($$SELECT lad.record_usage('ai-seconds', '[{"category": "overage", "provider": "lad", "model": "ai", "unit": "second", "quantity": -1}]', 'x')$$);
SELECT public.attempt($$SELECT lad.record_usage('ai-seconds', '[{"category": "overage", "provider": "lad", "model": "ai", "unit": "second", "quantity": 1}]', 'x')$$);

-- A feature that is off; a quota of nothing.
SELECT lad.set_entitlement('ai-off', enabled => false) IS NOT NULL AS is_set, lad.set_entitlement('ai-none', monthly_quota => 0) IS NOT NULL AS is_set;
SELECT public.use('ai-off', 'x'), public.use('ai-none', 'x');
SELECT allowed, overage FROM lad.check_quota('ai-off', 0);
SELECT allowed, overage FROM lad.check_quota('ai-none', 0);
COMMIT;

-- Calls are never refused, and count.
RESET SESSION AUTHORIZATION;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT lad.set_entitlement('voice-agent', daily_quota => 2, metadata => '{"unit": "second"}') IS NOT NULL AS is_set;
INSERT INTO lad_data.voice_call_logs (to_country_code, to_base_number, status, duration_seconds, cost_breakdown)
VALUES ('+971', 501234567, 'ended', 100, '{"items": [{"category": "stt", "provider": "openai", "model": "whisper-1", "unit": "second", "quantity": 100}]}');
SELECT status, total_quantity FROM lad_data.billing_usage_events WHERE tenant_id = :a AND feature_key = 'voice-agent';
SELECT allowed, remaining_day FROM lad.check_quota('voice-agent', 1);
COMMIT;

-- The windows of a zone: days of 23 and 25 hours, the last moment of a month, a midnight that comes twice.
SET SESSION AUTHORIZATION quotas_service;
BEGIN;
SELECT lad.authenticate_service(:b, 'test');
SELECT lad.set_entitlement('ai', daily_quota => 1) IS NOT NULL AS is_set, lad.set_entitlement('ai-month', monthly_quota => 1) IS NOT NULL AS is_set;
SELECT key, at, public.use('ai', key, at) FROM (VALUES
    ('d1', '2025-03-09 00:00 America/New_York'::timestamptz), ('d2', '2025-03-09 23:59:59 America/New_York'), ('d3', '2025-03-10 03:59:59+00'), ('d4', '2025-03-10 04:00+00'),
    ('d5', '2025-11-02 00:00 America/New_York'), ('d6', '2025-11-03 04:59:59+00'), ('d7', '2025-11-03 05:00+00')) AS t (key, at);
SELECT key, at, public.use('ai-month', key, at) FROM (VALUES
    ('m1', '2024-02-29 23:59:59 America/New_York'::timestamptz), ('m2', '2024-02-01 05:00+00'), ('m3', '2024-02-01 04:59:59+00'), ('m4', '2024-03-01 05:00+00')) AS t (key, at);
COMMIT;
RESET SESSION AUTHORIZATION;
UPDATE lad_data.tenants SET metadata = '{"timezone": "America/Havana"}' WHERE id = :b;
SET SESSION AUTHORIZATION quotas_service;
BEGIN;
SELECT lad.authenticate_service(:b, 'test');
SELECT lad.set_entitlement('ai-havana', daily_quota => 1) IS NOT NULL AS is_set;
-- Clocks in Havana went back from 1:00 to 0:00 on 2 November 2025, at 05:00 UTC.
SELECT key, public.use('ai-havana', 'havana ' || key, at) FROM (VALUES ('1', '2025-11-01 04:00+00'::timestamptz), ('2', '2025-11-02 04:59:59+00'), ('3', '2025-11-02 05:00+00'), ('4', '2025-11-03 04:59:59+00'), ('5', '2025-11-03 05:00+00')) AS t (key, at);
COMMIT;
RESET SESSION AUTHORIZATION;
UPDATE lad_data.tenants SET metadata = '{"timezone": "Nowhere/City"}' WHERE id = :b;
SET SESSION AUTHORIZATION quotas_service;
BEGIN;
SELECT lad.authenticate_service(:b, 'test');
SELECT public.use('ai', 'nowhere'), public.use('ai-free', 'nowhere');
COMMIT;
RESET SESSION AUTHORIZATION;
DROP FUNCTION public.use(text, text, timestamptz, numeric), public.attempt(text);
DROP ROLE quotas_app;
DROP ROLE quotas_service;
