-- Older balances move into wallets and the ledger, once; views take the place of their tables. In a
-- database of its own, because they move for all tenants.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT current_database() AS home \gset
CREATE DATABASE lad_legacy_credits;
CREATE ROLE legacy_app LOGIN IN ROLE lad_app;
CREATE ROLE legacy_half LOGIN IN ROLE lad_owner;
\c lad_legacy_credits
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) > 0 FROM lad.install_schema();
CREATE FUNCTION public.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; code text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
    RETURN code || ': ' || message;
END $$;
\set a '''a0000000-0000-4000-8000-000000000063'''
\set b '''b0000000-0000-4000-8000-000000000063'''
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES (:a, 'Legacy A', 'legacy-a', 'active'), (:b, 'Legacy B', 'legacy-b', 'suspended');
CREATE FUNCTION public.person(n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT ('c' || n || '000000-0000-4000-8000-000000000063')::uuid $$;
INSERT INTO lad_data.users (id, email) SELECT public.person(n), n || '@legacy.example' FROM generate_series(1, 6) n;
INSERT INTO lad_data.memberships (tenant_id, user_id) SELECT t, public.person(n) FROM unnest(ARRAY[:a, :b]::uuid[]) t, generate_series(1, 6) n;
-- 1: history adds up, and a wallet with money; 2: in debt; 3: two rows; 4: nothing; 5: only history; 6: a wallet.
-- Who has nothing gets no wallet: the tenant's goes on paying for him.
INSERT INTO lad_data.user_credits (tenant_id, user_id, balance, monthly_usage, last_usage_reset, created_at) VALUES
    (:a, public.person(1), 490.25, 10, now(), '2025-01-01'), (:a, public.person(2), -5, 0, '2025-01-01', '2025-01-01'), (:a, public.person(3), 10, 0, now(), '2025-01-01'),
    (:a, public.person(3), 7.5, 0, now(), '2025-02-01'), (:a, public.person(4), NULL, 0, now(), '2025-01-01'), (:b, public.person(1), 30, 0, now(), '2025-01-01');
INSERT INTO lad_data.credit_transactions (tenant_id, user_id, user_credit_id, amount, transaction_type, balance_before, balance_after, description, created_at)
SELECT tenant_id, user_id, id, amount, type, before, before + amount, 'old', '2025-03-01'::timestamptz + n * interval '1 day'
FROM lad_data.user_credits, (VALUES (1, 500.25, 'purchase', 0), (2, -10, 'usage', 500.25)) AS m (n, amount, type, before) WHERE balance = 490.25;
INSERT INTO lad_data.credit_transactions (tenant_id, user_id, amount, transaction_type) VALUES (:a, public.person(5), 3, 'bonus'), (:a, public.person(5), -1, 'usage');
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT seq FROM lad.topup(lad.create_wallet(public.person(1)), 20, 'paid before');
SELECT lad.create_wallet(public.person(6), 'USD') IS NOT NULL;
SELECT public.attempt(format('SELECT lad.topup(%L, 1, ''migrate_credits:x'')', id)) FROM lad_data.billing_wallets WHERE currency = 'CREDIT';
COMMIT;

-- All or nothing.
SET SESSION AUTHORIZATION legacy_half;
SELECT public.attempt('SELECT * FROM lad.migrate_credits()');
RESET SESSION AUTHORIZATION;
BEGIN;
INSERT INTO lad_data.user_credits (tenant_id, user_id, balance) VALUES (:a, public.person(6), 1);
SELECT public.attempt('SELECT * FROM lad.migrate_credits()');
SELECT relkind, (SELECT count(*) FROM lad_data.billing_wallets) AS wallets FROM pg_class WHERE oid = 'lad_data.user_credits'::regclass;
ROLLBACK;

-- The report adds up. Again it says the same and does nothing.
CREATE TEMP TABLE ledger_before AS SELECT * FROM lad_data.billing_ledger_transactions;
SELECT left(tenant_id::text, 1) AS tenant, left(user_id::text, 2) AS member, balance, opening, transactions, transaction_total, difference, action FROM lad.migrate_credits();
CREATE TEMP TABLE ledger_then AS SELECT * FROM lad_data.billing_ledger_transactions;
SELECT left(tenant_id::text, 1) AS tenant, left(user_id::text, 2) AS member, balance, opening, transactions, transaction_total, difference, action FROM lad.migrate_credits();
SELECT count(*) AS changed FROM (TABLE lad_data.billing_ledger_transactions EXCEPT TABLE ledger_then) c;
SELECT transaction_type, amount, counter_account, idempotency_key, metadata FROM ledger_then EXCEPT SELECT transaction_type, amount, counter_account, idempotency_key, metadata FROM ledger_before ORDER BY 2, 4;
SELECT left(user_id::text, 2) AS member, current_balance, debt_allowed, credit_limit, currency FROM lad_data.billing_wallets ORDER BY tenant_id, user_id;
SELECT * FROM lad.verify_ledger();

-- Older code goes on reading; it sees its own tenant, and what the ledger does.
SELECT lad.issue_token(:a) AS token \gset
SET SESSION AUTHORIZATION legacy_app;
BEGIN;
SELECT lad.authenticate(:'token');
SELECT amount FROM lad.debit((SELECT id FROM lad_data.billing_wallets WHERE user_id = public.person(1)), 4, 'call', 'voice-agent', description => 'new');
SELECT public.attempt(format('SELECT lad.debit(%L, 1, ''in debt'')', id)) FROM lad_data.billing_wallets WHERE user_id = public.person(2);
SELECT left(user_id::text, 2) AS member, left(tenant_id::text, 1) AS tenant, balance, monthly_usage, last_usage_reset = date_trunc('month', now(), 'UTC') AS this_month FROM lad_data.user_credits ORDER BY user_id;
SELECT left(t.user_id::text, 2) AS member, t.amount, t.transaction_type, t.reference_type, t.balance_before, t.balance_after, t.description
FROM lad_data.credit_transactions t JOIN lad_data.user_credits c ON c.id = t.user_credit_id ORDER BY t.user_id, t.created_at, t.amount;
SELECT public.attempt(statement) FROM (VALUES ('UPDATE lad_data.user_credits SET balance = 1000'), ('DELETE FROM lad_data.credit_transactions'),
    ('INSERT INTO lad_data.user_credits (user_id, balance) VALUES (gen_random_uuid(), 1)'), ('UPDATE lad_data.legacy_user_credits SET balance = 1000')) AS tried (statement);
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT public.attempt(statement) FROM (VALUES ('UPDATE lad_data.user_credits SET balance = 1000'), ('UPDATE lad_data.legacy_user_credits SET balance = 1000'),
    ('DELETE FROM lad_data.legacy_credit_transactions'), ('TRUNCATE lad_data.legacy_credit_transactions'),
    ('INSERT INTO lad_data.legacy_user_credits (tenant_id, user_id) SELECT tenant_id, user_id FROM lad_data.memberships LIMIT 1')) AS tried (statement);
SELECT e.attname, format_type(e.atttypid, e.atttypmod) FROM pg_attribute e WHERE e.attrelid = 'lad_data.user_credits'::regclass AND e.attnum > 0
EXCEPT SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'lad_data.legacy_user_credits'::regclass;
SELECT e.attname, format_type(e.atttypid, e.atttypmod) FROM pg_attribute e WHERE e.attrelid = 'lad_data.legacy_credit_transactions'::regclass AND e.attnum > 0
EXCEPT SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'lad_data.credit_transactions'::regclass;

-- The installation finds everything in its place, and so does the lint; also after the extension came back.
CREATE TEMP TABLE installed AS SELECT * FROM lad.install_schema();
SELECT action, count(*) > 300 AS many FROM installed GROUP BY action;
SELECT object, action, detail FROM installed WHERE object ~ '^table .*user_credits$';
SELECT object, rule FROM lad.lint() WHERE level <> 'info' AND rule NOT IN ('key_file', 'server_version');
DROP EXTENSION lad_ext CASCADE;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) > 0 FROM lad.install_schema();
SELECT public.attempt('UPDATE lad_data.legacy_user_credits SET balance = 1000');
SELECT DISTINCT action FROM lad.migrate_credits();
SELECT object, rule FROM lad.lint() WHERE level <> 'info' AND rule NOT IN ('key_file', 'server_version');
SELECT * FROM lad.verify_ledger();
\c :home
DROP DATABASE lad_legacy_credits;
