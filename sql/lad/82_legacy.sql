-- Credits from before wallets: moved once into wallets and the ledger.

CREATE FUNCTION lad.migrate_credits(
    OUT tenant_id         uuid,
    OUT user_id           uuid,
    OUT wallet_id         uuid,
    OUT balance           numeric,
    OUT opening           numeric,
    OUT transactions      bigint,
    OUT transaction_total numeric,
    OUT difference        numeric,
    OUT action            text
) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_migrate_credits';
REVOKE ALL ON FUNCTION lad.migrate_credits() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.migrate_credits() TO lad_owner;
COMMENT ON FUNCTION lad.migrate_credits() IS
    'Moves user_credits and credit_transactions of all tenants into wallets and the ledger, once: a member with a balance gets a wallet in CREDIT, where it arrives as the opening (a topup, or a debt if it is below zero); without a wallet of his own the tenant''s pays for him, as before. The two tables are kept, read-only, as legacy_user_credits and legacy_credit_transactions; views over wallets and ledger bear their names. A row for each member: balance = opening, transactions and their total, difference = what these do not explain; a last row, without a tenant, has the sums. action: migrated, or exists when it was done before, and then nothing is changed. For superusers, and members of both lad_owner and lad_service, else 42501. All or nothing: LD204 a member''s wallet not in CREDIT, LD202 a closed one, LD302 a balance of more than 6 decimals.';

CREATE FUNCTION lad.guard_history() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_guard_history';
REVOKE ALL ON FUNCTION lad.guard_history() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.guard_history() TO lad_owner;
COMMENT ON FUNCTION lad.guard_history() IS
    'Refuses to change a table that is kept for its history.';
