-- Calls charged by statements that finish several: whoever pays, however they are written.
SET client_min_messages = warning;
CREATE ROLE statements_service LOGIN IN ROLE lad_service;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    ('a0000000-0000-4000-8000-000000000015', 'Statements A', 'statements-a', 'active'),
    ('b0000000-0000-4000-8000-000000000015', 'Statements B', 'statements-b', 'active');
INSERT INTO lad_data.users (id, email) VALUES
    ('c0000000-0000-4000-8000-000000000015', 'statements@example.com'),
    ('d0000000-0000-4000-8000-000000000015', 'no-wallet@example.com');
INSERT INTO lad_data.memberships (tenant_id, user_id) VALUES
    ('a0000000-0000-4000-8000-000000000015', 'c0000000-0000-4000-8000-000000000015'),
    ('a0000000-0000-4000-8000-000000000015', 'd0000000-0000-4000-8000-000000000015');
\set a '''a0000000-0000-4000-8000-000000000015'''
\set b '''b0000000-0000-4000-8000-000000000015'''
\set rich '''c0000000-0000-4000-8000-000000000015'''
\set poor '''d0000000-0000-4000-8000-000000000015'''
SET SESSION AUTHORIZATION statements_service;
BEGIN;
SELECT lad.authenticate_service(:b, 'test');
SELECT lad.create_wallet() AS wallet_b \gset
SELECT balance_after FROM lad.topup(:'wallet_b', 100, 'statements_b');
SELECT lad.authenticate_service(:a, 'test');
SELECT lad.create_wallet() AS wallet \gset
SELECT lad.create_wallet(:rich) AS own \gset
SELECT balance_after FROM lad.topup(:'wallet', 100, 'statements_a');
SELECT balance_after FROM lad.topup(:'own', 100, 'statements_own');

-- The wallet of the member who called pays, else the tenant's; a failed call costs nothing.
INSERT INTO lad_data.voice_call_logs
    (to_country_code, to_base_number, initiated_by_user_id, status, duration_seconds) VALUES
    ('+971', 1, :rich, 'ended', 1), ('+971', 2, :poor, 'completed', 61), ('+971', 3, NULL, 'ended', 121),
    ('+971', 4, NULL, 'busy', 0), ('+971', 5, :rich, 'ended', 60);
SELECT to_base_number, status, cost, currency, credits_charged FROM lad_data.voice_call_logs
    WHERE tenant_id = :a ORDER BY to_base_number;
SELECT (lad.balance(:'own')).current AS own, (lad.balance(:'wallet')).current AS tenant;

-- An upsert inserts one and finishes another; an update that names no charged column charges nothing.
INSERT INTO lad_data.voice_call_logs (id, to_country_code, to_base_number, created_at)
    VALUES ('00000000-0000-4000-8000-0000000000c1', '+971', 6, date_trunc('month', now()));
INSERT INTO lad_data.voice_call_logs
    (id, to_country_code, to_base_number, created_at, status, duration_seconds) VALUES
    ('00000000-0000-4000-8000-0000000000c1', '+971', 6, date_trunc('month', now()), 'ended', 30),
    ('00000000-0000-4000-8000-0000000000c2', '+971', 7, date_trunc('month', now()), 'ended', 30)
    ON CONFLICT (tenant_id, id, created_at)
    DO UPDATE SET status = EXCLUDED.status, duration_seconds = EXCLUDED.duration_seconds;
UPDATE lad_data.voice_call_logs SET recording_url = 'https://example.com/1' WHERE tenant_id = :a;
SELECT (lad.balance(:'wallet')).current;

-- Moved to another month in the statement that finishes it: charged once, there.
INSERT INTO lad_data.voice_call_logs (id, to_country_code, to_base_number)
    VALUES ('00000000-0000-4000-8000-0000000000c3', '+971', 8);
UPDATE lad_data.voice_call_logs
    SET status = 'ended', duration_seconds = 60, created_at = now() + interval '2 months'
    WHERE id = '00000000-0000-4000-8000-0000000000c3';
UPDATE lad_data.voice_call_logs SET created_at = now() + interval '3 months'
    WHERE id = '00000000-0000-4000-8000-0000000000c3';
SELECT cost FROM lad_data.voice_call_logs WHERE id = '00000000-0000-4000-8000-0000000000c3';
SELECT (lad.balance(:'wallet')).current;
COMMIT;
RESET SESSION AUTHORIZATION;

-- COPY, and calls of two tenants in one statement of somebody above row-level security.
COPY lad_data.voice_call_logs (tenant_id, to_country_code, to_base_number, status, duration_seconds) FROM stdin;
b0000000-0000-4000-8000-000000000015	+971	11	ended	60
a0000000-0000-4000-8000-000000000015	+971	12	ended	60
b0000000-0000-4000-8000-000000000015	+971	13	ended	60
\.
SELECT tenant_id, user_id IS NOT NULL AS of_member, current_balance FROM lad_data.billing_wallets
    WHERE tenant_id IN (:a, :b) ORDER BY 1, 2;

SET SESSION AUTHORIZATION statements_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
-- Components: each at its price, in the currency of the wallet; what it cost is kept with the event.
SELECT lad.create_wallet(:poor, 'USD') AS usd \gset
SELECT balance_after FROM lad.topup(:'usd', 10, 'statements_usd');
\set items '[{"category": "stt", "provider": "openai", "model": "whisper-1", "unit": "second", "quantity": 90}, {"category": "telephony", "provider": "twilio", "model": "voice", "unit": "minute", "quantity": 2}]'
INSERT INTO lad_data.voice_call_logs (to_country_code, to_base_number, initiated_by_user_id)
    VALUES ('+971', 21, :poor) RETURNING id AS call \gset
SELECT amount, balance_after, currency FROM lad.finish_call(:'call', 'ended', 90, usage_items => :'items');
SELECT i->>'model' AS model, i->>'quantity' AS quantity, i->>'unit_price' AS unit_price, i->>'cost' AS cost
    FROM lad_data.billing_usage_events, jsonb_array_elements(usage_items) AS i
    WHERE external_reference_id = :'call';
-- A late delivery of a shorter call changes neither its length nor its components.
\set fewer '[{"category": "stt", "provider": "openai", "model": "whisper-1", "unit": "second", "quantity": 1}]'
SELECT amount, replayed FROM lad.finish_call(:'call', 'failed', 1, usage_items => :'fewer');
SELECT status, duration_seconds, cost, jsonb_array_length(cost_breakdown->'items') AS components
    FROM lad_data.voice_call_logs WHERE id = :'call';
-- A longer one charges what it adds.
SELECT amount, balance_after FROM lad.finish_call(:'call', 'ended', 120,
    usage_items => jsonb_set(:'items', '{0,quantity}', '120'));
SELECT cost, currency FROM lad_data.voice_call_logs WHERE id = :'call';
-- Without a price the call is kept, and the event says why it was not charged.
INSERT INTO lad_data.voice_call_logs (to_country_code, to_base_number, initiated_by_user_id)
    VALUES ('+971', 22, :poor) RETURNING id AS strange \gset
SELECT lad.finish_call(:'strange', 'ended', 90, usage_items =>
    jsonb_set(:'items', '{0,provider}', '"nobody"')) IS NULL AS unpriced;
SELECT status, error_message FROM lad_data.billing_usage_events WHERE external_reference_id = :'strange';
-- The key of a charge belongs to the extension.
SAVEPOINT s;
SELECT lad.debit(:'usd', 1, 'charge_usage_' || id) FROM lad_data.billing_usage_events
    WHERE external_reference_id = :'strange';
ROLLBACK TO s;
SELECT lad.post(:'usd', 'debit', 1, 'charge_usage_');
ROLLBACK TO s;
SELECT lad.debit_usage(:'usd', 1, gen_random_uuid());
ROLLBACK TO s;
COMMIT;
RESET SESSION AUTHORIZATION;
-- Voided usage is never charged again, whatever is delivered.
UPDATE lad_data.billing_usage_events SET status = 'voided' WHERE external_reference_id = :'strange';
SET SESSION AUTHORIZATION statements_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT lad.finish_call(:'strange', 'ended', 200, usage_items => :'items') IS NULL AS voided;
SELECT count(*) FROM lad_data.billing_usage_events WHERE external_reference_id = :'strange';
SELECT * FROM lad.verify_ledger();
COMMIT;
RESET SESSION AUTHORIZATION;
DROP ROLE statements_service;
