-- Wallets: who pays. Balances move by postings only (40_ledger.sql).

CREATE FUNCTION lad.create_wallet(
    user_id               uuid DEFAULT NULL,
    currency              text DEFAULT 'CREDIT',
    credit_limit          numeric DEFAULT 0,
    low_balance_threshold numeric DEFAULT NULL
) RETURNS uuid
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_create_wallet';
ALTER FUNCTION lad.create_wallet(uuid, text, numeric, numeric) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.create_wallet(uuid, text, numeric, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.create_wallet(uuid, text, numeric, numeric) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.create_wallet(uuid, text, numeric, numeric) IS
    'Creates the wallet of the current tenant (user_id NULL) or of one of its members, empty. currency: 3 to 10 capital letters; credit_limit: how far below zero it may go, in that currency. Returns its id. For the owner, billing.admin and services, a credit limit for services only, else 42501. 23505 when the owner has a wallet, 22023 for a bad currency or limit.';

CREATE FUNCTION lad.set_wallet_status(wallet_id uuid, status text, reason text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_set_wallet_status';
ALTER FUNCTION lad.set_wallet_status(uuid, text, text) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.set_wallet_status(uuid, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.set_wallet_status(uuid, text, text) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.set_wallet_status(uuid, text, text) IS
    'Sets a wallet to active, suspended (takes credits, gives no debits) or closed (for ever, nothing), and records the reason as a domain event. For the owner, billing.admin and services, else 42501. LD205 unknown wallet, LD202 already closed, LD206 closing one that is not empty, 22023 unknown status.';

CREATE FUNCTION lad.check_balance(wallet_id uuid, amount numeric) RETURNS boolean
    LANGUAGE c STABLE PARALLEL SAFE
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_check_balance';
REVOKE ALL ON FUNCTION lad.check_balance(uuid, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.check_balance(uuid, numeric) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.check_balance(uuid, numeric) IS
    'Whether a debit of the amount (above zero, in the wallet''s currency) would pass now. Another session may spend the money a moment later: the debit itself decides. LD205 unknown wallet, 22023 amount not above zero.';

CREATE FUNCTION lad.balance(
    wallet_id uuid,
    durable   boolean DEFAULT false,
    OUT current   numeric,
    OUT reserved  numeric,
    OUT available numeric,
    OUT currency  text,
    OUT status    text
) RETURNS record
    LANGUAGE c STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_balance';
REVOKE ALL ON FUNCTION lad.balance(uuid, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.balance(uuid, boolean) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.balance(uuid, boolean) IS
    'Balance of a wallet: current (the sum of its rows), reserved by open holds, available (current - reserved + credit limit, without credits that have expired), currency, status. durable: return only when what was read is on disk and, with synchronous_commit above local, at the synchronous standby; 57014 when that wait is ended. LD205 unknown wallet.';
