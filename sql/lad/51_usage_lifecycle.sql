-- The life of a usage event: voided, settled, and kept as it was charged.

CREATE FUNCTION lad.void_usage(
    usage_event_id uuid,
    reason         text
) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_void_usage';
ALTER FUNCTION lad.void_usage(uuid, text) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.void_usage(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.void_usage(uuid, text) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.void_usage(uuid, text) IS
    'Takes a usage event back: of a charged one the ledger reverses what is left of the debit; its quota is free again, a draft invoice loses it, and its key stays used. Voiding again does nothing. reason: 1-2000 bytes, kept in metadata.voided and in a domain event usage.voided. For the owner, billing.admin and services, else 42501. LD303 the event is on a finalised invoice, which a credit corrects; LD202 wallet closed, P0002 unknown event, 22023 bad reason.';

CREATE FUNCTION lad.settle_usage(
    max_events int DEFAULT 1000
) RETURNS TABLE (
    usage_event_id uuid,
    status         text,
    detail         text
)
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_settle_usage';
ALTER FUNCTION lad.settle_usage(int) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.settle_usage(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.settle_usage(int) TO lad_service;
COMMENT ON FUNCTION lad.settle_usage(int) IS
    'Charges pending usage events, the oldest first, and tries failed ones again: of the tenant of the context, or of all tenants in a context of none. One row for each event: charged, or failed with SQLSTATE and reason in detail; a failed one stops no other. Call it in transactions of their own until it returns no row; several sessions may. A failed event is due again after 1 minute, then 2, 4 ... at most a day, and at once when its wallet has moved and can pay, or when a price was set for one without. max_events: 1 to 100000, else 22023. For services, else 42501. LD001 no context.';

CREATE FUNCTION lad.guard_usage_event() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_guard_usage_event';
REVOKE ALL ON FUNCTION lad.guard_usage_event() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.guard_usage_event() TO lad_owner;
COMMENT ON FUNCTION lad.guard_usage_event() IS
    'Trigger of billing_usage_events: what is charged keeps its items, cost, currency and all it was charged for, and may only be voided; what is voided stays so; neither is deleted. LD102 for every role.';
