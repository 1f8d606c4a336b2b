-- The ledger: immutable rows, one for each idempotency key, chained per wallet.

CREATE TYPE lad.posting AS (
    transaction_id   uuid,
    wallet_id        uuid,
    seq              bigint,
    transaction_type text,
    amount           numeric,
    balance_before   numeric,
    balance_after    numeric,
    available        numeric,
    currency         text,
    created_at       timestamptz,
    replayed         boolean
);
COMMENT ON TYPE lad.posting IS
    'What a posting did: its row, the balance before and after, what is available now; replayed when the key had posted before and nothing was written.';

CREATE FUNCTION lad.post(
    wallet_id        uuid,
    transaction_type text,
    amount           numeric,
    idempotency_key  text,
    reference_type   text DEFAULT NULL,
    reference_id     uuid DEFAULT NULL,
    description      text DEFAULT NULL,
    metadata         jsonb DEFAULT '{}',
    effective_at     timestamptz DEFAULT NULL,
    expected_balance numeric DEFAULT NULL
) RETURNS lad.posting
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_post';
ALTER FUNCTION lad.post(uuid, text, numeric, text, text, uuid, text, jsonb, timestamptz, numeric) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.post(uuid, text, numeric, text, text, uuid, text, jsonb, timestamptz, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.post(uuid, text, numeric, text, text, uuid, text, jsonb, timestamptz, numeric) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.post(uuid, text, numeric, text, text, uuid, text, jsonb, timestamptz, numeric) IS
    'Posts topup, debit, credit or adjustment to a wallet once per idempotency_key (1-200 characters). amount: above zero, signed for an adjustment. effective_at: not in the future, default now. expected_balance: post only if the balance equals it, else LD206. Whoever may write posts debits; the rest is for the owner, billing.admin and services, else 42501. LD205 unknown wallet, LD202 wallet suspended or closed, LD201 insufficient funds, LD101 key used for another request, LD302 more than 6 decimals, 22023 bad amount or key, 22003 overflow.';

CREATE FUNCTION lad.topup(
    wallet_id       uuid,
    amount          numeric,
    idempotency_key text,
    reference_type  text DEFAULT NULL,
    reference_id    uuid DEFAULT NULL,
    description     text DEFAULT NULL,
    metadata        jsonb DEFAULT '{}'
) RETURNS lad.posting
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_topup';
ALTER FUNCTION lad.topup(uuid, numeric, text, text, uuid, text, jsonb) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.topup(uuid, numeric, text, text, uuid, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.topup(uuid, numeric, text, text, uuid, text, jsonb) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.topup(uuid, numeric, text, text, uuid, text, jsonb) IS
    'Adds money that was paid in to a wallet; counter-account funding. For the owner, billing.admin and services, else 42501. Once per idempotency_key: the same request again returns the first posting with replayed = true. amount in the wallet''s currency, above zero. LD205 unknown wallet, LD202 wallet suspended or closed, LD201 insufficient funds, LD101 key used for another request, LD302 more than 6 decimals, 22023 bad amount or key, 22003 overflow.';

CREATE FUNCTION lad.debit(
    wallet_id       uuid,
    amount          numeric,
    idempotency_key text,
    reference_type  text DEFAULT NULL,
    reference_id    uuid DEFAULT NULL,
    description     text DEFAULT NULL,
    metadata        jsonb DEFAULT '{}'
) RETURNS lad.posting
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_debit';
ALTER FUNCTION lad.debit(uuid, numeric, text, text, uuid, text, jsonb) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.debit(uuid, numeric, text, text, uuid, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.debit(uuid, numeric, text, text, uuid, text, jsonb) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.debit(uuid, numeric, text, text, uuid, text, jsonb) IS
    'Takes an amount from a wallet; counter-account revenue. Once per idempotency_key: the same request again returns the first posting with replayed = true. amount in the wallet''s currency, above zero. LD205 unknown wallet, LD202 wallet suspended or closed, LD201 insufficient funds, LD101 key used for another request, LD302 more than 6 decimals, 22023 bad amount or key, 22003 overflow.';

CREATE FUNCTION lad.credit(
    wallet_id       uuid,
    amount          numeric,
    idempotency_key text,
    reference_type  text DEFAULT NULL,
    reference_id    uuid DEFAULT NULL,
    description     text DEFAULT NULL,
    metadata        jsonb DEFAULT '{}'
) RETURNS lad.posting
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_credit';
ALTER FUNCTION lad.credit(uuid, numeric, text, text, uuid, text, jsonb) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.credit(uuid, numeric, text, text, uuid, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.credit(uuid, numeric, text, text, uuid, text, jsonb) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.credit(uuid, numeric, text, text, uuid, text, jsonb) IS
    'Gives money back to a wallet; counter-account refunds. For the owner, billing.admin and services, else 42501. Once per idempotency_key: the same request again returns the first posting with replayed = true. amount in the wallet''s currency, above zero. LD205 unknown wallet, LD202 wallet suspended or closed, LD201 insufficient funds, LD101 key used for another request, LD302 more than 6 decimals, 22023 bad amount or key, 22003 overflow.';

CREATE FUNCTION lad.adjust(
    wallet_id       uuid,
    amount          numeric,
    idempotency_key text,
    reference_type  text DEFAULT NULL,
    reference_id    uuid DEFAULT NULL,
    description     text DEFAULT NULL,
    metadata        jsonb DEFAULT '{}'
) RETURNS lad.posting
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_adjust';
ALTER FUNCTION lad.adjust(uuid, numeric, text, text, uuid, text, jsonb) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.adjust(uuid, numeric, text, text, uuid, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.adjust(uuid, numeric, text, text, uuid, text, jsonb) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.adjust(uuid, numeric, text, text, uuid, text, jsonb) IS
    'Corrects a balance by a signed amount; counter-account adjustments. For the owner, billing.admin and services, else 42501. Once per idempotency_key: the same request again returns the first posting with replayed = true. amount in the wallet''s currency, signed, not zero. LD205 unknown wallet, LD202 wallet suspended or closed, LD201 insufficient funds, LD101 key used for another request, LD302 more than 6 decimals, 22023 bad amount or key, 22003 overflow.';

CREATE FUNCTION lad.statement(
    wallet_id uuid,
    from_time timestamptz,
    to_time   timestamptz
) RETURNS TABLE (
    seq             bigint,
    created_at      timestamptz,
    type            text,
    amount          numeric,
    balance_after   numeric,
    reference_type  text,
    reference_id    uuid,
    description     text,
    idempotency_key text
)
    LANGUAGE c STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_statement';
REVOKE ALL ON FUNCTION lad.statement(uuid, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.statement(uuid, timestamptz, timestamptz) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.statement(uuid, timestamptz, timestamptz) IS
    'Postings of a wallet in [from_time, to_time) in order of seq, between an opening and a closing line; opening balance + amounts = closing balance. LD205 unknown wallet, 22023 times in the wrong order.';

CREATE TYPE lad.ledger_problem AS (
    wallet_id uuid,
    seq       bigint,
    problem   text,
    detail    text
);
COMMENT ON TYPE lad.ledger_problem IS
    'A broken invariant of a wallet: at the row seq, or of the wallet itself when seq is NULL.';

CREATE FUNCTION lad.verify_ledger(
    wallet_id        uuid DEFAULT NULL,
    since_checkpoint boolean DEFAULT true,
    checkpoint       text DEFAULT NULL
) RETURNS SETOF lad.ledger_problem
    LANGUAGE c STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_verify_ledger';
REVOKE ALL ON FUNCTION lad.verify_ledger(uuid, boolean, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.verify_ledger(uuid, boolean, text) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.verify_ledger(uuid, boolean, text) IS
    'Recomputes sequence, balances, hashes, holds and credit grants of one wallet or of all the caller may see, in one snapshot and without blocking posts; a row for each broken invariant, none when sound. since_checkpoint: only the rows after the newest checkpoint that lad.export_checkpoint stored. checkpoint: a text that lad.export_checkpoint returned; its rows must still be there with their hashes. LD205 unknown wallet, 22023 a checkpoint that is not genuine, LD601 its key is gone.';

CREATE FUNCTION lad.export_checkpoint() RETURNS text
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_export_checkpoint';
ALTER FUNCTION lad.export_checkpoint() OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.export_checkpoint() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.export_checkpoint() TO lad_app, lad_service;
COMMENT ON FUNCTION lad.export_checkpoint() IS
    'Verifies the wallets of the current tenant since their last checkpoint, stores where they stand, and returns it as text signed with the first hmac-sha256 key: keep it outside the database and give it to lad.verify_ledger. For the owner, billing.admin and services, else 42501. LD104 the ledger is not sound, LD601 no key signs.';

CREATE FUNCTION lad.balance_at(
    wallet_id uuid,
    at        timestamptz,
    basis     text DEFAULT 'recorded'
) RETURNS numeric
    LANGUAGE c STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_balance_at';
REVOKE ALL ON FUNCTION lad.balance_at(uuid, timestamptz, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.balance_at(uuid, timestamptz, text) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.balance_at(uuid, timestamptz, text) IS
    'Balance of a wallet at an instant, postings of that instant included. basis recorded: what had been posted by then; effective: what counts as of then, also if it was posted later. LD205 unknown wallet, 22023 unknown basis.';

CREATE FUNCTION lad.trial_balance() RETURNS TABLE (account text, currency text, balance numeric)
    LANGUAGE c STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_trial_balance';
REVOKE ALL ON FUNCTION lad.trial_balance() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.trial_balance() TO lad_app, lad_service;
COMMENT ON FUNCTION lad.trial_balance() IS
    'Double-entry proof over what the caller may see: the wallets against each counter-account recomputed from the ledger rows. The balances of a currency sum to zero.';

CREATE FUNCTION lad.guard_ledger() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_guard_ledger';
REVOKE ALL ON FUNCTION lad.guard_ledger() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.guard_ledger() TO lad_owner;
COMMENT ON FUNCTION lad.guard_ledger() IS
    'Trigger of the ledger: LD102 for UPDATE, DELETE and TRUNCATE by anyone, and for an INSERT that is not made by a posting function (superusers may insert, and so may who restores a dump above row-level security).';
