-- Credit grants: credits that are spent before other money, and may expire.

CREATE FUNCTION lad.grant_credits(
    wallet_id       uuid,
    amount          numeric,
    idempotency_key text,
    priority        int DEFAULT 50,
    effective_at    timestamptz DEFAULT now(),
    expires_at      timestamptz DEFAULT NULL
) RETURNS uuid
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_grant_credits';
ALTER FUNCTION lad.grant_credits(uuid, numeric, text, int, timestamptz, timestamptz) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.grant_credits(uuid, numeric, text, int, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.grant_credits(uuid, numeric, text, int, timestamptz, timestamptz) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.grant_credits(uuid, numeric, text, int, timestamptz, timestamptz) IS
    'Gives credits to a wallet that debits spend before other money: lower priority number first, then earlier expires_at, then older. Posts one credit under idempotency_key and returns the grant''s id; the same request again returns it again. effective_at: not in the future; expires_at NULL: never. When expires_at has passed, what remains is available no more, at once; a row of type expiry takes it from the balance with the next posting or lad.expire_credits. Credits that an open hold counts on stay until it is closed. For the owner, billing.admin and services, else 42501. LD205 unknown wallet, LD202 wallet closed, LD101 key used for another request, LD302 more than 6 decimals, 22023 bad amount, key or times, 22003 overflow.';

CREATE FUNCTION lad.expire_credits(
    max_wallets int DEFAULT 1000,
    OUT tenant_id uuid,
    OUT wallet_id uuid,
    OUT amount    numeric,
    OUT grants    bigint
) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_expire_credits';
ALTER FUNCTION lad.expire_credits(int) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.expire_credits(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.expire_credits(int) TO lad_service;
COMMENT ON FUNCTION lad.expire_credits(int) IS
    'Posts the expiry of credits that are over in wallets that nobody posts to, of the current tenant or, without one, of all; a row for each wallet. Only the books wait for it: expired credits are never available. For services, else 42501. 22023 max_wallets not above zero.';
