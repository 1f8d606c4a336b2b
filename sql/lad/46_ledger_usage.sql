-- The ledger's side of usage: debits under keys that nobody else may use, and their way back.
-- They are called by functions that have set the search path, many times in one statement.

CREATE FUNCTION lad.debit_usage(
    wallet_id      uuid,
    amount         numeric,
    usage_event_id uuid
) RETURNS lad.posting
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_debit_usage';
ALTER FUNCTION lad.debit_usage(uuid, numeric, uuid) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.debit_usage(uuid, numeric, uuid) FROM PUBLIC;
COMMENT ON FUNCTION lad.debit_usage(uuid, numeric, uuid) IS
    'The debit of a usage event, under the key charge_usage_<event id>, which nobody else may use; its row bears the identifier of the event. As lad.debit. Used by the extension only.';

CREATE FUNCTION lad.debit_usages(
    wallet_ids      uuid[],
    amounts         numeric[],
    usage_event_ids uuid[]
) RETURNS TABLE (
    usage_event_id uuid,
    transaction_id uuid,
    sqlstate       text,
    message        text
)
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_debit_usages';
ALTER FUNCTION lad.debit_usages(uuid[], numeric[], uuid[]) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.debit_usages(uuid[], numeric[], uuid[]) FROM PUBLIC;
COMMENT ON FUNCTION lad.debit_usages(uuid[], numeric[], uuid[]) IS
    'The debits of up to 10,000 usage events as lad.debit_usage makes them, judged in their order: their wallets are locked together, and all rows are written by one statement. A refused one stops no other. Returns only the events that did not post now: with the earlier posting, or with why there is none. Used by the extension only.';

CREATE FUNCTION lad.repeat_usage(
    usage_event_id uuid
) RETURNS lad.posting
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_repeat_usage';
ALTER FUNCTION lad.repeat_usage(uuid) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.repeat_usage(uuid) FROM PUBLIC;
COMMENT ON FUNCTION lad.repeat_usage(uuid) IS
    'The debit that a usage event was charged by, replayed. P0002 when there is none. Used by the extension only.';

CREATE FUNCTION lad.reverse_usage(
    usage_event_id uuid,
    transaction_id uuid,
    reason         text
) RETURNS lad.posting
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_reverse_usage';
ALTER FUNCTION lad.reverse_usage(uuid, uuid, text) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.reverse_usage(uuid, uuid, text) FROM PUBLIC;
COMMENT ON FUNCTION lad.reverse_usage(uuid, uuid, text) IS
    'Takes back what is left of the debit of a usage event, under the key void_usage_<event id>, which nobody else may use; NULL when nothing is left. As lad.reverse. Used by the extension only.';
