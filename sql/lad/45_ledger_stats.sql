-- What the ledger of this server did, for monitoring. Counted over all tenants and databases, so
-- the application does not see it.

CREATE FUNCTION lad.read_ledger_stats() RETURNS TABLE (
    posts           bigint,
    replays         bigint,
    conflicts       bigint,
    refusals        bigint,
    lock_waits      bigint,
    early_releases  bigint,
    shared_flushes  bigint,
    durable_flushes bigint,
    batches         bigint,
    batch_items     bigint,
    largest_batch   bigint,
    stats_reset     timestamptz
)
    LANGUAGE c VOLATILE ROWS 1 PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'lad_read_ledger_stats';
REVOKE ALL ON FUNCTION lad.read_ledger_stats() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.read_ledger_stats() TO lad_owner, lad_service, pg_monitor;
COMMENT ON FUNCTION lad.read_ledger_stats() IS
    'The counters behind the view lad.ledger_stats, one row.';

CREATE FUNCTION lad.reset_ledger_stats() RETURNS void
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'lad_reset_ledger_stats';
REVOKE ALL ON FUNCTION lad.reset_ledger_stats() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.reset_ledger_stats() TO lad_owner, lad_service;
COMMENT ON FUNCTION lad.reset_ledger_stats() IS
    'Sets the counters of lad.ledger_stats to zero, for all databases of the server.';

CREATE VIEW lad.ledger_stats AS
    SELECT posts, replays, conflicts, refusals, lock_waits, early_releases, shared_flushes,
           durable_flushes, batches, batch_items, largest_batch, stats_reset
    FROM lad.read_ledger_stats();
REVOKE ALL ON lad.ledger_stats FROM PUBLIC;
GRANT SELECT ON lad.ledger_stats TO lad_owner, lad_service, pg_monitor;
GRANT USAGE ON SCHEMA lad TO pg_monitor;
COMMENT ON VIEW lad.ledger_stats IS
    'What the ledger did in all databases of this server since it started or lad.reset_ledger_stats() was called, one row; events count when they happen, also where the transaction is rolled back.';
COMMENT ON COLUMN lad.ledger_stats.posts IS 'Postings that wrote a row.';
COMMENT ON COLUMN lad.ledger_stats.replays IS 'Requests answered with the posting their key had made before.';
COMMENT ON COLUMN lad.ledger_stats.conflicts IS 'Requests refused because their key had posted something else (LD101).';
COMMENT ON COLUMN lad.ledger_stats.refusals IS 'Requests refused for insufficient funds (LD201).';
COMMENT ON COLUMN lad.ledger_stats.lock_waits IS 'Times a wallet was locked by another session and had to be waited for.';
COMMENT ON COLUMN lad.ledger_stats.early_releases IS 'Commits that released their locks before their flush (lad.early_lock_release).';
COMMENT ON COLUMN lad.ledger_stats.shared_flushes IS 'Of the early_releases: those whose record another session flushed.';
COMMENT ON COLUMN lad.ledger_stats.durable_flushes IS 'Replays, refusals and durable balances that had to flush what they were read from.';
COMMENT ON COLUMN lad.ledger_stats.batches IS 'Batches.';
COMMENT ON COLUMN lad.ledger_stats.batch_items IS 'Items of all batches.';
COMMENT ON COLUMN lad.ledger_stats.largest_batch IS 'Items of the largest batch.';
COMMENT ON COLUMN lad.ledger_stats.stats_reset IS 'Since when the counters count.';
