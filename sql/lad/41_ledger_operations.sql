-- Between wallets, back again, and many at once. All are keyed as lad.post is.

CREATE FUNCTION lad.transfer(
    from_wallet     uuid,
    to_wallet       uuid,
    amount          numeric,
    idempotency_key text,
    description     text DEFAULT NULL
) RETURNS SETOF lad.posting
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_transfer';
ALTER FUNCTION lad.transfer(uuid, uuid, numeric, text, text) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.transfer(uuid, uuid, numeric, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.transfer(uuid, uuid, numeric, text, text) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.transfer(uuid, uuid, numeric, text, text) IS
    'Moves an amount from one wallet of the tenant to another in the same currency: returns the row that takes, under the key, and the row that gives, under counterpart:<key>; each names the other wallet as its counter-account. For the owner, billing.admin and services, else 42501. Once per idempotency_key: the same request again returns both rows with replayed = true. LD201 insufficient funds, LD204 other currency, LD205 unknown wallet, LD202 wallet suspended or closed, LD101 key used for another request, LD302 more than 6 decimals, 22023 bad amount or key, 22003 overflow.';

CREATE FUNCTION lad.reverse(
    transaction_id  uuid,
    idempotency_key text,
    amount          numeric DEFAULT NULL,
    reason          text DEFAULT NULL
) RETURNS lad.posting
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_reverse';
ALTER FUNCTION lad.reverse(uuid, text, numeric, text) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.reverse(uuid, text, numeric, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.reverse(uuid, text, numeric, text) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.reverse(uuid, text, numeric, text) IS
    'Takes a posting back, wholly (amount NULL: all that is left) or in part, by a row of its own; of a transfer both rows, each in its wallet. Partial reversals sum to at most the original. For the owner, billing.admin and services, else 42501. Once per idempotency_key: the same request again returns the first posting with replayed = true. P0002 unknown transaction, LD103 a reversal, reservation or release, or more than is left, LD201 the wallet has spent it, LD202 wallet suspended or closed, LD101 key used for another request, LD302 more than 6 decimals, 22023 bad amount or key, 22003 overflow.';

CREATE FUNCTION lad.chargeback(
    transaction_id  uuid,
    idempotency_key text,
    amount          numeric DEFAULT NULL,
    reason          text DEFAULT NULL
) RETURNS lad.posting
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_chargeback';
ALTER FUNCTION lad.chargeback(uuid, text, numeric, text) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.chargeback(uuid, text, numeric, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.chargeback(uuid, text, numeric, text) TO lad_service;
COMMENT ON FUNCTION lad.chargeback(uuid, text, numeric, text) IS
    'Takes a topup back that the bank has taken back, wholly (amount NULL: all that is left) or in part, also when the money is spent: the wallet then owes, its debt_allowed is raised to that, and nothing is available until it is paid. For services, else 42501. Keyed as lad.reverse. P0002 unknown transaction, LD103 no topup, or more than is left, LD202 wallet closed, LD101 key used for another request, 22023 bad amount or key.';

CREATE TYPE lad.posting_request AS (
    wallet_id        uuid,
    transaction_type text,
    amount           numeric,
    idempotency_key  text,
    reference_type   text,
    reference_id     uuid,
    description      text,
    metadata         jsonb,
    effective_at     timestamptz,
    expected_balance numeric
);
COMMENT ON TYPE lad.posting_request IS
    'The arguments of lad.post; metadata NULL means {}.';

CREATE TYPE lad.posting_result AS (
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
    replayed         boolean,
    sqlstate         text,
    message          text
);
COMMENT ON TYPE lad.posting_result IS
    'What became of an item of a batch: a lad.posting, or the SQLSTATE and message of its refusal; sqlstate is NULL when it posted.';

CREATE FUNCTION lad.post_batch(
    postings lad.posting_request[],
    atomic   boolean DEFAULT true
) RETURNS SETOF lad.posting_result
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_post_batch';
ALTER FUNCTION lad.post_batch(lad.posting_request[], boolean) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.post_batch(lad.posting_request[], boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.post_batch(lad.posting_request[], boolean) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.post_batch(lad.posting_request[], boolean) IS
    'Posts up to 10,000 requests in order, under one lock and one flush; one result per item, in order. atomic: the first refusal fails the whole batch and names the 1-based item; else a refused item carries its SQLSTATE and the others post. A key posts once in a batch too. expected_balance is compared with the balance that the items before have left. Errors of an item as lad.post; 22004 NULL or an array that holds one, 22023 too many.';
