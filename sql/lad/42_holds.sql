-- Holds: money set aside until it is captured, released, or the hold is over.

CREATE TYPE lad.hold AS (
    hold_id    uuid,
    wallet_id  uuid,
    amount     numeric,
    status     text,
    expires_at timestamptz,
    available  numeric,
    currency   text,
    created_at timestamptz,
    replayed   boolean
);
COMMENT ON TYPE lad.hold IS
    'A hold as it is now: open, captured, released or expired; available is what its wallet has left; replayed when the key had been used before and nothing was written.';

CREATE FUNCTION lad.reserve(
    wallet_id       uuid,
    amount          numeric,
    idempotency_key text,
    expires_in      interval DEFAULT '15 minutes',
    reference_type  text DEFAULT NULL,
    reference_id    uuid DEFAULT NULL,
    metadata        jsonb DEFAULT '{}'
) RETURNS lad.hold
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_reserve';
ALTER FUNCTION lad.reserve(uuid, numeric, text, interval, text, uuid, jsonb) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.reserve(uuid, numeric, text, interval, text, uuid, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.reserve(uuid, numeric, text, interval, text, uuid, jsonb) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.reserve(uuid, numeric, text, interval, text, uuid, jsonb) IS
    'Sets an amount aside until expires_in has passed (at most 366 days): it cannot be spent otherwise, and comes back by itself. Writes a reservation to the ledger. Once per idempotency_key: the same request again returns the hold with replayed = true. LD201 insufficient funds, LD205 unknown wallet, LD202 wallet suspended or closed, LD101 key used for another request, LD302 more than 6 decimals, 22023 bad amount or key, 22003 overflow.';

CREATE FUNCTION lad.capture(
    hold_id         uuid,
    amount          numeric DEFAULT NULL,
    idempotency_key text DEFAULT NULL
) RETURNS lad.posting
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_capture';
ALTER FUNCTION lad.capture(uuid, numeric, text) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.capture(uuid, numeric, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.capture(uuid, numeric, text) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.capture(uuid, numeric, text) IS
    'Debits what a hold has set aside (amount NULL: all of it) and gives the rest back, also in a suspended wallet. Without a key it is capture:<hold_id>. The same request again returns the first posting with replayed = true. LD203 no such hold, or it is captured, released or expired, 22023 more than the hold, LD202 wallet closed, LD101 key used for another request.';

CREATE FUNCTION lad.release(
    hold_id         uuid,
    idempotency_key text DEFAULT NULL
) RETURNS lad.hold
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_release';
ALTER FUNCTION lad.release(uuid, text) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.release(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.release(uuid, text) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.release(uuid, text) IS
    'Gives back what a hold has set aside. Without a key it is release:<hold_id>. The same request again returns the hold with replayed = true. LD203 no such hold, or it is captured, released or expired, LD101 key used for another request.';

CREATE FUNCTION lad.expire_holds(
    max_wallets int DEFAULT 1000,
    OUT tenant_id uuid,
    OUT wallet_id uuid,
    OUT amount    numeric,
    OUT holds     bigint
) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_expire_holds';
ALTER FUNCTION lad.expire_holds(int) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.expire_holds(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.expire_holds(int) TO lad_service;
COMMENT ON FUNCTION lad.expire_holds(int) IS
    'Closes holds that are over in wallets that nobody posts to, of the current tenant or, without one, of all; a row for each wallet with what was given back. Only the books wait for it: what an expired hold kept is available at once. For services, else 42501. 22023 max_wallets not above zero.';
