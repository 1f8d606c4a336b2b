-- Credit grants through SQL: order of spending, expiry, holds, reversals, transfers, verification.
\set VERBOSITY verbose
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE ROLE grants_app LOGIN IN ROLE lad_app;
CREATE ROLE grants_service LOGIN IN ROLE lad_service;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    ('a0000000-0000-4000-8000-000000000061', 'Grants A', 'grants-a', 'active'),
    ('b0000000-0000-4000-8000-000000000061', 'Grants B', 'grants-b', 'active');
INSERT INTO lad_data.users (id, email) SELECT ('c' || n || '000000-0000-4000-8000-000000000061')::uuid, n || '@grants.example' FROM generate_series(1, 3) n;
INSERT INTO lad_data.memberships (tenant_id, user_id, role)
SELECT 'a0000000-0000-4000-8000-000000000061', id, CASE left(id::text, 2) WHEN 'c1' THEN 'owner' ELSE 'member' END
FROM lad_data.users WHERE email LIKE '%@grants.example';
\set a '''a0000000-0000-4000-8000-000000000061'''
\set b '''b0000000-0000-4000-8000-000000000061'''
INSERT INTO lad_data.billing_pricing_catalog (tenant_id, category, provider, model, unit, unit_price, currency)
VALUES (:a, 'telephony', 'grants', 'call', 'minute', 3, 'CREDIT');
SELECT lad.issue_token(:a, 'c1000000-0000-4000-8000-000000000061') AS owner, lad.issue_token(:a, 'c2000000-0000-4000-8000-000000000061') AS member,
       lad.issue_token(:b) AS foreigner \gset
CREATE FUNCTION public.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; code text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
    RETURN code || ': ' || message;
END $$;
-- Lets a grant run out, instead of waiting for it.
CREATE FUNCTION public.run_out(key text) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$
    UPDATE lad_data.billing_credit_grants SET expires_at = '2026-01-02', effective_at = '2026-01-01' WHERE idempotency_key = key
$$;
CREATE VIEW public.burns WITH (security_invoker = true) AS
    SELECT l.seq, l.transaction_type AS type, l.idempotency_key AS key, g.idempotency_key AS of_grant, b.amount
    FROM lad_data.billing_grant_burns b JOIN lad_data.billing_ledger_transactions l ON l.id = b.transaction_id AND l.tenant_id = b.tenant_id
    JOIN lad_data.billing_credit_grants g ON g.id = b.grant_id AND g.tenant_id = b.tenant_id;
GRANT SELECT ON public.burns TO grants_app;

SET SESSION AUTHORIZATION grants_app;
BEGIN;
SELECT lad.authenticate(:'owner');
SELECT lad.create_wallet() AS tenant, lad.create_wallet('c2000000-0000-4000-8000-000000000061') AS mine, lad.create_wallet('c3000000-0000-4000-8000-000000000061') AS other \gset
SELECT seq FROM lad.topup(:'tenant', 100, 'paid');
SELECT lad.grant_credits(:'tenant', 10, 'late', expires_at => now() + interval '2 days') AS late \gset
SELECT lad.grant_credits(:'tenant', 10, 'soon', expires_at => now() + interval '1 day') AS soon \gset
SELECT lad.grant_credits(:'tenant', 10, 'first', 10) AS first \gset
SELECT lad.grant_credits(:'tenant', 10, 'ever') AS ever \gset
SELECT seq, transaction_type, amount, counter_account, reference_type, reference_id = id AS names_itself FROM lad_data.billing_ledger_transactions
WHERE wallet_id = :'tenant' ORDER BY seq;
SELECT * FROM lad.balance(:'tenant');

-- The same request again is the same grant, also when the clock has gone on; another is a conflict.
SELECT lad.grant_credits(:'tenant', 10.000000, 'ever') = :'ever' AS same;
COMMIT;
BEGIN;
SELECT lad.authenticate(:'owner');
SELECT lad.grant_credits(:'tenant', 10, 'ever') = :'ever' AS same;
SELECT public.attempt(format('SELECT lad.grant_credits(%L, %s)', :'tenant', arguments)) FROM (VALUES
    ('11, ''ever'''), ('10, ''ever'', 51'), ('10, ''ever'', expires_at => now() + interval ''1 day'''), ('10, ''paid'''),
    ('0, ''x'''), ('-1, ''x'''), ('''NaN'', ''x'''), ('1e-7, ''x'''), ('NULL, ''x'''), ('1, NULL'), ('1, '''''), ('1, ''expire:x'''), ('1, ''x'', NULL'),
    ('1, ''x'', effective_at => NULL'), ('1, ''x'', effective_at => clock_timestamp() + interval ''1 hour'''),
    ('1, ''x'', expires_at => now() - interval ''1 hour'''), ('1, ''x'', effective_at => ''2026-01-02'', expires_at => ''2026-01-02'''),
    ('1, ''x'', expires_at => ''infinity'''), ('99999999999999, ''x''')) AS bad (arguments);
SELECT public.attempt('SELECT lad.grant_credits(gen_random_uuid(), 1, ''x'')');
SELECT public.attempt('SELECT * FROM lad.expire_credits()');

-- Spent by priority, then expiry, then age; other money last. One posting, one row for each grant.
SELECT amount, available FROM lad.debit(:'tenant', 12, 'd1');
SELECT amount, available FROM lad.debit(:'tenant', 12, 'd1');
SELECT amount, available FROM lad.debit(:'tenant', 20, 'd2');
SELECT key, of_grant, amount FROM public.burns ORDER BY seq, amount DESC, of_grant;
SELECT idempotency_key, remaining FROM lad_data.billing_credit_grants ORDER BY created_at;
SELECT current_balance, granted_balance FROM lad_data.billing_wallets WHERE id = :'tenant';

-- A reversal gives back what moved last: other money, then the last grant.
SELECT id AS d2 FROM lad_data.billing_ledger_transactions WHERE idempotency_key = 'd2' \gset
SELECT amount FROM lad.reverse(:'d2', 'u1', 5);
SELECT amount FROM lad.reverse(:'d2', 'u2', 4);
SELECT amount FROM lad.reverse(:'d2', 'u3');
SELECT key, of_grant, amount FROM public.burns WHERE type = 'reversal' ORDER BY seq, of_grant;
SELECT idempotency_key, remaining FROM lad_data.billing_credit_grants ORDER BY created_at;

-- What a transfer takes from grants stays what it is; its reversal brings it back.
SELECT amount FROM lad.transfer(:'tenant', :'mine', 10, 't1');
SELECT g.source, g.amount, g.remaining, g.priority, g.expires_at = o.expires_at AS same_end FROM lad_data.billing_credit_grants g JOIN lad_data.billing_credit_grants o
    ON o.idempotency_key = CASE g.amount WHEN 8 THEN 'soon' ELSE 'late' END WHERE g.wallet_id = :'mine' ORDER BY g.expires_at;
SELECT amount FROM lad.debit(:'mine', 3, 'd3');
SELECT id AS t1 FROM lad_data.billing_ledger_transactions WHERE idempotency_key = 't1' \gset
SELECT amount FROM lad.reverse(:'t1', 'u4', 6);
SELECT type, key, of_grant, amount FROM public.burns WHERE seq > 1 AND key LIKE '%t1' OR key LIKE '%u4' OR key = 'd3' ORDER BY key, of_grant;
SELECT count(*) FROM lad.verify_ledger();

-- Batches and usage spend grants as well.
SELECT count(*) FROM lad.post_batch((SELECT array_agg(ROW(:'tenant', 'debit', 0.5, 'b' || n, NULL, NULL, NULL, NULL, NULL, NULL)::lad.posting_request) FROM generate_series(1, 3) n));
SELECT amount, balance_after FROM lad.charge('voice-agent', '[{"category": "telephony", "provider": "grants", "model": "call", "unit": "minute", "quantity": 1}]', 'call');
SELECT type, of_grant, sum(amount) FROM public.burns WHERE key ~ '^(b\d|charge_usage_)' GROUP BY 1, 2 ORDER BY 1, 2;
SELECT idempotency_key, remaining FROM lad_data.billing_credit_grants WHERE wallet_id = :'tenant' ORDER BY created_at;

-- Expired credits count no more, though no row says so; the next posting writes it, first of all.
SELECT public.run_out('late');
SELECT * FROM lad.balance(:'tenant');
SELECT lad.check_balance(:'tenant', 110.000001), lad.check_balance(:'tenant', 110);
SELECT public.attempt(format('SELECT lad.debit(%L, 110.000001, ''x'')', :'tenant'));
SELECT public.attempt(format('SELECT lad.reserve(%L, 110.000001, ''x'')', :'tenant'));
SELECT amount, available FROM lad.topup(:'tenant', 1, 'more');
SELECT transaction_type, amount, counter_account, idempotency_key = 'expire:' || :'late' || ':' || seq AS keyed, effective_at = '2026-01-02' AS dated FROM lad_data.billing_ledger_transactions
WHERE wallet_id = :'tenant' ORDER BY seq DESC LIMIT 2;
SELECT account, balance FROM lad.trial_balance() WHERE account = 'expired';

-- What goes back to an expired grant is lost at once.
SELECT amount FROM lad.debit(:'tenant', 2, 'd4');
SELECT public.run_out('ever');
SELECT public.run_out('soon');
SELECT id AS d4 FROM lad_data.billing_ledger_transactions WHERE idempotency_key = 'd4' \gset
SELECT amount, available FROM lad.reverse(:'d4', 'u5');
SELECT seq - min(seq) OVER () AS row, transaction_type, amount, idempotency_key ~ '^expire:' AS by_itself FROM lad_data.billing_ledger_transactions
WHERE wallet_id = :'tenant' AND seq > (SELECT seq FROM lad_data.billing_ledger_transactions WHERE id = :'d4') ORDER BY seq;
SELECT * FROM lad.verify_ledger();

-- An open hold counts on granted credits: they outlive their end for its capture, and no longer.
SELECT lad.grant_credits(:'other', 10, 'held', expires_at => now() + interval '1 day') AS held \gset
SELECT seq FROM lad.topup(:'other', 5, 'paid too');
SELECT hold_id AS hold, available FROM lad.reserve(:'other', 8, 'hold') \gset
SELECT key, of_grant FROM public.burns WHERE key = 'hold';
SELECT public.run_out('held');
SELECT * FROM lad.balance(:'other');
SELECT amount, available FROM lad.debit(:'other', 1, 'd5');
SELECT amount, balance_after, available FROM lad.capture(:'hold', 6);
SELECT type, amount FROM public.burns WHERE of_grant = 'held' ORDER BY seq;
SELECT * FROM lad.balance(:'other');
SELECT hold_id AS hold FROM lad.reserve(:'other', 4, 'hold 2') \gset
SELECT lad.grant_credits(:'other', 3, 'kept', expires_at => now() + interval '1 day') AS kept \gset
SELECT public.run_out('kept');
SELECT * FROM lad.balance(:'other');
SELECT status, available FROM lad.release(:'hold');
SELECT transaction_type, amount FROM lad_data.billing_ledger_transactions WHERE wallet_id = :'other' ORDER BY seq DESC LIMIT 2;

-- A grant that is reversed is taken back as far as it is there, and nothing restores it.
SELECT lad.grant_credits(:'other', 4, 'gift') AS gift \gset
SELECT amount FROM lad.debit(:'other', 1, 'd6');
SELECT amount, balance_after FROM lad.reverse(:'gift', 'u6');
SELECT remaining, voided_at IS NOT NULL AS voided FROM lad_data.billing_credit_grants WHERE idempotency_key = 'gift';
SELECT id AS d6 FROM lad_data.billing_ledger_transactions WHERE idempotency_key = 'd6' \gset
SELECT amount FROM lad.reverse(:'d6', 'u7');
SELECT remaining FROM lad_data.billing_credit_grants WHERE idempotency_key = 'gift';
SELECT status FROM lad_data.billing_wallets WHERE id = :'other';
SELECT public.attempt(format('SELECT lad.set_wallet_status(%L, ''suspended'', ''late'')', :'other'));
SELECT public.attempt(format('SELECT lad.grant_credits(%L, 1, ''while suspended'', expires_at => now() + interval ''1 day'')', :'other'));
SELECT public.attempt(format('SELECT lad.set_wallet_status(%L, ''active'', ''paid'')', :'other'));
-- Expired credits keep no wallet from being closed.
SELECT amount FROM lad.debit(:'other', (SELECT available - 0.5 FROM lad.balance(:'other')), 'rest');
SELECT amount FROM lad.debit(:'other', 0.5, 'last');
SELECT lad.grant_credits(:'other', 1, 'at the end', expires_at => now() + interval '1 day') IS NOT NULL;
SELECT public.run_out('at the end');
SELECT public.attempt(format('SELECT lad.set_wallet_status(%L, ''closed'', ''gone'')', :'other'));
SELECT current_balance, granted_balance, status FROM lad_data.billing_wallets WHERE id = :'other';
SELECT public.attempt(format('SELECT lad.grant_credits(%L, 1, ''too late'')', :'other'));
COMMIT;

-- What others may and see.
BEGIN;
SELECT lad.authenticate(:'member');
SELECT public.attempt(format('SELECT lad.grant_credits(%L, 1, ''m'')', :'mine'));
SELECT amount FROM lad.debit(:'mine', 0.25, 'by the member');
COMMIT;
BEGIN;
SELECT lad.authenticate(:'foreigner');
SELECT public.attempt(format('SELECT lad.grant_credits(%L, 1, ''f'')', :'mine'));
SELECT count(*) FROM lad_data.billing_credit_grants;
SELECT count(*) FROM lad_data.billing_grant_burns;
COMMIT;

-- A wallet that owes pays first. A payment taken back leaves grants for last.
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION grants_service;
BEGIN;
SELECT lad.authenticate_service(:b, 'test');
SELECT lad.create_wallet(credit_limit => 20) AS owing \gset
SELECT balance_after, available FROM lad.debit(:'owing', 15, 'd1');
SELECT lad.grant_credits(:'owing', 20, 'g') IS NOT NULL;
SELECT g.remaining, b.amount FROM lad_data.billing_credit_grants g JOIN lad_data.billing_grant_burns b ON b.grant_id = g.id WHERE g.wallet_id = :'owing';
SELECT balance_after, available FROM lad.debit(:'owing', 9, 'd2');
SELECT transaction_id AS paid FROM lad.topup(:'owing', 30, 'paid') \gset
SELECT lad.grant_credits(:'owing', 5, 'h') IS NOT NULL;
SELECT balance_after, available FROM lad.chargeback(:'paid', 'bank', 28);
SELECT current_balance, granted_balance FROM lad_data.billing_wallets WHERE id = :'owing';
SELECT balance_after FROM lad.topup(:'owing', 10, 'paid again');
SELECT balance_after, available FROM lad.chargeback(:'paid', 'bank 2');
SELECT current_balance, granted_balance FROM lad_data.billing_wallets WHERE id = :'owing';
SELECT * FROM lad.verify_ledger();

-- Nobody posts to it: a job writes what is lost, once; what a hold counts on is not.
SELECT lad.grant_credits(:'owing', 6, 'idle', expires_at => now() + interval '1 day') IS NOT NULL;
SELECT status FROM lad.reserve(:'owing', 2, 'hold');
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT public.run_out('idle');
SET SESSION AUTHORIZATION grants_service;
BEGIN;
SELECT lad.authenticate_service(reason => 'test');
SELECT tenant_id = :b AS mine, wallet_id = :'owing' AS owing, amount, grants FROM lad.expire_credits() WHERE tenant_id = :b;
SELECT count(*) FROM lad.expire_credits() WHERE tenant_id = :b;
SELECT public.attempt('SELECT * FROM lad.expire_credits(0)');
COMMIT;
BEGIN;
SELECT lad.authenticate_service(:b, 'test');
SELECT current, reserved, available FROM lad.balance(:'owing');
SELECT count(*) FROM lad.expire_credits();
SELECT * FROM lad.verify_ledger();
COMMIT;
RESET SESSION AUTHORIZATION;

-- Tampering is found.
BEGIN;
UPDATE lad_data.billing_credit_grants SET remaining = remaining + 1 WHERE idempotency_key = 'idle';
SELECT problem, regexp_replace(detail, '[0-9a-f-]{36}', '...') FROM lad.verify_ledger(:'owing');
ROLLBACK;
BEGIN;
DELETE FROM lad_data.billing_grant_burns WHERE amount > 0 AND grant_id = (SELECT id FROM lad_data.billing_credit_grants WHERE idempotency_key = 'idle');
SELECT problem FROM lad.verify_ledger();
ROLLBACK;
BEGIN;
UPDATE lad_data.billing_wallets SET granted_balance = 0 WHERE id = :'owing';
SELECT problem, detail FROM lad.verify_ledger(:'owing');
ROLLBACK;
BEGIN;
UPDATE lad_data.billing_credit_grants SET remaining = 500, amount = 500 WHERE idempotency_key = 'idle';
UPDATE lad_data.billing_grant_burns SET amount = 0.000001 WHERE grant_id = (SELECT id FROM lad_data.billing_credit_grants WHERE idempotency_key = 'idle');
UPDATE lad_data.billing_wallets SET granted_balance = 500 WHERE id = :'owing';
SELECT problem FROM lad.verify_ledger(:'owing');
ROLLBACK;
SELECT count(*) AS problems FROM lad.verify_ledger();
DROP VIEW public.burns;
DROP FUNCTION public.attempt(text), public.run_out(text);
