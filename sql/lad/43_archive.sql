-- The archive of the ledger: rows that are settled, out of the way of new ones.

CREATE FUNCTION lad.archive_ledger(max_rows integer DEFAULT 100000) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_archive_ledger';
ALTER FUNCTION lad.archive_ledger(integer) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.archive_ledger(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.archive_ledger(integer) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.archive_ledger(integer) IS
    'Moves ledger rows of the current tenant from before the end of its last paid invoice into billing_ledger_archive, the oldest first and at most max_rows, and says how many; repeat it until it says 0. Balances, statements, verification and the answers to known keys are the same as before; an archived row that is reversed returns to the ledger. Topups stay, and so does what a reversal, a credit grant or an invoice refers to, what charged usage that is on no paid invoice, and what a running transaction does not see yet. For the owner, billing.admin and services, else 42501. 22023 max_rows not above zero.';
