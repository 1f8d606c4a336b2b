-- Usage events: voided, settled, retried, late, corrected, and kept as they were charged.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE ROLE events_app LOGIN IN ROLE lad_app;
CREATE ROLE events_service LOGIN IN ROLE lad_service;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    ('a0000000-0000-4000-8000-000000000031', 'Events A', 'events-a', 'active'),
    ('b0000000-0000-4000-8000-000000000031', 'Events B', 'events-b', 'active');
INSERT INTO lad_data.users (id, email) SELECT ('c' || n || '000000-0000-4000-8000-000000000031')::uuid, n || '@events.example' FROM generate_series(1, 3) n;
INSERT INTO lad_data.memberships (tenant_id, user_id, role)
SELECT 'a0000000-0000-4000-8000-000000000031', id, CASE left(id::text, 2) WHEN 'c1' THEN 'owner' ELSE 'member' END
FROM lad_data.users WHERE email LIKE '%@events.example';
\set a '''a0000000-0000-4000-8000-000000000031'''
\set b '''b0000000-0000-4000-8000-000000000031'''
\set three '''c3000000-0000-4000-8000-000000000031'''
SELECT lad.issue_token(:a, 'c1000000-0000-4000-8000-000000000031') AS owner,
       lad.issue_token(:a, 'c2000000-0000-4000-8000-000000000031') AS member, lad.issue_token(:a) AS machine \gset
INSERT INTO lad_data.billing_pricing_catalog
    (tenant_id, category, provider, model, unit, unit_price, currency, effective_from, effective_to) VALUES
    (:a, 'llm', 'events-test', 'm', 'token', 1, 'USD', '2020-01-01', '2025-06-01'),
    (:a, 'llm', 'events-test', 'm', 'token', 2, 'USD', '2025-06-01', NULL),
    (:a, 'tts', 'events-test', 'free', 'character', 0, 'USD', '2020-01-01', NULL);
CREATE FUNCTION public.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; code text; detail text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
    RETURN code || ': ' || message || coalesce(' | ' || nullif(detail, ''), '');
END $$;
CREATE FUNCTION public.tokens(n numeric) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_array(jsonb_build_object('category', 'llm', 'provider', 'events-test', 'model', 'm', 'unit', 'token', 'quantity', n)) $$;
CREATE FUNCTION public.events() RETURNS TABLE (key text, status text, cost numeric, retries int, error text, in_ledger boolean) LANGUAGE sql AS $$
    SELECT idempotency_key, status, total_cost, retry_count, error_message, ledger_transaction_id IS NOT NULL
    FROM lad_data.billing_usage_events WHERE tenant_id = lad.current_tenant_id() ORDER BY idempotency_key $$;

SET SESSION AUTHORIZATION events_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT lad.create_wallet(currency => 'USD') AS wallet \gset
SELECT lad.create_wallet(:three, 'USD') AS own \gset
SELECT balance_after FROM lad.topup(:'wallet', 100, 'events opening');

-- A void gives back what was debited, once; what others have reversed before counts.
SELECT amount FROM lad.charge('ai', public.tokens(5), 'charged', occurred_at => '2025-05-31 23:59:59+00');
SELECT id AS charged FROM lad_data.billing_usage_events WHERE tenant_id = :a AND idempotency_key = 'charged' \gset
SELECT lad.void_usage(:'charged', 'a test run');
SELECT lad.void_usage(:'charged', 'again');
SELECT transaction_id AS debit FROM lad.charge('ai', public.tokens(5), 'partly', occurred_at => '2025-06-01') \gset
SELECT amount FROM lad.reverse(:'debit', 'a part', 4);
SELECT amount FROM lad.charge('ai', public.tokens(1), 'wholly');
SELECT amount FROM lad.reverse((SELECT ledger_transaction_id FROM lad_data.billing_usage_events WHERE idempotency_key = 'wholly'), 'the whole');
SELECT lad.record_usage('ai', public.tokens(3), 'pending') AS pending \gset
SELECT lad.void_usage(id, 'taken back') FROM lad_data.billing_usage_events WHERE tenant_id = :a AND idempotency_key IN ('partly', 'wholly', 'pending') ORDER BY idempotency_key;
SELECT * FROM public.events();
SELECT seq, type, amount, description, idempotency_key LIKE 'void_usage_%' AS by_void FROM lad.statement(:'wallet', '-infinity', 'infinity') WHERE seq > 1;
SELECT metadata->'voided'->>'reason' AS reason FROM lad_data.billing_usage_events WHERE id = :'charged';
SELECT event_type, payload->>'reason' AS reason FROM lad_data.domain_events WHERE aggregate_id = :'charged';

-- A voided event stays so: its key is used, a corrected one takes a new key.
SELECT public.attempt(statement) FROM (VALUES
    ('SELECT lad.charge(''ai'', public.tokens(5), ''charged'', occurred_at => ''2025-05-31 23:59:59+00'')'),
    (format('SELECT lad.charge_usage(%L)', :'charged')), ('SELECT lad.void_usage(gen_random_uuid(), ''x'')'),
    (format('SELECT lad.void_usage(%L, '''')', :'charged')), (format('SELECT lad.void_usage(%L, NULL)', :'charged')),
    (format('SELECT lad.debit(%L, 1, ''void_usage_'' || %L)', :'wallet', :'charged'))) AS t (statement);
SELECT lad.record_usage('ai', public.tokens(5), 'charged', occurred_at => '2025-05-31 23:59:59+00') = :'charged' AS same;
SELECT amount FROM lad.charge('ai', public.tokens(4), 'charged, corrected', occurred_at => '2025-05-31 23:59:59+00');

-- The price of then; never of a time to come.
SELECT amount FROM lad.charge('ai', public.tokens(1), 'late', occurred_at => '2025-01-01');
SELECT public.attempt(format('SELECT lad.record_usage(''ai'', public.tokens(1), ''early'', occurred_at => %L)', at)) FROM (VALUES
    (clock_timestamp() + interval '1 hour'), ('infinity'), ('294276-12-31')) AS t (at);
SELECT lad.record_usage('ai', public.tokens(1), 'clocks differ', occurred_at => clock_timestamp() + interval '1 minute') IS NOT NULL AS taken;
COMMIT;

-- On a finalised invoice it stays, until the invoice is voided.
RESET SESSION AUTHORIZATION;
SELECT id AS late FROM lad_data.billing_usage_events WHERE tenant_id = :a AND idempotency_key = 'late' \gset
SET SESSION AUTHORIZATION events_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT lad.generate_invoice('2025-01-01', '2025-02-01') AS january \gset
SELECT lad.finalize_invoice(:'january') AS number;
COMMIT;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT public.attempt(format('SELECT lad.void_usage(%L, ''wrong'')', :'late'));
SELECT lad.void_invoice(:'january', 'wrong');
SELECT lad.void_usage(:'late', 'wrong');
SELECT status, invoice_id FROM lad_data.billing_usage_events WHERE id = :'late';
ROLLBACK;
-- What occurred in a period that is closed is recorded, and waits for the next invoice.
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT amount FROM lad.charge('ai', public.tokens(1), 'closed period', occurred_at => '2025-01-02');
SELECT status, invoice_id FROM lad_data.billing_usage_events WHERE idempotency_key = 'closed period';

-- Settlement: all that is due, in one call; one bad event stops nothing.
SELECT count(lad.record_usage('ai', public.tokens(1), 'settled ' || n)) FROM generate_series(1, 3) n;
SELECT lad.record_usage('ai', public.tokens(1000), 'settled, too much') IS NOT NULL AS recorded;
SELECT lad.record_usage('ai', '[{"category": "tts", "provider": "events-test", "model": "free", "unit": "character", "quantity": 9}]', 'settled, free') IS NOT NULL AS recorded;
SELECT lad.record_usage('ai', public.tokens(10), 'settled, own wallet', :three) IS NOT NULL AS recorded;
COMMIT;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT e.idempotency_key, s.status, s.detail FROM lad.settle_usage() AS s JOIN lad_data.billing_usage_events e ON e.id = s.usage_event_id ORDER BY 1;
SELECT count(*) FROM lad.settle_usage();
COMMIT;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT * FROM public.events() WHERE key LIKE 'settled%';
-- Money for one of the two: it is tried at once, the other waits.
SELECT balance_after FROM lad.topup(:'own', 20, 'events own');
SELECT e.idempotency_key, s.status, s.detail FROM lad.settle_usage() AS s JOIN lad_data.billing_usage_events e ON e.id = s.usage_event_id;
SELECT count(*) FROM lad.settle_usage();
SELECT balance_after FROM lad.topup(:'wallet', 1, 'events more');
SELECT count(*) FROM lad.settle_usage();
-- A failed event may be charged by hand too, and fails without a trace.
SELECT public.attempt(format('SELECT lad.charge_usage(%L)', usage_event)) FROM (SELECT id AS usage_event FROM lad_data.billing_usage_events WHERE idempotency_key = 'settled, too much') AS e;
SELECT * FROM public.events() WHERE key = 'settled, too much';
SELECT amount FROM lad.topup(:'wallet', 2000, 'events most');
SELECT e.idempotency_key, s.status, s.detail FROM lad.settle_usage() AS s JOIN lad_data.billing_usage_events e ON e.id = s.usage_event_id;
SELECT * FROM public.events() WHERE key = 'settled, too much';
COMMIT;

-- An event without a price, as a call leaves it, is tried again when a price was set; a minute after it failed in any case.
RESET SESSION AUTHORIZATION;
INSERT INTO lad_data.billing_usage_events (tenant_id, feature_key, usage_items, total_quantity, total_cost, currency, status, idempotency_key) VALUES
    (:a, 'ai', jsonb_set(public.tokens(2), '{0,model}', '"unknown"'), 1, 0, 'CREDIT', 'failed', 'unpriced'), (:a, 'ai', '[]', 1, 0, 'USD', 'failed', 'no items'),
    (:a, 'ai', jsonb_set(public.tokens(2), '{0,cost}', '2'), 1, 2, 'EUR', 'pending', 'other currency');
CREATE FUNCTION public.settled() RETURNS TABLE (key text, status text, detail text) LANGUAGE sql AS $$
    SELECT e.idempotency_key, s.status, s.detail FROM lad.settle_usage() AS s JOIN lad_data.billing_usage_events e ON e.id = s.usage_event_id ORDER BY 1 $$;
SET SESSION AUTHORIZATION events_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT * FROM public.settled();
SELECT * FROM public.settled();
COMMIT;
RESET SESSION AUTHORIZATION;
INSERT INTO lad_data.billing_pricing_catalog (tenant_id, category, provider, model, unit, unit_price, currency, effective_from)
VALUES (:a, 'llm', 'events-test', 'unknown', 'token', 7, 'USD', '2020-01-01');
UPDATE lad_data.billing_usage_events SET attempted_at = attempted_at - interval '59 seconds' WHERE idempotency_key = 'other currency';
SET SESSION AUTHORIZATION events_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT * FROM public.settled();
COMMIT;
RESET SESSION AUTHORIZATION;
UPDATE lad_data.billing_usage_events SET attempted_at = attempted_at - interval '1 second' WHERE idempotency_key = 'other currency';
SET SESSION AUTHORIZATION events_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT * FROM public.settled();
SELECT * FROM public.events() WHERE key IN ('unpriced', 'no items', 'other currency');
COMMIT;

-- A suspended wallet pays again when it is active.
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT lad.record_usage('ai', public.tokens(1), 'suspended') IS NOT NULL AS recorded;
SELECT lad.set_wallet_status(:'wallet', 'suspended', 'late payment');
COMMIT;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT * FROM public.settled();
COMMIT;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT lad.set_wallet_status(:'wallet', 'active', 'paid');
SELECT * FROM public.settled();
SELECT * FROM lad.verify_ledger(since_checkpoint => false);
COMMIT;

-- Of all tenants, so many at most; a tenant without a wallet spoils nothing. Who may settle, and void.
BEGIN;
SELECT lad.authenticate_service(:b, 'test');
SELECT lad.record_usage('ai', '[{"category": "stt", "provider": "openai", "model": "whisper-1", "unit": "second", "quantity": 1}]', 'b ' || n) IS NOT NULL AS recorded FROM generate_series(1, 3) n;
COMMIT;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT lad.record_usage('ai', public.tokens(1), 'both') IS NOT NULL AS recorded;
COMMIT;
BEGIN;
SELECT lad.authenticate_service(reason => 'all tenants');
SELECT count(*) AS settled FROM lad.settle_usage(2);
SELECT count(*) > 1 AS more FROM lad.settle_usage();
SELECT public.attempt(format('SELECT lad.settle_usage(%s)', n)) FROM (VALUES ('0'), ('-1'), ('100001'), ('NULL')) AS t (n);
SELECT public.attempt('SELECT lad.void_usage(gen_random_uuid(), ''x'')');
COMMIT;
BEGIN;
SELECT lad.authenticate_service(:b, 'test');
SELECT key, status, error FROM public.events();
SELECT lad.authenticate_service(:a, 'test');
SELECT key, status FROM public.events() WHERE key = 'both';
COMMIT;
SELECT public.attempt('SELECT lad.settle_usage()');
SET SESSION AUTHORIZATION events_app;
SELECT public.attempt('SELECT lad.settle_usage()');
BEGIN;
SELECT lad.authenticate(:'member');
SELECT public.attempt(format('SELECT lad.void_usage(%L, ''free for me'')', id)) FROM lad_data.billing_usage_events WHERE idempotency_key = 'both';
COMMIT;
BEGIN;
SELECT lad.authenticate(:'machine');
SELECT public.attempt(format('SELECT lad.void_usage(%L, ''free for me'')', id)) FROM lad_data.billing_usage_events WHERE idempotency_key = 'both';
SELECT public.attempt('SELECT ' || call) FROM (VALUES ('lad.debit_usages(''{}'', ''{}'', ''{}'')'), ('lad.repeat_usage(gen_random_uuid())'),
    ('lad.reverse_usage(gen_random_uuid(), gen_random_uuid(), ''x'')'), ('lad.debit_usage(gen_random_uuid(), 1, gen_random_uuid())')) AS t (call);
COMMIT;
BEGIN;
SELECT lad.authenticate(:'owner');
SELECT lad.void_usage(id, 'goodwill') FROM lad_data.billing_usage_events WHERE idempotency_key = 'both';
SELECT * FROM public.events() WHERE key = 'both';
COMMIT;
RESET SESSION AUTHORIZATION;
BEGIN;
SELECT lad.authenticate_service(:b, 'test');
SELECT public.attempt(format('SELECT lad.void_usage(%L, ''another tenant''''s'')', :'late'));
COMMIT;

-- The table keeps it so, whoever writes.
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SET LOCAL ROLE lad_owner;
SELECT change, public.attempt(format('UPDATE lad_data.billing_usage_events SET %s WHERE idempotency_key = %L', change, key)) FROM (VALUES
    ('late', 'status = ''failed'''), ('late', 'status = ''pending'''), ('late', 'total_cost = 0'), ('late', 'usage_items = ''[]'''), ('late', 'currency = ''EUR'''),
    ('late', 'total_quantity = 9'), ('late', 'occurred_at = now()'), ('late', 'idempotency_key = ''x'''), ('late', 'user_id = ''c1000000-0000-4000-8000-000000000031'''),
    ('late', 'ledger_transaction_id = gen_random_uuid()'), ('charged', 'status = ''charged'''), ('charged', 'status = ''pending'''), ('charged', 'total_cost = 1'),
    ('late', 'metadata = ''{"note": 1}'', error_message = NULL')) AS t (key, change);
SELECT public.attempt(format('DELETE FROM lad_data.billing_usage_events WHERE idempotency_key = %L', key)) FROM (VALUES ('late'), ('charged'), ('other currency')) AS t (key);
ROLLBACK;
DROP FUNCTION public.attempt(text), public.tokens(numeric), public.events(), public.settled();
DROP ROLE events_app;
DROP ROLE events_service;
