-- The life of a call: started once with its credits held, finished by whatever is delivered, corrected
-- and reconciled to the credit.
SET client_min_messages = warning;
CREATE ROLE lifecycle_service LOGIN IN ROLE lad_service;
CREATE ROLE lifecycle_app LOGIN IN ROLE lad_app;
\set a '''a0000000-0000-4000-8000-0000000c0001'''
\set b '''b0000000-0000-4000-8000-0000000c0001'''
INSERT INTO lad_data.tenants (id, name, slug, status, metadata) VALUES
    (:a, 'Lifecycle A', 'lifecycle-a', 'active',
     '{"business_hours": {"timezone": "UTC", "days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "to": "24:00"}}'),
    (:b, 'Lifecycle B', 'lifecycle-b', 'active', '{}');
INSERT INTO lad_data.users (id, email) SELECT ('c' || n || '000000-0000-4000-8000-0000000c0001')::uuid, n || '@lifecycle.example' FROM generate_series(1, 5) n;
INSERT INTO lad_data.memberships (tenant_id, user_id, role)
SELECT :a, id, CASE left(id::text, 2) WHEN 'c1' THEN 'owner' WHEN 'c4' THEN 'viewer' ELSE 'member' END
FROM lad_data.users WHERE email LIKE '%@lifecycle.example';
INSERT INTO lad_data.tenant_features (tenant_id, feature_key) VALUES (:a, 'voice-agent');
INSERT INTO lad_data.user_capabilities (tenant_id, user_id, capability_key, feature_key)
    VALUES (:a, 'c3000000-0000-4000-8000-0000000c0001', 'make_calls', 'voice-agent');
INSERT INTO lad_data.voice_agents (tenant_id, id, name) VALUES (:a, 7700, 'Agent'), (:b, 7701, 'Other');
INSERT INTO lad_data.voice_agent_numbers (tenant_id, id, country_code, base_number) VALUES
    (:a, 'd1000000-0000-4000-8000-0000000c0001', '+971', 1), (:a, 'd2000000-0000-4000-8000-0000000c0001', '+971', 2),
    (:b, 'd3000000-0000-4000-8000-0000000c0001', '+971', 3);
INSERT INTO lad_data.voice_permissions (tenant_id, user_id, number_id)
    VALUES (:a, 'c2000000-0000-4000-8000-0000000c0001', 'd1000000-0000-4000-8000-0000000c0001');
INSERT INTO lad_data.leads (tenant_id, id) VALUES
    (:a, 'e1000000-0000-4000-8000-0000000c0001'), (:b, 'e2000000-0000-4000-8000-0000000c0001');
INSERT INTO lad_data.billing_pricing_catalog (tenant_id, category, provider, model, unit, unit_price, currency, effective_from) VALUES
    (:a, 'llm', 'lad', 'talk', 'token', 0.01, 'CREDIT', '2020-01-01'), (:a, 'stt', 'lad', 'ear', 'second', 0.1, 'CREDIT', '2020-01-01');
SELECT lad.issue_token(:a, 'c1000000-0000-4000-8000-0000000c0001') AS owner, lad.issue_token(:a, 'c2000000-0000-4000-8000-0000000c0001') AS caller,
       lad.issue_token(:a, 'c3000000-0000-4000-8000-0000000c0001') AS capable, lad.issue_token(:a, 'c4000000-0000-4000-8000-0000000c0001') AS viewer,
       lad.issue_token(:a, 'c5000000-0000-4000-8000-0000000c0001') AS member, lad.issue_token(:a) AS machine \gset
CREATE FUNCTION public.lifecycle_attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; code text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
    RETURN code || ': ' || message;
END $$;
CREATE VIEW public.lifecycle_money WITH (security_invoker) AS
    SELECT current_balance AS current, reserved_balance AS held FROM lad_data.billing_wallets
    WHERE tenant_id = lad.current_tenant_id() AND user_id IS NULL;
GRANT SELECT ON public.lifecycle_money TO lad_app, lad_service;
CREATE VIEW public.lifecycle_event WITH (security_invoker) AS
    SELECT external_reference_id::uuid AS call, idempotency_key, status, total_quantity, total_cost, usage_items, metadata
    FROM lad_data.billing_usage_events WHERE tenant_id = lad.current_tenant_id() ORDER BY idempotency_key;
GRANT SELECT ON public.lifecycle_event TO lad_app, lad_service;

-- Starting: once for each key, with all that is known, and its credits held.
SET SESSION AUTHORIZATION lifecycle_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT public.lifecycle_attempt($$SELECT lad.start_call('+971', 501, 'k1')$$) AS no_wallet;
SELECT lad.create_wallet() AS wallet \gset
SELECT balance_after FROM lad.topup(:'wallet', 7, 'lifecycle opening');
COMMIT;
SET SESSION AUTHORIZATION lifecycle_app;
BEGIN;
SELECT lad.authenticate(:'caller');
SELECT lad.start_call('+971', 501, 'k1', 7700, 'd1000000-0000-4000-8000-0000000c0001', 'e1000000-0000-4000-8000-0000000c0001', metadata => '{"campaign": 1}') AS call \gset
SELECT lad.start_call('+971', 501, 'k1', 7700, 'd1000000-0000-4000-8000-0000000c0001', 'e1000000-0000-4000-8000-0000000c0001', 3.000, '{"campaign": 1}') = :'call' AS same;
SELECT left(initiated_by_user_id::text, 2) AS who, left(lead_id::text, 2) AS lead, agent_id, left(from_number_id::text, 2) AS number, to_country_code, to_base_number, status, direction, metadata
    FROM lad_data.voice_call_logs WHERE id = :'call';
SELECT h.amount, h.status, h.reference_type, h.reference_id = :'call' AS linked, s.call_created_at = c.created_at AS found
    FROM lad_data.voice_call_starts s JOIN lad_data.billing_holds h ON h.id = s.hold_id JOIN lad_data.voice_call_logs c ON c.id = s.call_log_id WHERE s.call_log_id = :'call';
SELECT * FROM public.lifecycle_money;
SELECT public.lifecycle_attempt(format('SELECT lad.start_call(%s)', args)) FROM (VALUES
    ($$'+971', 502, 'k1', 7700, 'd1000000-0000-4000-8000-0000000c0001'$$), ($$'+971', 502, 'k2', from_number_id => 'd2000000-0000-4000-8000-0000000c0001'$$),
    ($$'+971', 502, 'k2', from_number_id => 'd3000000-0000-4000-8000-0000000c0001'$$), ($$'+971', 502, 'k2'$$),
    ($$'+971', 502, 'k2', 7701, 'd1000000-0000-4000-8000-0000000c0001'$$),
    ($$'+971', 502, 'k2', NULL, 'd1000000-0000-4000-8000-0000000c0001', 'e2000000-0000-4000-8000-0000000c0001'$$),
    ($$'+971', 502, 'k2', NULL, 'd1000000-0000-4000-8000-0000000c0001', 'e1000000-0000-4000-8000-0000000c0001', 1$$),
    ($$'+971', 502, 'k2', NULL, 'd1000000-0000-4000-8000-0000000c0001', NULL, 4.000001$$),
    ($$'+971', 502, 'k2', NULL, 'd1000000-0000-4000-8000-0000000c0001', NULL, 'NaN'$$), ($$'+971', 502, 'k2', estimated_credits => 1.0000001$$),
    ($$'971', 502, 'k2'$$), ($$'+971', 0, 'k2'$$), ($$NULL, 502, 'k2'$$), ($$'+971', 502, ''$$), ($$'+971', 502, 'k2', metadata => '[]'$$)) AS bad (args);
SELECT * FROM public.lifecycle_money;
COMMIT;
BEGIN;
SELECT lad.authenticate(:'capable');
SELECT public.lifecycle_attempt($$SELECT lad.start_call('+971', 503, 'k3', estimated_credits => 0)$$) AS capable;
SELECT public.lifecycle_attempt($$SELECT lad.start_call('+971', 503, 'k4', from_number_id => 'd2000000-0000-4000-8000-0000000c0001')$$) AS not_that_number;
COMMIT;
BEGIN;
SELECT lad.authenticate(:'viewer');
SELECT public.lifecycle_attempt($$SELECT lad.start_call('+971', 503, 'k5')$$) AS viewer;
COMMIT;
BEGIN;
SELECT lad.authenticate(:'machine');
SELECT public.lifecycle_attempt($$SELECT lad.start_call('+971', 504, 'k6', from_number_id => 'd2000000-0000-4000-8000-0000000c0001')$$) AS machine;
SELECT * FROM public.lifecycle_money;
SELECT public.lifecycle_attempt($$SELECT lad.start_call('+971', 504, 'k7')$$) AS nothing_left;
COMMIT;
RESET SESSION AUTHORIZATION;

-- Hours by the clocks of the zone, whatever the session's; the same key answers after hours too.
CREATE FUNCTION public.lifecycle_hours(zone text, hours_ahead int, days jsonb DEFAULT '[1, 2, 3, 4, 5, 6, 7]') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    UPDATE lad_data.tenants SET metadata = jsonb_build_object('business_hours', jsonb_build_object('timezone', zone, 'days', days,
        'from', to_char((now() AT TIME ZONE 'Pacific/Kiritimati') + (hours_ahead - 6) * interval '1 hour', 'HH24:MI'),
        'to', to_char((now() AT TIME ZONE 'Pacific/Kiritimati') + (hours_ahead + 6) * interval '1 hour', 'HH24:MI')))
    WHERE id = 'a0000000-0000-4000-8000-0000000c0001';
    PERFORM lad.authenticate_service('a0000000-0000-4000-8000-0000000c0001', 'test');
    RETURN public.lifecycle_attempt(format('SELECT lad.start_call(''+971'', 505, %L, estimated_credits => 0)', 'hours ' || zone || hours_ahead || days));
END $$;
SET TimeZone = 'America/New_York';
SELECT public.lifecycle_hours('Pacific/Kiritimati', 0) AS open, public.lifecycle_hours('Pacific/Kiritimati', 12) AS closed, public.lifecycle_hours('Pacific/Kiritimati', 0, '[]') AS never,
       public.lifecycle_hours('Etc/GMT+2', 0) AS other_zone;
RESET TimeZone;
SELECT zone, public.lifecycle_hours(zone, 0) FROM unnest(ARRAY['GST', 'Asia/Dubay', 'Foo/Bar4', 'GST-4']) AS zone;
UPDATE lad_data.tenants SET metadata = '{"business_hours": {"from": "8 pm"}}' WHERE id = :a;
SELECT lad.authenticate_service(:a, 'test');
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT public.lifecycle_attempt($$SELECT lad.start_call('+971', 505, 'malformed')$$) AS malformed,
       public.lifecycle_attempt($$SELECT lad.start_call('+971', 504, 'k6', from_number_id => 'd2000000-0000-4000-8000-0000000c0001')$$) AS same_key;
ROLLBACK;
UPDATE lad_data.tenants SET metadata = '{"business_hours": {"timezone": "UTC", "days": ["mon", "Tue", "wednesday", 4, 5, 6, 0], "from": 0, "to": 24}}' WHERE id = :a;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
UPDATE lad_data.tenant_features SET enabled = false WHERE tenant_id = :a;
SELECT public.lifecycle_attempt($$SELECT lad.start_call('+971', 505, 'k8', estimated_credits => 0)$$) AS feature_off;
UPDATE lad_data.tenant_features SET enabled = true WHERE tenant_id = :a;
INSERT INTO lad_data.billing_feature_entitlements (tenant_id, feature_key, enabled) VALUES (:a, 'voice-agent', false);
SELECT public.lifecycle_attempt($$SELECT lad.start_call('+971', 505, 'k8', estimated_credits => 0)$$) AS not_entitled;
ROLLBACK;

-- Finishing: what was held pays as well, also when the call cost more; who was not held costs nothing.
SET SESSION AUTHORIZATION lifecycle_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT amount, balance_after, available, replayed FROM lad.finish_call(:'call', 'ended', 61, '2001-01-01');
SELECT ended_at = created_at AS bounded, cost, credits_charged FROM lad_data.voice_call_logs WHERE id = :'call';
SELECT * FROM public.lifecycle_money;
SELECT lad.start_call('+971', 504, 'k6', from_number_id => 'd2000000-0000-4000-8000-0000000c0001') AS second \gset
SELECT lad.finish_call(:'second', 'no_answer', 0) IS NULL AS not_charged;
SELECT h.status, m.* FROM lad_data.billing_holds h, public.lifecycle_money m WHERE h.reference_id = :'second';
SELECT amount, balance_after, available, replayed FROM lad.finish_call(:'call', 'ended', 61);
SELECT cost, credits_charged FROM lad_data.voice_call_logs WHERE id = :'call';
SELECT balance_after FROM lad.topup(:'wallet', 205, 'lifecycle topup');
SELECT lad.start_call('+971', 506, 'updated', estimated_credits => 5) AS third \gset
UPDATE lad_data.voice_call_logs SET status = 'declined' WHERE id = :'third';
SELECT status FROM lad_data.billing_holds WHERE reference_id = :'third';
-- Once the hold has expired the call is charged all the same; the lead may be called again when his call is over.
SELECT lad.start_call('+971', 507, 'again', lead_id => 'e1000000-0000-4000-8000-0000000c0001') AS fourth \gset
COMMIT;
RESET SESSION AUTHORIZATION;
UPDATE lad_data.billing_holds SET expires_at = now() - interval '1 second' WHERE reference_id = :'fourth';
SET SESSION AUTHORIZATION lifecycle_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT amount, balance_after, available FROM lad.finish_call(:'fourth', 'completed', 60);
SELECT h.status, m.* FROM lad_data.billing_holds h, public.lifecycle_money m WHERE h.reference_id = :'fourth';
-- An end that lies ahead is now.
SELECT lad.start_call('+971', 508, 'ahead') AS ahead \gset
SELECT amount FROM lad.finish_call(:'ahead', 'ended', 1, now() + interval '1 year');
SELECT ended_at <= now() AS bounded FROM lad_data.voice_call_logs WHERE id = :'ahead';
-- An event of the difference counts what was not counted, and its items cost what it costs.
SELECT amount FROM lad.finish_call(:'ahead', 'ended', 121);
SELECT status, total_quantity, total_cost, usage_items->0->'quantity' AS minutes, metadata FROM public.lifecycle_event WHERE call = :'ahead';
COMMIT;

-- Deliveries in every order, some twice: one call, one cost.
\set talk '[{"category": "llm", "provider": "lad", "model": "talk", "unit": "token", "quantity": 350}]'
\set long_talk '[{"category": "llm", "provider": "lad", "model": "talk", "unit": "token", "quantity": 800}]'
RESET SESSION AUTHORIZATION;
CREATE TABLE public.lifecycle_deliveries (n int, status text, seconds int, ended_at timestamptz, items jsonb, url text);
INSERT INTO public.lifecycle_deliveries VALUES
    (1, 'failed', 300, now() - interval '1 minute', NULL, 'b'), (2, 'ended', 61, now(), :'talk', NULL),
    (3, 'completed', 121, now() - interval '1 hour', NULL, 'a'), (4, 'ended', 90, now(), :'long_talk', NULL);
GRANT SELECT ON public.lifecycle_deliveries TO PUBLIC;
CREATE FUNCTION public.lifecycle_deliver(call uuid, numbers int[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE number int;
BEGIN
    FOREACH number IN ARRAY numbers || numbers[1:2] LOOP
        PERFORM lad.finish_call(call, d.status, d.seconds, d.ended_at, d.items, d.url) FROM public.lifecycle_deliveries d WHERE d.n = number;
    END LOOP;
END $$;
CREATE FUNCTION public.lifecycle_permute() RETURNS TABLE (call uuid, numbers int[]) LANGUAGE sql AS $$
    WITH RECURSIVE p AS (SELECT ARRAY[]::int[] AS numbers UNION ALL
        SELECT p.numbers || d.n FROM p JOIN public.lifecycle_deliveries d ON d.n <> ALL (p.numbers))
    SELECT lad.start_call('+971', 509, 'order ' || numbers::text), numbers FROM p WHERE cardinality(numbers) = 4
$$;
SET SESSION AUTHORIZATION lifecycle_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT balance_after FROM lad.topup(:'wallet', 5000, 'lifecycle permutations');
CREATE TEMP TABLE permuted ON COMMIT DROP AS SELECT * FROM public.lifecycle_permute();
SELECT count(public.lifecycle_deliver(call, numbers)) AS orders FROM permuted;
SELECT count(*), c.status, c.duration_seconds, c.cost_breakdown->'items'->0->'quantity' AS tokens, c.recording_url, c.ended_at = c.created_at AS bounded, c.cost, c.credits_charged,
       (SELECT -sum(l.amount) FROM lad_data.billing_ledger_transactions l
        WHERE l.reference_id IN (SELECT id FROM lad_data.billing_usage_events e WHERE e.external_reference_id = c.id::text)
           OR l.reverses_id IN (SELECT ledger_transaction_id FROM lad_data.billing_usage_events e WHERE e.external_reference_id = c.id::text)) AS paid
FROM permuted JOIN lad_data.voice_call_logs c ON c.id = permuted.call GROUP BY 2, 3, 4, 5, 6, 7, 8, 9;
SELECT held FROM public.lifecycle_money;
SELECT count(*) AS problems FROM lad.reconcile_calls('-infinity', 'infinity');
COMMIT;

-- Who may not refund leaves the difference to reconciliation.
SET SESSION AUTHORIZATION lifecycle_app;
BEGIN;
SELECT lad.authenticate(:'member');
INSERT INTO lad_data.voice_call_logs (to_country_code, to_base_number) VALUES ('+971', 510) RETURNING id AS cheap \gset
SELECT amount FROM lad.finish_call(:'cheap', 'ended', 100);
SELECT amount, replayed FROM lad.finish_call(:'cheap', 'ended', 100, usage_items => :'talk');
SELECT cost FROM lad_data.voice_call_logs WHERE id = :'cheap';
SELECT public.lifecycle_attempt(format('SELECT lad.correct_call(%L, 1, ''mine'')', :'cheap')) AS correct,
       public.lifecycle_attempt('SELECT * FROM lad.reconcile_calls(now() - interval ''1 day'', now() + interval ''1 day'')') AS reconcile;
COMMIT;
BEGIN;
SELECT lad.authenticate(:'owner');
SELECT call_id = :'cheap' AS cheap, problem, expected, charged, action, detail FROM lad.reconcile_calls(now() - interval '1 day', now() + interval '1 day');
SELECT count(*) AS problems FROM lad.reconcile_calls(now() - interval '1 day', now() + interval '1 day');
SELECT cost, credits_charged, metadata->'credit_recalculation'->0->'difference' AS difference FROM lad_data.voice_call_logs WHERE id = :'cheap';

-- Correcting: exactly the difference, once, for good.
INSERT INTO lad_data.voice_call_logs (to_country_code, to_base_number) VALUES ('+971', 511) RETURNING id AS call \gset
SELECT public.lifecycle_attempt(format('SELECT lad.correct_call(%L, 1, ''not over'')', :'call')) AS going_on;
SELECT amount FROM lad.finish_call(:'call', 'ended', 121);
SELECT transaction_type, amount, replayed FROM lad.correct_call(:'call', 30, 'clock of the carrier');
SELECT transaction_type, amount, replayed FROM lad.correct_call(:'call', 30, 'clock of the carrier');
SELECT amount, replayed FROM lad.finish_call(:'call', 'completed', 600);
UPDATE lad_data.voice_call_logs SET duration_seconds = 6000, metadata = '{}' WHERE id = :'call';
SELECT cost, credits_charged FROM lad_data.voice_call_logs WHERE id = :'call';
SELECT transaction_type, amount, replayed FROM lad.correct_call(:'call', 300, 'clock of the carrier, again');
SELECT transaction_type, amount FROM lad.correct_call(:'call', 61, 'third');
SELECT lad.correct_call(:'call', 90, 'same blocks') IS NULL AS nothing_to_move;
SELECT duration_seconds, cost, credits_charged, jsonb_path_query_array(metadata, '$.credit_recalculation[*].difference') AS differences FROM lad_data.voice_call_logs WHERE id = :'call';
SELECT idempotency_key = 'call:' || call AS first, status, total_cost, metadata->'refunded' AS refunded, jsonb_array_length(metadata->'corrections') AS corrections FROM public.lifecycle_event WHERE call = :'call';
-- Components that count the duration follow it, others stay.
INSERT INTO lad_data.voice_call_logs (to_country_code, to_base_number) VALUES ('+971', 512) RETURNING id AS parts \gset
SELECT amount FROM lad.finish_call(:'parts', 'ended', 90, usage_items => (:'talk'::jsonb || '[{"category": "stt", "provider": "lad", "model": "ear", "unit": "second", "quantity": 90}]'));
SELECT amount FROM lad.correct_call(:'parts', 30, 'silence');
SELECT amount FROM lad.correct_call(:'parts', 95, 'no silence');
SELECT cost, cost_breakdown FROM lad_data.voice_call_logs WHERE id = :'parts';
SELECT sum((i->>'cost')::numeric) = e.total_cost AS items_sum, e.total_cost, e.status FROM public.lifecycle_event e, jsonb_array_elements(usage_items) i WHERE call = :'parts' GROUP BY idempotency_key, 2, 3 ORDER BY idempotency_key;
SELECT amount, replayed FROM lad.finish_call(:'cheap', 'ended', 101, usage_items => :'talk');
SELECT public.lifecycle_attempt(format('SELECT lad.correct_call(%L, 1, ''no component'')', :'cheap')) AS no_component;
-- What an owner gave back by hand stays given, and counts as given when the call is corrected.
INSERT INTO lad_data.voice_call_logs (to_country_code, to_base_number, status, duration_seconds) VALUES ('+971', 513, 'ended', 180) RETURNING id AS kind \gset
SELECT amount FROM lad.reverse((SELECT ledger_transaction_id FROM lad_data.billing_usage_events WHERE external_reference_id = :'kind'), 'goodwill', 6);
SELECT count(*) AS problems FROM lad.reconcile_calls('-infinity', 'infinity');
SELECT lad.correct_call(:'kind', 60, 'goodwill was right') IS NULL AS nothing_to_move;
SELECT amount FROM lad.correct_call(:'kind', 0, 'nobody spoke');
SELECT public.lifecycle_attempt(format('SELECT lad.correct_call(%s)', args)) FROM (VALUES
    (format('%L, -1, ''x''', :'call')), (format('%L, 1, ''''', :'call')), (format('%L, 1, NULL', :'call')), ('gen_random_uuid(), 1, ''x''')) AS bad (args);
COMMIT;
RESET SESSION AUTHORIZATION;

-- Reconciling: everything that can be wrong, found and mended once.
CREATE FUNCTION public.lifecycle_call(base int, status text, seconds int) RETURNS uuid LANGUAGE sql AS $$
    INSERT INTO lad_data.voice_call_logs (tenant_id, to_country_code, to_base_number, status, duration_seconds)
    VALUES ('a0000000-0000-4000-8000-0000000c0001', '+971', base, status, seconds) RETURNING id
$$;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT lad.start_call('+971', 605, 'held') AS held \gset
SELECT public.lifecycle_call(602, 'ended', 61) AS longer, public.lifecycle_call(603, 'ended', 61) AS shorter, public.lifecycle_call(604, 'ended', 61) AS liar \gset
SELECT available AS rest FROM lad.balance(:'wallet') \gset
SELECT amount IS NOT NULL AS spent FROM lad.debit(:'wallet', :rest, 'lifecycle spend');
SELECT public.lifecycle_call(606, 'ended', 61) AS unpaid, public.lifecycle_call(607, 'ended', 60000) AS dear \gset
SET LOCAL session_replication_role = replica;
SELECT public.lifecycle_call(601, 'ended', 61) AS unseen \gset
UPDATE lad_data.voice_call_logs SET duration_seconds = CASE to_base_number WHEN 602 THEN 121 WHEN 603 THEN 60 ELSE duration_seconds END,
    credits_charged = CASE WHEN to_base_number = 604 THEN 999 ELSE credits_charged END, status = CASE WHEN to_base_number = 605 THEN 'busy' ELSE status END
    WHERE tenant_id = :a AND to_base_number BETWEEN 602 AND 605;
SET LOCAL session_replication_role = origin;
SELECT balance_after FROM lad.topup(:'wallet', 100, 'lifecycle rest');
CREATE TEMP TABLE found ON COMMIT DROP AS SELECT * FROM lad.reconcile_calls(now(), now() + interval '1 second');
SELECT c.to_base_number, f.problem, f.expected, f.charged, f.action, f.detail FROM found f JOIN lad_data.voice_call_logs c ON c.id = f.call_id ORDER BY 1, 2;
SELECT available FROM lad.balance(:'wallet');
-- What lacked funds is tried again; then nothing is left.
SELECT balance_after FROM lad.topup(:'wallet', 3000, 'lifecycle more');
SELECT problem, action FROM lad.reconcile_calls(now(), now() + interval '1 second') ORDER BY 1, 2;
SELECT count(*) AS problems FROM lad.reconcile_calls(now(), now() + interval '1 second');
SELECT to_base_number, cost, credits_charged FROM lad_data.voice_call_logs WHERE tenant_id = :a AND to_base_number > 600 ORDER BY 1;
SELECT available FROM lad.balance(:'wallet');
SELECT public.lifecycle_attempt('SELECT * FROM lad.reconcile_calls(now(), now() - interval ''1 second'')') AS backwards;
SELECT count(*) > 40 AS many, count(*) FILTER (WHERE total_cost <> (SELECT sum((i->>'cost')::numeric) FROM jsonb_array_elements(usage_items) i)) AS unlike_their_items
    FROM lad_data.billing_usage_events WHERE tenant_id = :a AND status = 'charged';
SELECT * FROM lad.verify_ledger();
COMMIT;
-- Another tenant sees and moves nothing.
BEGIN;
SELECT lad.authenticate_service(:b, 'test');
SELECT count(*) AS problems FROM lad.reconcile_calls('-infinity', 'infinity');
SELECT public.lifecycle_attempt(format('SELECT lad.correct_call(%L, 1, ''theirs'')', :'call'));
COMMIT;
DROP TABLE public.lifecycle_deliveries;
DROP VIEW public.lifecycle_money, public.lifecycle_event;
DROP FUNCTION public.lifecycle_attempt(text), public.lifecycle_hours(text, int, jsonb), public.lifecycle_call(int, text, int),
    public.lifecycle_deliver(uuid, int[]), public.lifecycle_permute();
DROP ROLE lifecycle_service, lifecycle_app;
