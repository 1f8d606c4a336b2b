-- The archive of the ledger: what moves, and that nobody who reads or repeats can tell.
SET client_min_messages = warning;
SET timezone = 'UTC';
CREATE ROLE archive_app LOGIN IN ROLE lad_app;
CREATE ROLE archive_service LOGIN IN ROLE lad_service;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    ('a0000000-0000-4000-8000-000000000023', 'Archive A', 'archive-a', 'active'),
    ('b0000000-0000-4000-8000-000000000023', 'Archive B', 'archive-b', 'active');
\set a '''a0000000-0000-4000-8000-000000000023'''
\set b '''b0000000-0000-4000-8000-000000000023'''
CREATE FUNCTION public.archive_attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; code text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
    RETURN code || ': ' || message;
END $$;
-- Everything that reports on the wallet, to compare before and after.
CREATE FUNCTION public.archive_reports(wallet uuid) RETURNS text LANGUAGE sql AS $$
    SELECT md5(concat_ws('|', (SELECT string_agg(s::text, ',' ORDER BY seq) FROM lad.statement(wallet, '-infinity', '2100-01-01') AS s),
        lad.balance_at(wallet, 'infinity'), lad.balance_at(wallet, 'infinity', 'effective'),
        (SELECT string_agg(t::text, ',' ORDER BY t::text) FROM lad.trial_balance() AS t WHERE t.currency = 'USD'),
        (SELECT string_agg(c::text, ',' ORDER BY c::text) FROM lad.cost_report('-infinity', 'infinity', '{component}') AS c),
        (lad.forecast_balance(wallet)).daily_use))
$$;
CREATE FUNCTION public.archive_use(key text, at timestamptz) RETURNS lad.posting LANGUAGE sql AS $$
    SELECT lad.charge('ai', '[{"category": "stt", "provider": "openai", "model": "whisper-1", "unit": "second", "quantity": 10000}]', key, occurred_at => at)
$$;
CREATE VIEW public.archive_state WITH (security_invoker) AS
    SELECT (SELECT string_agg(regexp_replace(idempotency_key, '(_|:)[0-9a-f-]{36}', ''), ' ' ORDER BY seq) FROM lad_data.billing_ledger_archive WHERE tenant_id = lad.current_tenant_id()) AS archived,
           (SELECT string_agg(regexp_replace(idempotency_key, '(_|:)[0-9a-f-]{36}', ''), ' ' ORDER BY seq) FROM lad_data.billing_ledger_transactions WHERE tenant_id = lad.current_tenant_id()) AS ledger,
           (SELECT string_agg(idempotency_key, ' ' ORDER BY occurred_at) FROM lad_data.billing_usage_events
            WHERE tenant_id = lad.current_tenant_id() AND archived_transaction_id IS NOT NULL AND ledger_transaction_id IS NULL) AS events;
GRANT SELECT ON public.archive_state TO PUBLIC;

SET SESSION AUTHORIZATION archive_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT lad.create_wallet(currency => 'USD') AS wallet \gset
SELECT seq FROM lad.topup(:'wallet', 100, 'opening');
SELECT transaction_id AS used FROM public.archive_use('use 1', '2026-01-02') \gset
SELECT amount FROM public.archive_use('use 2', '2026-01-03');
SELECT transaction_id AS plain FROM lad.debit(:'wallet', 2, 'plain') \gset
SELECT transaction_id AS partly FROM lad.debit(:'wallet', 5, 'partly') \gset
SELECT amount FROM lad.reverse(:'partly', 'part back', 1);
SELECT status FROM lad.reserve(:'wallet', 3, 'hold');
SELECT hold_id AS hold FROM lad.reserve(:'wallet', 3, 'hold') \gset
SELECT amount FROM lad.capture(:'hold', 2);
-- An invoice of a period that is over only in a thousand years: all of this lies before its end.
SELECT lad.generate_invoice('2026-01-01', '3026-01-01') AS invoice \gset
SELECT lad.finalize_invoice(:'invoice');
COMMIT;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT lad.archive_ledger() AS before_payment;
SELECT total AS due FROM lad_data.billing_invoices WHERE id = :'invoice' \gset
SELECT transaction_id AS paid FROM lad.topup(:'wallet', :due, 'payment') \gset
SELECT lad.pay_invoice(:'invoice', :'paid');
COMMIT;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT amount FROM public.archive_use('not invoiced', '2026-05-05');
COMMIT;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT lad.export_checkpoint() AS checkpoint \gset
-- What others do not see yet stays: they could not find its key.
SELECT amount FROM lad.debit(:'wallet', 0.5, 'unseen');
SELECT public.archive_reports(:'wallet') AS reports \gset
SELECT lad.archive_ledger(2) AS two;
SELECT lad.archive_ledger() AS rest, lad.archive_ledger() AS none;
COMMIT;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT * FROM public.archive_state;
SELECT public.archive_reports(:'wallet') = :'reports' AS same;
SELECT * FROM lad.verify_ledger();
SELECT * FROM lad.verify_ledger(since_checkpoint => false);
SELECT * FROM lad.verify_ledger(checkpoint => :'checkpoint');
SELECT lad.export_checkpoint() IS NOT NULL AS exported;

-- Known keys answer as before, and post nothing.
SELECT amount, balance_after, replayed FROM lad.debit(:'wallet', 2, 'plain');
SELECT public.archive_attempt(format('SELECT lad.debit(%L, 3, ''plain'')', :'wallet'));
SELECT amount, replayed FROM public.archive_use('use 1', '2026-01-02');
SELECT amount, replayed FROM lad.capture(:'hold', 2);
SELECT status, replayed FROM lad.reserve(:'wallet', 3, 'hold');
SELECT amount, replayed, sqlstate FROM lad.post_batch(ARRAY[ROW(:'wallet', 'debit', 2, 'plain', NULL, NULL, NULL, NULL, NULL, NULL)::lad.posting_request,
    ROW(:'wallet', 'debit', 1, 'new', NULL, NULL, NULL, NULL, NULL, NULL)::lad.posting_request]);
-- What is reversed is taken back first; more than is left cannot be.
SELECT amount, balance_after FROM lad.reverse(:'plain', 'undo plain', 1.5);
SELECT public.archive_attempt(format('SELECT lad.reverse(%L, ''undo more'', 0.51)', :'plain'));
SELECT amount FROM lad.reverse(:'used', 'undo use');
SELECT public.archive_attempt(format('SELECT lad.reverse(%L, ''x'')', :'hold'));
SELECT * FROM public.archive_state;
SELECT idempotency_key, archived_transaction_id IS NULL AS back FROM lad_data.billing_usage_events WHERE ledger_transaction_id = :'used';
SELECT * FROM lad.verify_ledger(since_checkpoint => false);
SELECT public.archive_attempt(format('SELECT lad.archive_ledger(%s)', n)) FROM unnest(ARRAY['0', '-1', 'NULL']) AS n;
COMMIT;
-- Another tenant sees none of it.
BEGIN;
SELECT lad.authenticate_service(:b, 'test');
SELECT lad.archive_ledger() AS nothing;
SELECT public.archive_attempt(format('SELECT lad.reverse(%L, ''x'')', :'hold'));
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT lad.issue_token(:b, ttl => '15 minutes') AS foreigner, lad.issue_token(:a, ttl => '15 minutes') AS machine \gset
SET SESSION AUTHORIZATION archive_app;
BEGIN;
SELECT lad.authenticate(:'foreigner');
SELECT * FROM public.archive_state;
COMMIT;
BEGIN;
SELECT lad.authenticate(:'machine');
SELECT public.archive_attempt(statement) FROM (VALUES ('SELECT lad.archive_ledger()'), ('DELETE FROM lad_data.billing_ledger_archive')) AS tried (statement);
COMMIT;
RESET SESSION AUTHORIZATION;

-- The archive is as immutable as the ledger.
SELECT public.archive_attempt(statement) FROM (VALUES
    ('UPDATE lad_data.billing_ledger_archive SET amount = 0'), ('DELETE FROM lad_data.billing_ledger_archive'), ('TRUNCATE lad_data.billing_ledger_archive'),
    ('DELETE FROM lad_data.billing_ledger_transactions')) AS tried (statement);
GRANT lad_owner TO archive_service;
SET SESSION AUTHORIZATION archive_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SET LOCAL ROLE lad_owner;
SELECT public.archive_attempt(statement) FROM (VALUES
    ('INSERT INTO lad_data.billing_ledger_archive SELECT * FROM lad_data.billing_ledger_archive'), ('DROP TABLE lad_data.billing_ledger_archive CASCADE'),
    ('DELETE FROM lad_data.billing_ledger_archive'), ('ALTER TABLE lad_data.billing_ledger_archive DISABLE TRIGGER USER')) AS tried (statement);
ROLLBACK;
RESET SESSION AUTHORIZATION;
REVOKE lad_owner FROM archive_service;
-- What a superuser does around the triggers is seen, in the archive too.
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE lad_data.billing_ledger_archive SET description = 'forged' WHERE idempotency_key = 'hold' AND tenant_id = :a;
SELECT problem FROM lad.verify_ledger(:'wallet', false);
ROLLBACK;
-- A call whose charge is archived is corrected to the credit, and asked again answers the same.
\set c '''c0000000-0000-4000-8000-000000000023'''
\set call '''d0000000-0000-4000-8000-000000000023'''
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES (:c, 'Archive D', 'archive-call', 'active');
BEGIN;
SELECT lad.authenticate_service(:c, 'test');
SELECT lad.create_wallet() AS wallet \gset
SELECT seq FROM lad.topup(:'wallet', 100, 'opening');
INSERT INTO lad_data.voice_call_logs (tenant_id, id, status, to_country_code, to_base_number) VALUES (:c, :call, 'ongoing', '+971', 501);
SELECT amount FROM lad.finish_call(:call, 'ended', 121);
SELECT lad.generate_invoice('2026-01-01', '3026-01-01') AS invoice \gset
SELECT lad.finalize_invoice(:'invoice');
SELECT total AS due FROM lad_data.billing_invoices WHERE id = :'invoice' \gset
SELECT transaction_id AS paid FROM lad.topup(:'wallet', :due, 'payment') \gset
SELECT lad.pay_invoice(:'invoice', :'paid');
COMMIT;
BEGIN;
SELECT lad.authenticate_service(:c, 'test');
SELECT lad.archive_ledger() AS archived;
SELECT amount FROM lad.correct_call(:call, 30, 'shorter');
SELECT amount, replayed FROM lad.correct_call(:call, 30, 'shorter');
SELECT problem FROM lad.reconcile_calls('-infinity', 'infinity');
SELECT * FROM lad.verify_ledger(since_checkpoint => false);
COMMIT;
DROP VIEW public.archive_state;
DROP FUNCTION public.archive_attempt(text), public.archive_reports(uuid), public.archive_use(text, timestamptz);
DROP ROLE archive_app, archive_service;
