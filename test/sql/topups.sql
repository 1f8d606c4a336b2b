-- Packages that a checkout has paid: webhooks again, refunds, payments that the bank takes back.
\set VERBOSITY verbose
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE ROLE topups_app LOGIN IN ROLE lad_app;
CREATE ROLE topups_service LOGIN IN ROLE lad_service;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    ('a0000000-0000-4000-8000-000000000062', 'Topups A', 'topups-a', 'active'), ('b0000000-0000-4000-8000-000000000062', 'Topups B', 'topups-b', 'active');
INSERT INTO lad_data.users (id, email) SELECT ('c' || n || '000000-0000-4000-8000-000000000062')::uuid, n || '@topups.example' FROM generate_series(1, 3) n;
INSERT INTO lad_data.memberships (tenant_id, user_id, role)
SELECT 'a0000000-0000-4000-8000-000000000062', id, CASE left(id::text, 2) WHEN 'c1' THEN 'owner' ELSE 'member' END
FROM lad_data.users WHERE email LIKE '%@topups.example';
INSERT INTO lad_data.user_capabilities (tenant_id, user_id, capability_key)
VALUES ('a0000000-0000-4000-8000-000000000062', 'c2000000-0000-4000-8000-000000000062', 'billing.admin');
INSERT INTO lad_data.billing_topup_packages (tenant_id, package_key, credits, price)
VALUES ('b0000000-0000-4000-8000-000000000062', 'credits_1000', 1100, 99), ('b0000000-0000-4000-8000-000000000062', 'own', 5, 1);
\set a '''a0000000-0000-4000-8000-000000000062'''
\set b '''b0000000-0000-4000-8000-000000000062'''
SELECT lad.issue_token(:a, 'c1000000-0000-4000-8000-000000000062') AS owner, lad.issue_token(:a, 'c2000000-0000-4000-8000-000000000062') AS admin,
       lad.issue_token(:a, 'c3000000-0000-4000-8000-000000000062') AS member \gset
CREATE FUNCTION public.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; code text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
    RETURN code || ': ' || message;
END $$;

SET SESSION AUTHORIZATION topups_app;
BEGIN;
SELECT lad.authenticate(:'owner');
SELECT lad.create_wallet() AS wallet, lad.create_wallet('c2000000-0000-4000-8000-000000000062', 'USD') AS dollars \gset
SELECT package_key, credits, currency, price, price_currency FROM lad_data.billing_topup_packages ORDER BY credits;
SELECT seq, transaction_type, amount, balance_after, replayed FROM lad.topup_package(:'wallet', 'credits_1000', 'cs_1', '{"payment_intent": "pi_1"}');
SELECT seq, transaction_type, amount, balance_after, replayed FROM lad.topup_package(:'wallet', 'credits_1000', 'cs_1', '{"payment_intent": "pi_1"}');
SELECT idempotency_key, reference_type, counter_account, description, metadata FROM lad_data.billing_ledger_transactions WHERE wallet_id = :'wallet';
SELECT public.attempt(format('SELECT lad.topup_package(%s)', arguments)) FROM (VALUES
    (format('%L, ''credits_3000'', ''cs_1'', ''{"payment_intent": "pi_1"}''', :'wallet')), (format('%L, ''credits_1000'', ''cs_1''', :'wallet')),
    (format('%L, ''credits_1000'', ''cs_1'', ''{"payment_intent": "pi_1"}''', :'dollars')), (format('%L, ''credits_1'', ''cs_2''', :'wallet')),
    (format('%L, ''own'', ''cs_2''', :'wallet')), (format('%L, ''credits_1000'', ''cs_2''', :'dollars')), ('gen_random_uuid(), ''credits_1000'', ''cs_2'''),
    (format('%L, ''credits_1000'', ''''', :'wallet')), (format('%L, ''credits_1000'', repeat(''x'', 194)', :'wallet')),
    (format('%L, ''credits_1000'', ''cs_2'', ''[]''', :'wallet')), (format('%L, NULL, ''cs_2''', :'wallet')), (format('%L, ''credits_1000'', NULL', :'wallet'))) AS bad (arguments);
COMMIT;
BEGIN;
SELECT lad.authenticate(:'admin');
SELECT amount, balance_after, replayed FROM lad.topup_package(:'wallet', 'credits_3000', 'cs_3');
SELECT amount, balance_after FROM lad.topup_package(:'wallet', 'credits_12000', 'cs_4');
COMMIT;
BEGIN;
SELECT lad.authenticate(:'member');
SELECT public.attempt(format('SELECT lad.topup_package(%L, ''credits_1000'', ''cs_5'')', :'wallet'));
COMMIT;
RESET SESSION AUTHORIZATION;

-- A price list that changes does not make a conflict of a webhook that comes again.
BEGIN;
UPDATE lad_data.billing_topup_packages SET credits = 900 WHERE package_key = 'credits_1000' AND tenant_id IS NULL;
DELETE FROM lad_data.billing_topup_packages WHERE package_key = 'credits_3000';
SELECT lad.authenticate_service(:a, 'test');
SELECT amount, replayed FROM lad.topup_package(:'wallet', 'credits_1000', 'cs_1', '{"payment_intent": "pi_1"}');
SELECT amount, replayed FROM lad.topup_package(:'wallet', 'credits_3000', 'cs_3');
SELECT public.attempt(format('SELECT lad.topup_package(%L, ''credits_3000'', ''cs_6'')', :'wallet'));
ROLLBACK;

SET SESSION AUTHORIZATION topups_service;
BEGIN;
SELECT lad.authenticate_service(:b, 'test');
SELECT lad.create_wallet() AS wallet_b \gset
SELECT amount, available FROM lad.topup_package(:'wallet_b', 'credits_1000', 'cs_1');
-- Whoever may only spend cannot burn the key of a payment to come.
SELECT public.attempt(statement) FROM (VALUES (format('SELECT lad.debit(%L, 1, ''stripe_cs_9'')', :'wallet_b')),
    (format('SELECT lad.post(%L, ''debit'', 1, ''stripe_cs_9'')', :'wallet_b')), (format('SELECT lad.reserve(%L, 1, ''stripe_cs_9'')', :'wallet_b')),
    (format('SELECT lad.post_batch(ARRAY[ROW(%L, ''debit'', 1, ''stripe_cs_9'', NULL, NULL, NULL, NULL, NULL, NULL)::lad.posting_request])', :'wallet_b'))) AS t (statement);
-- Refunds: a part, the same event again, more than is left, the rest; each once.
SELECT id AS paid FROM lad_data.billing_ledger_transactions WHERE idempotency_key = 'stripe_cs_1' AND wallet_id = :'wallet_b' \gset
SELECT amount, available, replayed FROM lad.reverse(:'paid', 'stripe_refund_re_1', 400, 'refund');
SELECT amount, available, replayed FROM lad.reverse(:'paid', 'stripe_refund_re_1', 400, 'refund');
SELECT public.attempt(format('SELECT lad.reverse(%L, ''stripe_refund_re_1'', 401, ''refund'')', :'paid'));
SELECT public.attempt(format('SELECT lad.reverse(%L, ''stripe_refund_re_2'', 701)', :'paid'));
SELECT amount, available FROM lad.reverse(:'paid', 'stripe_refund_re_3');
SELECT public.attempt(format('SELECT lad.reverse(%L, ''stripe_refund_re_4'')', :'paid'));
-- A refund of what is spent is refused, a chargeback is not; the next payment pays the debt.
SELECT transaction_id AS spent FROM lad.topup_package(:'wallet_b', 'own', 'cs_2') \gset
SELECT amount FROM lad.debit(:'wallet_b', 4, 'call');
SELECT public.attempt(format('SELECT lad.reverse(%L, ''stripe_refund_re_5'')', :'spent'));
SELECT amount, balance_after, available, replayed FROM lad.chargeback(:'spent', 'stripe_dispute_dp_1');
SELECT amount, balance_after, available, replayed FROM lad.chargeback(:'spent', 'stripe_dispute_dp_1');
SELECT public.attempt(format('SELECT lad.chargeback(%L, ''stripe_dispute_dp_2'')', :'spent'));
SELECT amount, balance_after, replayed FROM lad.topup_package(:'wallet_b', 'own', 'cs_2');
SELECT amount, balance_after, available FROM lad.topup_package(:'wallet_b', 'own', 'cs_3');
SELECT * FROM lad.verify_ledger();
COMMIT;
RESET SESSION AUTHORIZATION;
DROP FUNCTION public.attempt(text);
