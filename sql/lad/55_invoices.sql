-- Invoices: what was charged in a period, line by line; numbered, paid or voided, and then the same
-- for ever.

CREATE FUNCTION lad.generate_invoice(
    period_start timestamptz,
    period_end   timestamptz
) RETURNS uuid
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_generate_invoice';
ALTER FUNCTION lad.generate_invoice(timestamptz, timestamptz) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.generate_invoice(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.generate_invoice(timestamptz, timestamptz) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.generate_invoice(timestamptz, timestamptz) IS
    'Drafts the invoice of a period in the one currency there is, from the events that occurred before period_end, are charged by now, and are on no other invoice or open draft. The same period again gives the same invoice, as it is: an event charged later is on that of the next period (or void the draft and make another). Its lines are quantity, unit price and amount by feature, component and price, as the events were charged; refunds and credits that paid for it are lines below zero; the lines are rounded so that they sum to the subtotal (2 decimals, those of ISO 4217; CREDIT keeps 6). Taxes: tenants.metadata.tax_rates [{name, rate}] or tax_rate, fractions of the subtotal. For the owner, billing.admin and services, else 42501. LD204 more than one currency, LD310 the period overlaps that of another invoice, 22023 times in the wrong order or not finite.';

CREATE FUNCTION lad.generate_invoice(
    period_start timestamptz,
    period_end   timestamptz,
    currency     text
) RETURNS uuid
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_generate_invoice_in';
ALTER FUNCTION lad.generate_invoice(timestamptz, timestamptz, text) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.generate_invoice(timestamptz, timestamptz, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.generate_invoice(timestamptz, timestamptz, text) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.generate_invoice(timestamptz, timestamptz, text) IS
    'The same for one of several currencies: a period has one invoice for each. 22023 a bad currency.';

CREATE FUNCTION lad.finalize_invoice(
    invoice_id uuid,
    due_in     interval DEFAULT '14 days',
    details    jsonb DEFAULT '{}'
) RETURNS text
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_finalize_invoice';
ALTER FUNCTION lad.finalize_invoice(uuid, interval, jsonb) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.finalize_invoice(uuid, interval, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.finalize_invoice(uuid, interval, jsonb) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.finalize_invoice(uuid, interval, jsonb) IS
    'Makes a draft pending and returns its number (INV-000001 and so on, without gaps in a tenant); from then on only its state moves. Its events are now on it (invoice_id), and its lines are made once more: what was voided or refunded since the draft is left out, and what was being charged while it was made is there. details: issuer {name, address, tax_id, email, phone, website} and note, for the document; the buyer is taken from the tenant. Again it returns the number and changes nothing. For the owner, billing.admin and services, else 42501. LD310 a voided one, P0002 unknown invoice, 22023 bad due_in (0 to 3660 days) or details.';

CREATE FUNCTION lad.pay_invoice(
    invoice_id     uuid,
    transaction_id uuid,
    payment_method text DEFAULT NULL
) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_pay_invoice';
ALTER FUNCTION lad.pay_invoice(uuid, uuid, text) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.pay_invoice(uuid, uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.pay_invoice(uuid, uuid, text) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.pay_invoice(uuid, uuid, text) IS
    'Marks a pending or overdue invoice paid by a row of the ledger: a topup of exactly its total, or a debit of it that refers to the invoice (reference_type invoice). The row pays no other invoice. transaction_id may be NULL for a total of 0. Again with the same row it changes nothing. For the owner, billing.admin and services, else 42501. LD204 other currency, LD310 not payable, or not by that row, P0002 unknown invoice or transaction, 22004 no transaction, 22023 bad method.';

CREATE FUNCTION lad.void_invoice(
    invoice_id uuid,
    reason     text
) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_void_invoice';
ALTER FUNCTION lad.void_invoice(uuid, text) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.void_invoice(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.void_invoice(uuid, text) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.void_invoice(uuid, text) IS
    'Voids a draft, pending or overdue invoice; its events are free for the next one and its number stays used. Again it changes nothing. For the owner, billing.admin and services, else 42501. LD310 a paid one, P0002 unknown invoice, 22023 no reason.';

CREATE FUNCTION lad.mark_overdue_invoices() RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_mark_overdue_invoices';
ALTER FUNCTION lad.mark_overdue_invoices() OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.mark_overdue_invoices() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.mark_overdue_invoices() TO lad_app, lad_service;
COMMENT ON FUNCTION lad.mark_overdue_invoices() IS
    'Marks the pending invoices of the current tenant, or in a service context of none of all tenants, whose due date is over, and says how many; lad.invoice_document says overdue also where nobody has marked it. For the owner, billing.admin and services, else 42501.';

CREATE FUNCTION lad.invoice_document(invoice_id uuid) RETURNS jsonb
    LANGUAGE c STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_invoice_document';
REVOKE ALL ON FUNCTION lad.invoice_document(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.invoice_document(uuid) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.invoice_document(uuid) IS
    'Everything of an invoice: {id, number (NULL for a draft), status, currency, period_start, period_end, issued_at, due_at, paid_at, voided_at, void_reason, buyer, issuer, note, lines [{kind, feature_key, category, provider, model, unit, quantity, unit_price (NULL: several), exact, amount}], subtotal, taxes [{name, rate, amount}], tax, total, payment}; times in UTC. P0002 unknown invoice.';

CREATE FUNCTION lad.invoice_document(
    invoice_id uuid,
    format     text
) RETURNS text
    LANGUAGE c STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_invoice_document_as';
REVOKE ALL ON FUNCTION lad.invoice_document(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.invoice_document(uuid, text) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.invoice_document(uuid, text) IS
    'The same as text: json, or html, a page that needs no other file and prints on paper. P0002 unknown invoice, 22023 another format.';

CREATE FUNCTION lad.guard_invoice() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_guard_invoice';
REVOKE ALL ON FUNCTION lad.guard_invoice() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.guard_invoice() TO lad_owner;
COMMENT ON FUNCTION lad.guard_invoice() IS
    'Trigger of invoices: LD102 for any change of a finalised invoice but what the functions of invoices do with its state, and for an invoice that is no draft and was not made by them (superusers may insert one, and so may who restores a dump above row-level security).';

CREATE FUNCTION lad.keep_invoiced() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_keep_invoiced';
REVOKE ALL ON FUNCTION lad.keep_invoiced() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.keep_invoiced() TO lad_owner;
COMMENT ON FUNCTION lad.keep_invoiced() IS
    'Trigger of usage events: one that is on an invoice keeps its state, its components and its cost, else LD102.';
