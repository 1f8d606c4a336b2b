-- Wallets and postings through SQL: results, replays, refusals, privileges, immutability.
\set VERBOSITY verbose
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE ROLE ledger_app LOGIN IN ROLE lad_app;
CREATE ROLE ledger_service LOGIN IN ROLE lad_service;
CREATE ROLE ledger_auth LOGIN IN ROLE lad_auth;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    ('a0000000-0000-4000-8000-000000000001', 'Ledger A', 'ledger-a', 'active'),
    ('b0000000-0000-4000-8000-000000000001', 'Ledger B', 'ledger-b', 'active');
\set a '''a0000000-0000-4000-8000-000000000001'''
\set b '''b0000000-0000-4000-8000-000000000001'''
-- One line instead of a verbose error, whose source location would tie the test to the code.
CREATE FUNCTION public.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; code text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
    RETURN code || ': ' || message;
END $$;

-- A wallet, by the service.
SET SESSION AUTHORIZATION ledger_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT lad.create_wallet(currency => 'USD') AS wallet \gset
SELECT seq, transaction_type, amount, balance_before, balance_after, available, currency, replayed
    FROM lad.topup(:'wallet', 100, 'stripe_1', 'stripe_payment');
SELECT seq, amount, balance_after, replayed FROM lad.topup(:'wallet', 100.000, 'stripe_1', 'stripe_payment');
SELECT public.attempt(format('SELECT lad.topup(%L, 101, ''stripe_1'', ''stripe_payment'')', :'wallet'));
SELECT public.attempt(format('SELECT lad.credit(%L, 100, ''stripe_1'', ''stripe_payment'')', :'wallet'));
SELECT public.attempt('SELECT lad.create_wallet(currency => ''USD'')');
SELECT public.attempt('SELECT lad.create_wallet(currency => ''usd'')');
SELECT seq, amount, balance_after FROM lad.credit(:'wallet', 1.5, 'refund 1', description => 'Sorry');
SELECT seq, amount, balance_after FROM lad.adjust(:'wallet', -1.5, 'fix 1');
COMMIT;

-- Debits, by the application.
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION ledger_auth;
SELECT lad.issue_token(:a) AS token_a, lad.issue_token(:b) AS token_b \gset
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION ledger_app;
BEGIN;
SELECT lad.authenticate(:'token_a');
SELECT seq, amount, balance_after, replayed FROM lad.debit(:'wallet', 40.25, 'call 1', 'usage_event', metadata => '{"b": 1, "a": 2}');
SELECT seq, amount, balance_after, replayed FROM lad.debit(:'wallet', 40.250000, 'call 1', 'usage_event', metadata => '{"a": 2, "b": 1}');
SELECT public.attempt(format('SELECT lad.debit(%L, %s, ''k'')', :'wallet', amount))
    FROM (VALUES ('59.750001'), ('0'), ('-1'), ('''NaN'''), ('''Infinity'''), ('1e-7'), ('1e14'),
                 ('1e131071'), ('NULL')) AS amounts (amount);
SELECT public.attempt(format('SELECT lad.debit(%L, 1, %L)', :'wallet', key))
    FROM (VALUES (''), (NULL), (repeat('k', 201)), (E'tab\t')) AS keys (key);
SELECT public.attempt(format('SELECT lad.topup(%L, 1, ''k'')', :'wallet'));
SELECT public.attempt(format('SELECT lad.post(%L, ''topup'', 1, ''k'')', :'wallet'));
SELECT public.attempt(format('SELECT lad.post(%L, ''gift'', 1, ''k'')', :'wallet'));
SELECT public.attempt(format('SELECT lad.post(%L, ''debit'', 1, ''k'', expected_balance => 1)', :'wallet'));
SELECT public.attempt(format('SELECT lad.post(%L, ''debit'', 1, ''k'', effective_at => now() + ''1 day'')', :'wallet'));
SELECT public.attempt('SELECT lad.debit(gen_random_uuid(), 1, ''k'')');
SELECT seq, balance_after FROM lad.post(:'wallet', 'debit', 59.75, 'to zero', expected_balance => 59.75);
SELECT * FROM lad.balance(:'wallet');
SELECT lad.check_balance(:'wallet', 0.000001);
SELECT seq, type, amount, balance_after, reference_type, description, idempotency_key
    FROM lad.statement(:'wallet', '-infinity', 'infinity');
SELECT * FROM lad.verify_ledger();
SELECT * FROM lad.trial_balance();
SELECT public.attempt('INSERT INTO lad_data.billing_ledger_transactions SELECT * FROM lad_data.billing_ledger_transactions');
SELECT public.attempt('UPDATE lad_data.billing_wallets SET current_balance = 1e6');
COMMIT;

-- Another tenant sees no wallet at all.
BEGIN;
SELECT lad.authenticate(:'token_b');
SELECT public.attempt(format('SELECT lad.debit(%L, 1, ''k'')', :'wallet'));
SELECT public.attempt(format('SELECT lad.balance(%L)', :'wallet'));
SELECT public.attempt(format('SELECT lad.statement(%L, now(), now())', :'wallet'));
SELECT public.attempt(format('SELECT lad.verify_ledger(%L)', :'wallet'));
SELECT count(*) FROM lad_data.billing_ledger_transactions;
COMMIT;
SELECT public.attempt(format('SELECT lad.debit(%L, 1, ''k'')', :'wallet'));

-- A savepoint rollback undoes the posting and frees its key.
BEGIN;
SELECT lad.authenticate(:'token_a');
RESET SESSION AUTHORIZATION;
SAVEPOINT s;
SELECT seq, replayed FROM lad.topup(:'wallet', 5, 'undone');
ROLLBACK TO s;
SELECT seq, replayed, balance_after FROM lad.topup(:'wallet', 6, 'undone');
SELECT seq, replayed, balance_after FROM lad.topup(:'wallet', 6, 'undone');
COMMIT;

-- Status.
SET SESSION AUTHORIZATION ledger_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT lad.set_wallet_status(:'wallet', 'suspended', 'unpaid invoice');
SELECT public.attempt(format('SELECT lad.debit(%L, 1, ''k'')', :'wallet'));
SELECT seq, balance_after FROM lad.credit(:'wallet', 1, 'still welcome');
SELECT public.attempt(format('SELECT lad.set_wallet_status(%L, ''closed'', ''bye'')', :'wallet'));
SELECT public.attempt(format('SELECT lad.set_wallet_status(%L, ''open'', ''bye'')', :'wallet'));
SELECT lad.set_wallet_status(:'wallet', 'active', 'paid');
SELECT seq, balance_after FROM lad.adjust(:'wallet', -7, 'write off');
SELECT lad.set_wallet_status(:'wallet', 'closed', 'bye');
SELECT public.attempt(format('SELECT lad.credit(%L, 1, ''too late'')', :'wallet'));
SELECT seq, replayed FROM lad.credit(:'wallet', 1, 'still welcome');
COMMIT;

-- The owner is refused too, and a superuser's tampering is named.
RESET SESSION AUTHORIZATION;
SET ROLE lad_owner;
BEGIN;
SELECT lad.authenticate(:'token_a');
SELECT public.attempt('UPDATE lad_data.billing_ledger_transactions SET amount = 0');
SELECT public.attempt('DELETE FROM lad_data.billing_ledger_transactions');
SELECT public.attempt('TRUNCATE lad_data.billing_ledger_transactions CASCADE');
SELECT public.attempt('INSERT INTO lad_data.billing_ledger_transactions SELECT * FROM lad_data.billing_ledger_transactions');
ROLLBACK;
RESET ROLE;
SELECT public.attempt('DELETE FROM lad_data.billing_ledger_transactions');
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE lad_data.billing_ledger_transactions SET description = 'edited' WHERE idempotency_key = 'call 1' AND tenant_id = :a;
UPDATE lad_data.billing_wallets SET current_balance = 3 WHERE id = :'wallet';
SELECT seq, problem, detail FROM lad.verify_ledger(:'wallet');
ROLLBACK;
SELECT count(*) AS problems FROM lad.verify_ledger();
DROP FUNCTION public.attempt(text);
