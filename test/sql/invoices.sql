-- Invoices: drafts, lines that sum up, numbers, payment, void, what never changes, the document.
SET client_min_messages = warning;
SET timezone = 'UTC';

CREATE ROLE invoices_app LOGIN IN ROLE lad_app;
CREATE ROLE invoices_service LOGIN IN ROLE lad_service;
INSERT INTO lad_data.tenants (id, name, slug, status, email, metadata) VALUES
    ('a0000000-0000-4000-8000-000000000021', 'Invoices <script>A</script>', 'invoices-a', 'active', 'a@example.com',
     '{"tax_rates": [{"name": "VAT", "rate": 0.05}, {"name": "City <b>", "rate": "0.01"}], "billing": {"address": "1 Main St", "tax_id": "TRN 1"}}'),
    ('b0000000-0000-4000-8000-000000000021', 'Invoices B', 'invoices-b', 'active', NULL, '{}');
\set a '''a0000000-0000-4000-8000-000000000021'''
\set b '''b0000000-0000-4000-8000-000000000021'''
INSERT INTO lad_data.users (id, email) VALUES ('c1000000-0000-4000-8000-000000000021', 'invoice-owner@example.com'),
    ('c2000000-0000-4000-8000-000000000021', 'invoice-member@example.com');
INSERT INTO lad_data.memberships (tenant_id, user_id, role) VALUES (:a, 'c1000000-0000-4000-8000-000000000021', 'owner'),
    (:a, 'c2000000-0000-4000-8000-000000000021', 'member');
INSERT INTO lad_data.billing_pricing_catalog (tenant_id, category, provider, model, unit, unit_price, currency, effective_from) VALUES
    (:a, 'llm', 'inv', 'm', 'token', 0.333333, 'USD', '2020-01-01'), (:a, 'tts', 'inv', 'v', 'character', 0, 'USD', '2020-01-01'),
    (:a, 'llm', 'inv', 'm', 'token', 2, 'EUR', '2020-01-01');
SELECT lad.issue_token(:a, 'c1000000-0000-4000-8000-000000000021', '15 minutes') AS owner,
       lad.issue_token(:a, 'c2000000-0000-4000-8000-000000000021', '15 minutes') AS member,
       lad.issue_token(:b, ttl => '15 minutes') AS foreigner \gset
CREATE FUNCTION public.invoice_attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; code text; detail text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
    RETURN code || ': ' || message || coalesce(' | ' || regexp_replace(nullif(detail, ''), 'DRAFT-[0-9a-f-]{36}', 'DRAFT-id'), '');
END $$;
-- One use of so many tokens (and as many free characters) in a feature.
CREATE FUNCTION public.invoice_use(key text, at timestamptz, quantity numeric, feature text DEFAULT 'ai', payer uuid DEFAULT NULL)
RETURNS lad.posting LANGUAGE sql AS $$
    SELECT lad.charge(feature, jsonb_build_array(
        jsonb_build_object('category', 'llm', 'provider', 'inv', 'model', 'm', 'unit', 'token', 'quantity', quantity),
        jsonb_build_object('category', 'tts', 'provider', 'inv', 'model', 'v', 'unit', 'character', 'quantity', quantity)),
        key, payer, occurred_at => at)
$$;
CREATE VIEW public.invoice_lines WITH (security_invoker) AS
    SELECT i.id AS invoice, l->>'kind' AS kind, l->>'feature_key' AS feature, l->>'category' AS category,
           (l->>'quantity')::numeric AS quantity, (l->>'unit_price')::numeric AS unit_price,
           (l->>'exact')::numeric AS exact, (l->>'amount')::numeric AS amount
    FROM lad_data.billing_invoices AS i, jsonb_array_elements(i.line_items) AS l;
GRANT SELECT ON public.invoice_lines TO PUBLIC;

SET SESSION AUTHORIZATION invoices_app;
BEGIN;
SELECT lad.authenticate(:'owner');
SELECT lad.create_wallet(currency => 'USD') AS wallet \gset
SELECT seq FROM lad.topup(:'wallet', 1000, 'opening');
SELECT count(public.invoice_use('jan ' || n, '2026-01-10', 1, feature))
FROM unnest('{ai,ai,campaigns}'::text[]) WITH ORDINALITY AS f (feature, n);
SELECT count(public.invoice_use('feb', '2026-02-01', 10));
SELECT lad.record_usage('ai', '[{"category": "llm", "provider": "inv", "model": "m", "unit": "token", "quantity": 5}]', 'not charged', occurred_at => '2026-01-11') IS NOT NULL AS pending;
COMMIT;

-- A draft: one line for each component of each feature, rounded together; two taxes.
BEGIN;
SELECT lad.authenticate(:'owner');
SELECT lad.generate_invoice('2026-01-01', '2026-02-01') AS january \gset
SELECT lad.generate_invoice('2026-01-01', '2026-02-01') = :'january' AS same;
SELECT kind, feature, category, quantity, unit_price, exact, amount FROM public.invoice_lines WHERE invoice = :'january';
SELECT invoice_number = 'DRAFT-' || id AS provisional, status, subtotal, tax, total, currency, taxes FROM lad_data.billing_invoices;
SELECT public.invoice_attempt(format('SELECT lad.generate_invoice(%L, %L)', f, t)) FROM (VALUES
    ('2026-01-31', '2026-02-28'), ('2025-12-01', '2026-01-02'), ('2026-02-01', '2026-02-01'), ('2026-03-01', '2026-02-01'),
    ('2026-02-01', 'infinity'), ('-infinity', '2026-01-01'), (NULL, '2026-01-01')) AS bad (f, t);
COMMIT;

-- A late event is on the next one, whether or not the first is finalised; what is voided meanwhile is on none.
BEGIN;
SELECT lad.authenticate(:'owner');
SELECT count(public.invoice_use('late', '2026-01-20', 3));
SELECT lad.generate_invoice('2026-02-01', '2026-03-01') AS february \gset
SELECT feature, quantity, amount FROM public.invoice_lines WHERE invoice = :'february' AND category = 'llm';
SELECT lad.finalize_invoice(:'february') AS number;
SELECT lad.finalize_invoice(:'january', '30 days', '{"issuer": {"name": "LAD", "address": "2 Side St"}, "note": "Thank you & <good> bye"}') AS number;
SELECT lad.finalize_invoice(:'january') AS again;
SELECT lad.generate_invoice('2026-01-01', '2026-02-01') = :'january' AS same;
SELECT i.invoice_number, e.idempotency_key FROM lad_data.billing_usage_events AS e JOIN lad_data.billing_invoices AS i ON i.id = e.invoice_id ORDER BY 1, 2;
SELECT due_at - finalized_at BETWEEN '29 days 23:59:59' AND '30 days 00:00:01' AS due FROM lad_data.billing_invoices WHERE id = :'january';
COMMIT;

-- Payment.
BEGIN;
SELECT lad.authenticate(:'owner');
SELECT transaction_id AS short FROM lad.topup(:'wallet', 1, 'short') \gset
SELECT transaction_id AS paid FROM lad.topup(:'wallet', 1.06, 'paid', 'invoice', :'january') \gset
SELECT transaction_id AS back FROM lad.topup(:'wallet', 1.06, 'back') \gset
SELECT amount FROM lad.reverse(:'back', 'reversed', 0.5);
SELECT public.invoice_attempt(format('SELECT lad.pay_invoice(%L, %L)', :'january', t)) FROM (VALUES
    (:'short'::uuid), (:'back'), (gen_random_uuid()), (NULL)) AS bad (t);
SELECT lad.pay_invoice(:'january', :'paid', 'card');
SELECT lad.pay_invoice(:'january', :'paid', 'card');
SELECT public.invoice_attempt(format('SELECT lad.pay_invoice(%L, %L)', :'january', :'short'));
SELECT public.invoice_attempt(format('SELECT lad.void_invoice(%L, ''no'')', :'january'));
SELECT status, payment_method, payment_transaction_id = :'paid' AS linked, paid_at IS NOT NULL AS dated FROM lad_data.billing_invoices WHERE id = :'january';
SELECT lad.generate_invoice('2026-03-01', '2026-04-01') AS march \gset
SELECT public.invoice_attempt(format('SELECT lad.pay_invoice(%L, %L)', i, :'paid')) FROM (VALUES (:'march'::uuid), (:'february'), (gen_random_uuid())) AS bad (i);
-- A debit pays too, when it names the invoice; an invoice of nothing needs no payment.
SELECT total AS due FROM lad_data.billing_invoices WHERE id = :'february' \gset
SELECT transaction_id AS unnamed FROM lad.debit(:'wallet', :due, 'unnamed') \gset
SELECT transaction_id AS named FROM lad.debit(:'wallet', :due, 'named', 'invoice', :'february') \gset
SELECT public.invoice_attempt(format('SELECT lad.pay_invoice(%L, %L)', :'february', t)) FROM (VALUES (:'unnamed'::uuid), (:'named')) AS tried (t);
SELECT lad.finalize_invoice(:'march'), lad.pay_invoice(:'march', NULL);
SELECT invoice_number, status, subtotal, total, payment_transaction_id IS NULL AS unpaid FROM lad_data.billing_invoices ORDER BY 1;
COMMIT;

-- Void: the events are free again, the number is not. Overdue when the day is over, marked or not.
BEGIN;
SELECT lad.authenticate(:'owner');
SELECT count(public.invoice_use('april', '2026-04-02', 4));
SELECT lad.generate_invoice('2026-04-01', '2026-05-01') AS april \gset
SELECT lad.finalize_invoice(:'april', '0') AS number;
SELECT lad.invoice_document(:'april')->>'status' AS status, (SELECT status FROM lad_data.billing_invoices WHERE id = :'april') AS stored;
COMMIT;
BEGIN;
SELECT lad.authenticate(:'owner');
SELECT lad.mark_overdue_invoices() AS marked, lad.mark_overdue_invoices() AS again;
SELECT status FROM lad_data.billing_invoices WHERE id = :'april';
SELECT lad.void_invoice(:'april', 'wrong address');
SELECT lad.void_invoice(:'april', 'wrong address');
SELECT public.invoice_attempt(format('SELECT lad.finalize_invoice(%L)', :'april'));
SELECT status, invoice_number, void_reason FROM lad_data.billing_invoices WHERE id = :'april';
SELECT lad.generate_invoice('2026-04-01', '2026-05-01') AS april2 \gset
SELECT lad.finalize_invoice(:'april2') AS number;
SELECT i.invoice_number FROM lad_data.billing_usage_events AS e JOIN lad_data.billing_invoices AS i ON i.id = e.invoice_id WHERE idempotency_key = 'april';
COMMIT;

-- Refunds and credits come off; a draft voided is no number lost.
BEGIN;
SELECT lad.authenticate(:'owner');
SELECT lad.grant_credits(:'wallet', 6, 'given') IS NOT NULL AS granted;
SELECT transaction_id AS used FROM public.invoice_use('may', '2026-05-02', 30) \gset
SELECT amount FROM lad.reverse(:'used', 'some back', 3);
COMMIT;
BEGIN;
SELECT lad.authenticate(:'owner');
SELECT lad.void_invoice(lad.generate_invoice('2026-05-01', '2026-06-01'), 'too early');
SELECT lad.generate_invoice('2026-05-01', '2026-06-01') AS may \gset
SELECT kind, exact, amount FROM public.invoice_lines WHERE invoice = :'may';
SELECT subtotal FROM lad_data.billing_invoices WHERE id = :'may';
SELECT lad.finalize_invoice(:'may') AS number;
COMMIT;

-- Two currencies are two invoices.
BEGIN;
SELECT lad.authenticate(:'owner');
SELECT lad.create_wallet('c2000000-0000-4000-8000-000000000021', 'EUR') AS euros \gset
SELECT seq FROM lad.topup(:'euros', 100, 'euros');
SELECT amount FROM lad.charge('ai', '[{"category": "llm", "provider": "inv", "model": "m", "unit": "token", "quantity": 1.005}]', 'in euros', 'c2000000-0000-4000-8000-000000000021', occurred_at => '2026-06-03');
SELECT count(public.invoice_use('in dollars', '2026-06-03', 3));
SELECT public.invoice_attempt('SELECT lad.generate_invoice(''2026-06-01'', ''2026-07-01'')');
SELECT public.invoice_attempt(format('SELECT lad.generate_invoice(''2026-06-01'', ''2026-07-01'', %L)', c)) FROM (VALUES ('eur'), ('EU'), (NULL)) AS bad (c);
SELECT lad.generate_invoice('2026-06-01', '2026-07-01', 'EUR') <> lad.generate_invoice('2026-06-01', '2026-07-01', 'USD') AS differ;
SELECT currency, subtotal, total FROM lad_data.billing_invoices WHERE period_start = '2026-06-01' ORDER BY 1;
SELECT public.invoice_attempt('SELECT lad.generate_invoice(''2026-06-01'', ''2026-07-01'')');
COMMIT;

-- The document.
BEGIN;
SELECT lad.authenticate(:'owner');
SELECT jsonb_pretty(lad.invoice_document(:'january') - '{id,issued_at,due_at,paid_at,payment,lines}'::text[]);
SELECT lad.invoice_document(:'january')->'lines'->0 AS line, lad.invoice_document(:'january')->'payment'->>'method' AS method;
SELECT lad.invoice_document(:'january', 'json')::jsonb = lad.invoice_document(:'january') AS same;
SELECT part, position(part IN lad.invoice_document(:'january', 'html')) > 0 AS there FROM unnest(ARRAY['<title>Invoice INV-000002</title>',
    '<script', '&lt;script&gt;A&lt;/script&gt;', 'City &lt;b&gt; 1 %', 'Thank you &amp; &lt;good&gt; bye', 'TRN 1', '1.06', '2026-02-01']) AS part;
SELECT public.invoice_attempt(format('SELECT lad.invoice_document(%L, %L)', i, f)) FROM (VALUES
    (:'january'::uuid, 'pdf'), (:'january', NULL), (gen_random_uuid(), 'json'), (NULL, 'html')) AS bad (i, f);
COMMIT;

-- Who may: members read, and nothing more; another tenant finds nothing.
BEGIN;
SELECT lad.authenticate(:'member');
SELECT public.invoice_attempt(statement) FROM (VALUES ('SELECT lad.generate_invoice(''2027-01-01'', ''2027-02-01'')'), (format('SELECT lad.finalize_invoice(%L)', :'january')),
    (format('SELECT lad.pay_invoice(%L, %L)', :'january', :'paid')), (format('SELECT lad.void_invoice(%L, ''x'')', :'april2')), ('SELECT lad.mark_overdue_invoices()'),
    (format('SELECT lad.invoice_document(%L)', :'january')), ('UPDATE lad_data.billing_invoices SET total = 0')) AS tried (statement);
COMMIT;
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION invoices_service;
BEGIN;
SELECT lad.authenticate_service(:b, 'test');
SELECT public.invoice_attempt(statement) FROM (VALUES (format('SELECT lad.finalize_invoice(%L)', :'january')),
    (format('SELECT lad.pay_invoice(%L, %L)', :'february', :'paid')), (format('SELECT lad.void_invoice(%L, ''x'')', :'april2')),
    (format('SELECT lad.finalize_invoice(%L, ''-1 day'')', :'january')), (format('SELECT lad.finalize_invoice(%L, ''1 month'')', :'january')),
    (format('SELECT lad.finalize_invoice(%L, ''1 day'', ''[]'')', :'january')), (format('SELECT lad.void_invoice(%L, '''')', :'january'))) AS tried (statement);
SELECT lad.generate_invoice('2026-01-01', '2026-02-01') AS empty \gset
SELECT lad.finalize_invoice(:'empty') AS number;
SELECT currency, line_items, total FROM lad_data.billing_invoices WHERE id = :'empty';
COMMIT;
SELECT public.invoice_attempt('SELECT lad.generate_invoice(''2026-01-01'', ''2026-02-01'')');
RESET SESSION AUTHORIZATION;
BEGIN;
UPDATE lad_data.tenants SET metadata = '{"tax_rate": 5}' WHERE id = :b;
SELECT lad.authenticate_service(:b, 'test');
SELECT public.invoice_attempt('SELECT lad.generate_invoice(''2026-02-01'', ''2026-03-01'')');
ROLLBACK;

-- What is finalised never changes, for a superuser either; a draft only by functions, or by a superuser.
SELECT public.invoice_attempt(statement) FROM (VALUES
    (format('UPDATE lad_data.billing_invoices SET total = 0, subtotal = 0, tax = 0 WHERE id = %L', :'january')),
    (format('UPDATE lad_data.billing_invoices SET line_items = ''[]'' WHERE id = %L', :'january')),
    (format('UPDATE lad_data.billing_invoices SET status = ''voided'' WHERE id = %L', :'april2')),
    (format('UPDATE lad_data.billing_invoices SET status = ''draft'' WHERE id = %L', :'april2')),
    (format('UPDATE lad_data.billing_invoices SET paid_at = now() WHERE id = %L', :'january')),
    (format('DELETE FROM lad_data.billing_invoices WHERE id = %L', :'january')), ('TRUNCATE lad_data.billing_invoices CASCADE'),
    ('UPDATE lad_data.billing_usage_events SET total_cost = 0 WHERE idempotency_key = ''jan 1'''),
    ('UPDATE lad_data.billing_usage_events SET invoice_id = NULL WHERE idempotency_key = ''jan 1'''),
    ('UPDATE lad_data.billing_usage_events SET status = ''voided'' WHERE idempotency_key = ''jan 1'''),
    ('DELETE FROM lad_data.billing_usage_events WHERE idempotency_key = ''jan 1'''),
    ('UPDATE lad_data.billing_usage_events SET metadata = ''{"seen": true}'' WHERE idempotency_key = ''jan 1''')) AS tried (statement);
GRANT lad_owner TO invoices_service;
SET SESSION AUTHORIZATION invoices_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SET LOCAL ROLE lad_owner;
SELECT public.invoice_attempt(statement) FROM (VALUES
    ('UPDATE lad_data.billing_invoices SET status = ''paid'''), ('DELETE FROM lad_data.billing_invoices'),
    ('INSERT INTO lad_data.billing_invoices (invoice_number, status, subtotal, total, period_start, period_end) VALUES (''INV-7'', ''pending'', 1, 1, ''2030-01-01'', ''2030-02-01'')'),
    ('INSERT INTO lad_data.billing_invoices (invoice_number, subtotal, total, period_start, period_end) VALUES (''mine'', 1, 1, ''2030-01-01'', ''2030-02-01'')'),
    ('UPDATE lad_data.billing_invoices SET status = ''pending'' WHERE invoice_number = ''mine'''), ('DELETE FROM lad_data.billing_invoices WHERE invoice_number = ''mine'''),
    ('ALTER TABLE lad_data.billing_invoices DISABLE TRIGGER USER'), ('DROP TRIGGER billing_invoices_write_guard ON lad_data.billing_invoices'),
    ('ALTER TABLE lad_data.billing_invoices DROP COLUMN total'), ('DROP TABLE lad_data.billing_invoices CASCADE'),
    ('UPDATE lad_data.billing_usage_events SET invoice_id = NULL WHERE invoice_id IS NOT NULL')) AS tried (statement);
ROLLBACK;
RESET SESSION AUTHORIZATION;
REVOKE lad_owner FROM invoices_service;

-- The numbers of the tenant have no gap, and each event is on one invoice at most.
SELECT string_agg(invoice_number, ' ' ORDER BY invoice_number) AS numbers, (SELECT value FROM lad_data.tenant_counters WHERE tenant_id = :a AND name = 'invoice') AS counter
FROM lad_data.billing_invoices WHERE tenant_id = :a AND invoice_number !~ '^DRAFT';
SELECT count(*) AS wrong FROM lad_data.billing_invoices AS i
WHERE subtotal <> (SELECT coalesce(sum((l->>'amount')::numeric), 0) FROM jsonb_array_elements(line_items) AS l)
   OR tax <> (SELECT coalesce(sum((t->>'amount')::numeric), 0) FROM jsonb_array_elements(taxes) AS t);
DROP VIEW public.invoice_lines;
DROP FUNCTION public.invoice_use(text, timestamptz, numeric, text, uuid), public.invoice_attempt(text);
DROP ROLE invoices_app, invoices_service;
