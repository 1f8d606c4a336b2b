-- Sums per day, kept exact by signed differences.

-- No search path of its own, which would cost a tenth of a small insert: its statements name
-- everything in full.
CREATE FUNCTION lad.count_calls() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_count_calls';
REVOKE ALL ON FUNCTION lad.count_calls() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.count_calls() TO lad_owner;
COMMENT ON FUNCTION lad.count_calls() IS
    'Statement trigger of voice_call_logs and each of its partitions: appends what the statement adds to the sums of call_stats_daily and takes away. Its argument is the name of the table: one of another name that is no partition, such as a detached month, counts nothing.';

CREATE FUNCTION lad.count_usage() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_count_usage';
REVOKE ALL ON FUNCTION lad.count_usage() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.count_usage() TO lad_owner;
COMMENT ON FUNCTION lad.count_usage() IS
    'Statement trigger of billing_usage_events: appends what the statement adds to the sums of usage_stats_daily and takes away. Charged events count.';

CREATE FUNCTION lad.mark_truncated() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_mark_truncated';
REVOKE ALL ON FUNCTION lad.mark_truncated() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.mark_truncated() TO lad_owner;
COMMENT ON FUNCTION lad.mark_truncated() IS
    'Trigger of tables whose rows are summed per day, and of their partitions: TRUNCATE makes the sums stale.';

-- Reads names by the search path of the command it watches.
CREATE FUNCTION lad.watch_partitions() RETURNS event_trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_watch_partitions';
REVOKE ALL ON FUNCTION lad.watch_partitions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.watch_partitions() TO lad_owner;
COMMENT ON FUNCTION lad.watch_partitions() IS
    'Event trigger: a partition of a table whose rows are summed per day makes its days stale when it is attached, detached or dropped; a new one gets the triggers that count.';

CREATE FUNCTION lad.mark_rollup_stale(
    relation  regclass,
    from_time timestamptz DEFAULT NULL,
    to_time   timestamptz DEFAULT NULL
) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    SET datestyle = 'ISO'
    AS 'MODULE_PATHNAME', 'lad_mark_rollup_stale';
REVOKE ALL ON FUNCTION lad.mark_rollup_stale(regclass, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.mark_rollup_stale(regclass, timestamptz, timestamptz)
    TO lad_owner, lad_service;
COMMENT ON FUNCTION lad.mark_rollup_stale(regclass, timestamptz, timestamptz) IS
    'Says that the sums per day of a table, or of the table that relation is a partition of, are to be summed anew in [from_time, to_time): by lad.fold_rollups or lad.repair_rollups; until then the days are stale. An end that is NULL is that of the partition, or open. Does nothing for tables that are not summed. For superusers, lad_owner and lad_service. 22023 times in the wrong order.';

CREATE FUNCTION lad.add_rollup_triggers(partition_name regclass) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_add_rollup_triggers';
REVOKE ALL ON FUNCTION lad.add_rollup_triggers(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.add_rollup_triggers(regclass) TO lad_owner;
COMMENT ON FUNCTION lad.add_rollup_triggers(regclass) IS
    'Gives a partition the counting triggers of its table that it lacks, for statements that name the partition. Does nothing for other tables.';

CREATE FUNCTION lad.fold_rollups(max_rows int DEFAULT 1000000) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_fold_rollups';
REVOKE ALL ON FUNCTION lad.fold_rollups(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.fold_rollups(int) TO lad_owner, lad_service;
COMMENT ON FUNCTION lad.fold_rollups(int) IS
    'Moves up to max_rows deltas of each kind into the folded sums per day, which changes no sum, and sums stale days anew (in READ COMMITTED transactions, and unless somebody is changing the partitions). Returns the number of deltas; 0 at once while another session folds. Writers and readers never wait for it. For superusers, lad_owner and lad_service; 22023 max_rows below 1.';

CREATE FUNCTION lad.verify_rollups(
    from_day date DEFAULT NULL,
    to_day   date DEFAULT NULL
) RETURNS TABLE (
    rollup    text,
    tenant_id uuid,
    day       date,
    key       jsonb,
    expected  jsonb,
    found     jsonb,
    stale     boolean
)
    LANGUAGE c STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_verify_rollups';
REVOKE ALL ON FUNCTION lad.verify_rollups(date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.verify_rollups(date, date) TO lad_owner, lad_service;
COMMENT ON FUNCTION lad.verify_rollups(date, date) IS
    'Sums the rows of all tenants anew and returns each sum of call_stats_daily (rollup calls) and usage_stats_daily (usage) that differs, from_day to to_day included, in one snapshot; no row when all are right. stale: the difference is known and will be mended. For superusers, lad_owner and lad_service; 22023 days in the wrong order.';

CREATE FUNCTION lad.repair_rollups(
    from_day date DEFAULT NULL,
    to_day   date DEFAULT NULL
) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_repair_rollups';
REVOKE ALL ON FUNCTION lad.repair_rollups(date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.repair_rollups(date, date) TO lad_owner, lad_service;
COMMENT ON FUNCTION lad.repair_rollups(date, date) IS
    'Appends the differences that lad.verify_rollups would return, from_day to to_day included, so that the sums are right, and takes marks within these days away; returns their number. Needed after rows were written with triggers off (session_replication_role, ALTER TABLE ... DISABLE TRIGGER) or calls were restored without their sums. Readers and writers go on; whoever changes partitions waits. For superusers, lad_owner and lad_service; 55000 in a REPEATABLE READ transaction, 22023 days in the wrong order.';
