-- Finished calls: charged once, the difference later, never an error because of money.
SET client_min_messages = warning;
CREATE ROLE calls_service LOGIN IN ROLE lad_service;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    ('a0000000-0000-4000-8000-000000000012', 'Calls A', 'calls-a', 'active'),
    ('b0000000-0000-4000-8000-000000000012', 'Calls B', 'calls-b', 'active');
\set a '''a0000000-0000-4000-8000-000000000012'''
\set b '''b0000000-0000-4000-8000-000000000012'''
CREATE FUNCTION public.calls_attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; code text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
    RETURN code || ': ' || message;
END $$;
SET SESSION AUTHORIZATION calls_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
-- Nobody pays yet: the call is kept, the event says why it failed.
INSERT INTO lad_data.voice_call_logs (to_country_code, to_base_number, status, duration_seconds)
    VALUES ('+971', 501234567, 'ended', 30) RETURNING id AS early \gset
SELECT status, error_message FROM lad_data.billing_usage_events
    WHERE tenant_id = lad.current_tenant_id();
SELECT lad.create_wallet() AS wallet \gset
SELECT balance_after FROM lad.topup(:'wallet', 20, 'calls_topup');
SELECT amount, balance_after, replayed FROM lad.finish_call(:'early', 'ended', 30);

INSERT INTO lad_data.voice_call_logs (to_country_code, to_base_number)
    VALUES ('+971', 501234567) RETURNING id AS call \gset
SELECT amount, balance_after, replayed FROM lad.finish_call(:'call', 'ended', 61);
SELECT amount, balance_after, replayed FROM lad.finish_call(:'call', 'ended', 61);
UPDATE lad_data.voice_call_logs SET status = 'completed', duration_seconds = 100 WHERE id = :'call';
SELECT current FROM lad.balance(:'wallet');
-- Longer: the difference. Shorter: nothing back.
UPDATE lad_data.voice_call_logs SET duration_seconds = 121 WHERE id = :'call';
UPDATE lad_data.voice_call_logs SET duration_seconds = 1 WHERE id = :'call';
SELECT current FROM lad.balance(:'wallet');
SELECT cost, credits_charged FROM lad_data.voice_call_logs WHERE id = :'call';
-- Too dear: the call ends all the same, and is charged after a top-up.
INSERT INTO lad_data.voice_call_logs (to_country_code, to_base_number)
    VALUES ('+971', 501234567) RETURNING id AS dear \gset
SELECT lad.finish_call(:'dear', 'ended', 600) IS NULL AS unpaid;
SELECT status, total_cost, error_message FROM lad_data.billing_usage_events
    WHERE external_reference_id = :'dear';
SELECT event_type, payload->>'sqlstate' AS sqlstate FROM lad_data.domain_events
    WHERE aggregate_id = :'dear';
SELECT balance_after FROM lad.topup(:'wallet', 100, 'calls_topup_2');
SELECT amount, balance_after, replayed FROM lad.finish_call(:'dear', 'ended', 600);
-- Free, not answered, malformed, unknown.
INSERT INTO lad_data.voice_call_logs (to_country_code, to_base_number)
    VALUES ('+971', 501234567) RETURNING id AS other \gset
SELECT lad.finish_call(:'other', 'no_answer', 0) IS NULL AS not_charged;
SELECT lad.finish_call(:'other', 'ended', 0) IS NULL AS free;
SELECT status, ledger_transaction_id IS NULL AS no_row FROM lad_data.billing_usage_events
    WHERE external_reference_id = :'other';
SELECT public.calls_attempt(format('SELECT lad.finish_call(%L, ''ringing'', 1)', :'other'));
SELECT public.calls_attempt(format('SELECT lad.finish_call(%L, ''ended'', -1)', :'other'));
SELECT public.calls_attempt(format('SELECT lad.finish_call(%L, ''ended'', 1, usage_items => ''[1]'')', :'other'));
SELECT public.calls_attempt('SELECT lad.finish_call(gen_random_uuid(), ''ended'', 1)');
SELECT * FROM lad.verify_ledger();
COMMIT;
BEGIN;
SELECT lad.authenticate_service(:b, 'test');
SELECT public.calls_attempt(format('SELECT lad.finish_call(%L, ''ended'', 1)', :'call'));
COMMIT;
RESET SESSION AUTHORIZATION;
DROP FUNCTION public.calls_attempt(text);
DROP ROLE calls_service;
