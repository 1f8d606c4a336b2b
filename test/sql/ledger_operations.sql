-- Transfers, holds, reversals, batches, balances in the past, checkpoints, through SQL.
\set VERBOSITY verbose
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE ROLE operations_app LOGIN IN ROLE lad_app;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    ('a0000000-0000-4000-8000-000000000016', 'Operations A', 'operations-a', 'active'),
    ('b0000000-0000-4000-8000-000000000016', 'Operations B', 'operations-b', 'active');
INSERT INTO lad_data.users (id, email) SELECT ('c' || n || '000000-0000-4000-8000-000000000016')::uuid, n || '@operations.example' FROM generate_series(1, 4) n;
INSERT INTO lad_data.memberships (tenant_id, user_id, role)
SELECT 'a0000000-0000-4000-8000-000000000016', id, CASE left(id::text, 2) WHEN 'c1' THEN 'owner' WHEN 'c4' THEN 'viewer' ELSE 'member' END
FROM lad_data.users WHERE email LIKE '%@operations.example';
\set a '''a0000000-0000-4000-8000-000000000016'''
\set b '''b0000000-0000-4000-8000-000000000016'''
SELECT lad.issue_token(:a, 'c1000000-0000-4000-8000-000000000016') AS owner, lad.issue_token(:a, 'c2000000-0000-4000-8000-000000000016') AS member,
       lad.issue_token(:a, 'c4000000-0000-4000-8000-000000000016') AS viewer, lad.issue_token(:b) AS foreigner \gset
CREATE FUNCTION public.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; code text; detail text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
    RETURN code || ': ' || message || coalesce(' | ' || nullif(detail, ''), '');
END $$;
CREATE FUNCTION public.item(wallet uuid, type text, amount numeric, key text, expected numeric DEFAULT NULL) RETURNS lad.posting_request
    LANGUAGE sql AS 'SELECT ROW(wallet, type, amount, key, NULL, NULL, NULL, NULL, NULL, expected)::lad.posting_request';

SET SESSION AUTHORIZATION operations_app;
BEGIN;
SELECT lad.authenticate(:'owner');
SELECT lad.create_wallet(currency => 'USD', low_balance_threshold => 20) AS tenant,
       lad.create_wallet('c2000000-0000-4000-8000-000000000016', 'USD') AS mine,
       lad.create_wallet('c3000000-0000-4000-8000-000000000016', 'EUR') AS euros \gset
SELECT seq FROM lad.topup(:'tenant', 100, 'opening');

-- Transfers.
SELECT seq, transaction_type, amount, balance_after, replayed FROM lad.transfer(:'tenant', :'mine', 30.5, 'move', 'Pocket money');
SELECT seq, transaction_type, amount, balance_after, replayed FROM lad.transfer(:'tenant', :'mine', 30.500000, 'move', 'Pocket money');
SELECT public.attempt(format('SELECT lad.transfer(%L, %L, %s, %L)', f, t, amount, key)) FROM (VALUES
    (:'tenant'::uuid, :'mine'::uuid, '30.5', 'move'), (:'tenant', :'mine', '69.500001', 'x'), (:'tenant', :'euros', '1', 'x'),
    (:'tenant', :'tenant', '1', 'x'), (:'tenant', gen_random_uuid(), '1', 'x'), (:'tenant', :'mine', '0', 'x'),
    (:'tenant', :'mine', '''NaN''', 'x'), (:'tenant', :'mine', 'NULL', 'x'), (:'tenant', :'mine', '1', 'counterpart:x'),
    (:'tenant', :'mine', '1', 'opening')) AS bad (f, t, amount, key);
SELECT seq, reference_type, amount, idempotency_key FROM lad.statement(:'mine', '-infinity', 'infinity') WHERE seq IS NOT NULL;

-- Holds.
SELECT hold_id AS hold FROM lad.reserve(:'tenant', 60, 'call 1', '1 hour', 'call', metadata => '{"to": 1}') \gset
SELECT amount, status, available, currency, replayed FROM lad.reserve(:'tenant', 60, 'call 1', '60 minutes', 'call', metadata => '{"to": 1}');
SELECT * FROM lad.balance(:'tenant');
SELECT public.attempt(format('SELECT lad.reserve(%L, %s, %L, %L)', :'tenant', amount, key, life)) FROM (VALUES
    ('61', 'call 1', '1 hour'), ('9.500001', 'call 2', '1 hour'), ('1', 'call 2', '0'), ('1', 'call 2', '-1 hour'),
    ('1', 'call 2', '1 month'), ('1', 'call 2', '400 days'), ('1', 'expire:x', '1 hour')) AS bad (amount, key, life);
SELECT public.attempt(format('SELECT lad.debit(%L, 9.500001, ''too much'')', :'tenant'));
SELECT public.attempt(format('SELECT lad.capture(%L, 60.000001)', :'hold'));
SELECT seq, transaction_type, amount, balance_after, available, replayed FROM lad.capture(:'hold', 55.25);
SELECT seq, transaction_type, amount, balance_after, available, replayed FROM lad.capture(:'hold', 55.25);
SELECT public.attempt(format('SELECT lad.capture(%L, 55)', :'hold'));
SELECT public.attempt(format('SELECT lad.capture(%L, 55.25, ''another key'')', :'hold'));
SELECT public.attempt(format('SELECT lad.release(%L)', :'hold'));
SELECT public.attempt('SELECT lad.capture(gen_random_uuid())');
SELECT status, captured FROM lad_data.billing_holds WHERE id = :'hold';
SELECT event_type, payload FROM lad_data.domain_events WHERE aggregate_id = :'tenant';
SELECT hold_id AS freed FROM lad.reserve(:'tenant', 14.25, 'call 3') \gset
SELECT status, available, replayed FROM lad.release(:'freed', 'give back');
SELECT status, available, replayed FROM lad.release(:'freed', 'give back');
SELECT public.attempt(format('SELECT lad.release(%L)', :'freed'));
SELECT status FROM lad.reserve(:'tenant', 14.25, 'call 3');

-- A hold that is over counts no more, though nothing has closed it; the next posting does.
SELECT hold_id AS late FROM lad.reserve(:'tenant', 14.25, 'call 4', '1 microsecond') \gset
SELECT * FROM lad.balance(:'tenant');
SELECT lad.check_balance(:'tenant', 14.25);
SELECT public.attempt(format('SELECT lad.capture(%L)', :'late'));
SELECT seq, amount, available FROM lad.debit(:'tenant', 0.25, 'after');
SELECT status FROM lad_data.billing_holds WHERE id = :'late';

-- Reversals.
SELECT id AS debit FROM lad_data.billing_ledger_transactions WHERE idempotency_key = 'after' \gset
SELECT id AS moved FROM lad_data.billing_ledger_transactions WHERE idempotency_key = 'counterpart:move' \gset
SELECT id AS opening FROM lad_data.billing_ledger_transactions WHERE idempotency_key = 'opening' \gset
SELECT id AS reserved FROM lad_data.billing_ledger_transactions WHERE idempotency_key = 'call 1' \gset
SELECT transaction_type, amount, replayed FROM lad.reverse(:'debit', 'undo 1', 0.1, 'half of it');
SELECT transaction_type, amount, replayed FROM lad.reverse(:'debit', 'undo 1', 0.1, 'half of it');
SELECT public.attempt(format('SELECT lad.reverse(%L, ''undo 2'', 0.150001)', :'debit'));
SELECT transaction_id AS undone, amount FROM lad.reverse(:'debit', 'undo 2') \gset
SELECT public.attempt(format('SELECT lad.reverse(%L, %L)', id, 'undo 3')) FROM (VALUES
    (:'debit'::uuid), (:'undone'), (:'reserved'), (:'opening'), (gen_random_uuid())) AS bad (id);
SELECT seq, amount, balance_after FROM lad.reverse(:'moved', 'undo 4', 10);
SELECT idempotency_key, amount, balance_after FROM lad_data.billing_ledger_transactions WHERE idempotency_key LIKE '%undo 4' ORDER BY 1;
SELECT account = :'mine' AS mine, account, balance FROM lad.trial_balance() WHERE account !~ '-' AND currency = 'USD';

-- Batches.
SELECT seq, amount, balance_after, replayed, sqlstate, message FROM lad.post_batch(ARRAY[
    public.item(:'tenant', 'debit', 1, 'b1'), public.item(:'mine', 'credit', 5, 'b2'), public.item(:'tenant', 'debit', 1.0, 'b1'),
    public.item(:'tenant', 'adjustment', -2, 'b3', 23.25)]);
SELECT seq, amount, balance_after, replayed, sqlstate, message FROM lad.post_batch(ARRAY[
    public.item(:'tenant', 'debit', 1000, 'c1'), public.item(:'mine', 'debit', 5, 'c2'), public.item(:'tenant', 'debit', 2, 'b1'),
    public.item(:'tenant', 'gift', 2, 'c3'), public.item(gen_random_uuid(), 'debit', 2, 'c4'), public.item(:'tenant', 'debit', NULL, 'c5'),
    public.item(:'tenant', 'debit', 1, 'c6', 7), public.item(:'tenant', 'debit', 1, 'c1')], false);
SELECT public.attempt(format('SELECT lad.post_batch(ARRAY[public.item(%1$L, ''debit'', 1, ''d1''), public.item(%1$L, ''debit'', 1000, ''d2'')])', :'tenant'));
SELECT count(*) FROM lad_data.billing_ledger_transactions WHERE idempotency_key IN ('c2', 'd1', 'd2');
SELECT public.attempt(format('SELECT lad.post_batch(%s)', list)) FROM (VALUES
    ('NULL'), ('ARRAY[NULL]::lad.posting_request[]'), ('array_fill(NULL::lad.posting_request, ARRAY[10001])'),
    ('ARRAY[ARRAY[NULL]]::lad.posting_request[]'), ('''{}''')) AS bad (list);

-- What had been posted, and what counted, at an instant.
SELECT seq FROM lad.post(:'euros', 'topup', 10, 'e1', effective_at => '2026-01-01');
SELECT seq FROM lad.post(:'euros', 'topup', 5, 'e2', effective_at => '2026-02-01');
SELECT lad.balance_at(:'euros', at), lad.balance_at(:'euros', at, 'effective')
FROM (VALUES ('2025-12-31 23:59:59'::timestamptz), ('2026-01-01'), ('2026-02-01'), ('infinity')) AS times (at);
SELECT lad.balance_at(:'euros', created_at), lad.balance_at(:'euros', created_at - interval '1 microsecond')
FROM lad_data.billing_ledger_transactions WHERE idempotency_key = 'e1';
SELECT public.attempt(format('SELECT lad.balance_at(%L, now(), ''later'')', :'euros'));
SELECT public.attempt(format('SELECT lad.balance_at(%L, ''294276-12-31'')', :'euros'));
SELECT public.attempt(format('SELECT lad.post(%L, ''topup'', 10, ''far'', effective_at => ''294276-12-31'')', :'euros'));

-- A payment that the bank takes back, though it is spent.
RESET SESSION AUTHORIZATION;
SAVEPOINT bank;
SELECT id AS paid FROM lad_data.billing_ledger_transactions WHERE idempotency_key = 'e1' \gset
SELECT amount FROM lad.debit(:'euros', 12, 'spent');
SELECT transaction_type, amount, balance_after, available FROM lad.chargeback(:'paid', 'bank', reason => 'disputed');
SELECT transaction_type, amount, replayed FROM lad.chargeback(:'paid', 'bank', reason => 'disputed');
SELECT current_balance, debt_allowed FROM lad_data.billing_wallets WHERE id = :'euros';
SELECT public.attempt(statement) FROM (VALUES (format('SELECT lad.debit(%L, 1, ''owing'')', :'euros')), (format('SELECT lad.reserve(%L, 1, ''owing'')', :'euros')),
    (format('SELECT lad.chargeback(%L, ''again'')', :'paid')), (format('SELECT lad.chargeback(%L, ''debit'')', :'debit'))) AS tried (statement);
SELECT balance_after, available FROM lad.topup(:'euros', 8, 'pays');
SELECT * FROM lad.verify_ledger(:'euros');
ROLLBACK TO bank;
SET SESSION AUTHORIZATION operations_app;
SELECT public.attempt(format('SELECT lad.chargeback(%L, ''bank'')', :'paid'));

-- Suspended wallets keep earlier promises and make no new ones.
SELECT hold_id AS promise FROM lad.reserve(:'tenant', 1, 'promise') \gset
SELECT lad.set_wallet_status(:'tenant', 'suspended', 'late payment');
SELECT public.attempt(format('SELECT lad.reserve(%L, 1, ''no'')', :'tenant'));
SELECT public.attempt(format('SELECT lad.transfer(%L, %L, 1, ''no'')', :'tenant', :'mine'));
SELECT amount FROM lad.capture(:'promise');
SELECT lad.set_wallet_status(:'tenant', 'active', 'paid');

-- Checkpoints.
SELECT lad.export_checkpoint() AS checkpoint \gset
SELECT split_part(:'checkpoint', E'\n', 1), :'checkpoint' ~ E'\nsignature \\w+ [\\w-]{43}\n$' AS is_signed,
       (SELECT count(*) FROM regexp_matches(:'checkpoint', '^wallet', 'gn')) AS wallets;
SELECT count(*) FROM lad_data.billing_ledger_checkpoints;
SELECT seq FROM lad.debit(:'tenant', 1, 'later');
SELECT * FROM lad.verify_ledger(checkpoint => :'checkpoint');
SELECT * FROM lad.verify_ledger(since_checkpoint => false);
SELECT public.attempt(format('SELECT * FROM lad.verify_ledger(checkpoint => %L)', replace(:'checkpoint', 'wallet ', 'Wallet ')));
SELECT public.attempt('SELECT * FROM lad.verify_ledger(checkpoint => ''x'')');
COMMIT;

-- What others may.
BEGIN;
SELECT lad.authenticate(:'member');
SELECT public.attempt(statement) FROM (VALUES
    (format('SELECT lad.transfer(%L, %L, 1, ''m'')', :'tenant', :'mine')), (format('SELECT lad.reverse(%L, ''m'')', :'opening')),
    ('SELECT lad.export_checkpoint()'), (format('SELECT lad.release((lad.reserve(%L, 1, ''m1'')).hold_id)', :'tenant')),
    (format('SELECT lad.post_batch(ARRAY[public.item(%1$L, ''debit'', 1, ''m2''), public.item(%1$L, ''credit'', 1, ''m3'')])', :'tenant'))) AS tried (statement);
SELECT sqlstate FROM lad.post_batch(ARRAY[public.item(:'tenant', 'debit', 1, 'm2'), public.item(:'tenant', 'credit', 1, 'm3')], false);
COMMIT;
BEGIN;
SELECT lad.authenticate(:'viewer');
SELECT public.attempt(format('SELECT lad.reserve(%L, 1, ''v'')', :'tenant'));
COMMIT;
BEGIN;
SELECT lad.authenticate(:'foreigner');
SELECT public.attempt(statement) FROM (VALUES
    (format('SELECT lad.reserve(%L, 1, ''f'')', :'tenant')), (format('SELECT lad.capture(%L)', :'hold')), (format('SELECT lad.release(%L)', :'hold')),
    (format('SELECT lad.balance_at(%L, now())', :'tenant'))) AS tried (statement);
SELECT sqlstate FROM lad.post_batch(ARRAY[public.item(:'tenant', 'debit', 1, 'b1')], false);
SELECT public.attempt(format('SELECT lad.verify_ledger(checkpoint => %L)', :'checkpoint'));
COMMIT;

-- A posting spares itself the check of its tenant, which the wallet vouches for; any other row is checked, also after a posting that failed.
RESET SESSION AUTHORIZATION;
BEGIN;
ALTER TABLE lad_data.billing_ledger_transactions DISABLE TRIGGER billing_ledger_transactions_write_guard;
CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'as asked'; END $$;
CREATE TRIGGER fails AFTER INSERT ON lad_data.billing_ledger_transactions FOR EACH ROW WHEN (NEW.description = 'fail') EXECUTE FUNCTION public.fail();
CREATE FUNCTION public.stray() RETURNS text LANGUAGE sql AS $$
    SELECT public.attempt('INSERT INTO lad_data.billing_ledger_transactions SELECT (jsonb_populate_record(l, ''{"id": "d0000000-0000-4000-8000-000000000016",'
        '"tenant_id": "d0000000-0000-4000-8000-000000000016", "reverses_id": null, "created_by": null}'')).* FROM lad_data.billing_ledger_transactions l LIMIT 1')
$$;
SELECT lad.authenticate(:'owner');
SELECT public.attempt(format('SELECT lad.topup(%L, 1, %L, description => %L)', :'tenant', description, description)), public.stray() FROM (VALUES ('works'), ('fail')) AS tried (description);
SELECT public.attempt(format('SELECT lad.post_batch(ARRAY[public.item(%L, ''topup'', 1, ''s1''), public.item(%L, ''topup'', 1, ''s2'')])', :'tenant', :'tenant')), public.stray();
ROLLBACK;
SELECT public.attempt('DELETE FROM lad_data.tenants WHERE id = ''a0000000-0000-4000-8000-000000000016''') ~ '^23503' AS kept;

-- A superuser's tampering: a cut tail and a replaced chain look sound by themselves, and not to the checkpoint.
BEGIN;
SET LOCAL session_replication_role = replica;
DELETE FROM lad_data.billing_ledger_checkpoints WHERE tenant_id = :a;
DELETE FROM lad_data.billing_ledger_transactions WHERE wallet_id = :'euros' AND seq = 2;
UPDATE lad_data.billing_wallets w SET last_seq = 1, current_balance = l.balance_after, last_hash = l.row_hash
FROM lad_data.billing_ledger_transactions l WHERE w.id = :'euros' AND l.wallet_id = w.id;
SELECT count(*) FROM lad.verify_ledger(:'euros', false);
SELECT seq, problem, detail FROM lad.verify_ledger(:'euros', false, :'checkpoint');
ROLLBACK;
BEGIN;
SET LOCAL session_replication_role = replica;
DELETE FROM lad_data.billing_ledger_transactions WHERE wallet_id = :'euros' AND seq = 2;
SELECT seq, problem, detail FROM lad.verify_ledger(:'euros');
UPDATE lad_data.billing_ledger_transactions SET seq = 2 WHERE wallet_id = :'euros';
SELECT seq, problem FROM lad.verify_ledger(:'euros', false) WHERE problem <> 'head';
ROLLBACK;
SELECT count(*) AS problems FROM lad.verify_ledger();
DROP FUNCTION public.attempt(text), public.item(uuid, text, numeric, text, numeric);
