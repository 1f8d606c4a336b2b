-- Balances that come from before the ledger.

CREATE FUNCTION lad.open_balance(
    wallet_id uuid,
    user_id   uuid,
    amount    numeric,
    metadata  jsonb
) RETURNS lad.posting
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_open_balance';
ALTER FUNCTION lad.open_balance(uuid, uuid, numeric, jsonb) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.open_balance(uuid, uuid, numeric, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION lad.open_balance(uuid, uuid, numeric, jsonb) IS
    'Brings a member''s older credits into a wallet, under the key migrate_credits:<user_id>, which nobody else may use: a topup, or below zero an adjustment that the wallet owes. LD204 a wallet not in CREDIT. Used by the extension only.';
