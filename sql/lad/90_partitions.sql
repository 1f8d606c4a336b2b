-- Partitions: made ahead, mended and retired by the clock, in UTC.

CREATE FUNCTION lad.manage_partitions(
    parent           regclass,
    column_name      name,
    step             interval DEFAULT '1 month',
    premake          int DEFAULT 6,
    retention        interval DEFAULT NULL,
    retention_action text DEFAULT 'archive'
) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_manage_partitions';
ALTER FUNCTION lad.manage_partitions(regclass, name, interval, int, interval, text) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.manage_partitions(regclass, name, interval, int, interval, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.manage_partitions(regclass, name, interval, int, interval, text) TO lad_service;
COMMENT ON FUNCTION lad.manage_partitions(regclass, name, interval, int, interval, text) IS
    'Has lad.maintain_partitions look after a table that is partitioned by range of one timestamptz, timestamp or date column; called again it changes how. step: 1, 2, 3, 4 or 6 months, years, up to 366 days, or hours that divide a day; boundaries are in UTC. premake: partitions after the present one. retention: how long a partition stays after its end, NULL for ever; retention_action: archive, drop or detach. For superusers, lad_owner and lad_service; a table of another role for its members. LD502 not partitioned, with the unique keys that forbid it; LD501 cannot be managed, such as with a DEFAULT partition; 22023 bad step, premake, retention or column; P0002 no such table.';

CREATE FUNCTION lad.unmanage_partitions(parent regclass) RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_unmanage_partitions';
ALTER FUNCTION lad.unmanage_partitions(regclass) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.unmanage_partitions(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.unmanage_partitions(regclass) TO lad_service;
COMMENT ON FUNCTION lad.unmanage_partitions(regclass) IS
    'Leaves the partitions of a table to its owner again; they stay as they are. Whether it was managed. Rights as lad.manage_partitions. P0002 no such table.';

CREATE FUNCTION lad.maintain_partitions(
    parent regclass DEFAULT NULL,
    as_of  timestamptz DEFAULT now(),
    OUT parent    regclass,
    OUT action    text,
    OUT partition regclass,
    OUT detail    text,
    OUT duration  interval
) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    SET timezone = 'UTC'
    SET datestyle = 'ISO, YMD'
    SET standard_conforming_strings = on
    SET quote_all_identifiers = off
    AS 'MODULE_PATHNAME', 'lad_maintain_partitions';
ALTER FUNCTION lad.maintain_partitions(regclass, timestamptz) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.maintain_partitions(regclass, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.maintain_partitions(regclass, timestamptz) TO lad_service;
COMMENT ON FUNCTION lad.maintain_partitions(regclass, timestamptz) IS
    'Makes the partitions of a managed table (NULL: of all) that are missing as of a time, and mends where leaves have drifted from their table: row security, force, policies, grants, indexes, triggers, in the caller''s transaction, one run at a time. A row for each thing done: created, mended, deferred (its locks were busy: the next run tries again), refused (a table among all that cannot be maintained, with the reason). Nothing to do is no row. Everything before the first partition lies in one from MINVALUE, which always exists. Locks are waited for 150 ms each and then asked for again. For superusers, lad_owner and lad_service. P0002 not managed, LD501 refused, 22023 as_of outside of the years 1 to 9999.';

CREATE FUNCTION lad.partition_health(
    OUT parent  regclass,
    OUT level   text,
    OUT problem text,
    OUT detail  text,
    OUT remedy  text
) RETURNS SETOF record
    LANGUAGE c STABLE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    SET timezone = 'UTC'
    SET datestyle = 'ISO, YMD'
    SET standard_conforming_strings = on
    SET quote_all_identifiers = off
    AS 'MODULE_PATHNAME', 'lad_partition_health';
ALTER FUNCTION lad.partition_health() OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.partition_health() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.partition_health() TO lad_service;
COMMENT ON FUNCTION lad.partition_health() IS
    'What is wrong, or will be, with managed tables: one row per problem with its remedy. error: horizon (rows are refused soon), drift (a leaf without row security, its policies, or with grants), default_partition, not_manageable, missing_table, refused; warning: horizon (months before), drift (index, trigger), endless, invalid_index, detach_pending, retention_overdue, many_partitions (over 60), not_run (for two days), not_managed, orphans (analysis or batch entries whose call is gone). For superusers, lad_owner and lad_service.';

CREATE FUNCTION lad.retire_partition(
    partition    regclass,
    action       text DEFAULT NULL,
    concurrently boolean DEFAULT true
) RETURNS uuid
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    SET timezone = 'UTC'
    SET datestyle = 'ISO, YMD'
    SET standard_conforming_strings = on
    SET quote_all_identifiers = off
    AS 'MODULE_PATHNAME', 'lad_retire_partition';
ALTER FUNCTION lad.retire_partition(regclass, text, boolean) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.retire_partition(regclass, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.retire_partition(regclass, text, boolean) TO lad_service;
COMMENT ON FUNCTION lad.retire_partition(regclass, text, boolean) IS
    'Takes a partition of a managed table away. action: archive (moved to lad_archive, write-protected, still under row-level security), drop, or detach (stays where it is as a table of its own); NULL: as managed. What was understood from its calls goes along. concurrently: a background worker detaches once this transaction commits, without stopping writers; returns its job, the same again while it is unfinished or has failed, see lad.progress(). Else in this transaction, which blocks the table until it ends; returns NULL. For superusers, lad_owner and lad_service. P0002 no such table; LD501 no partition, the legacy one, its time not over, not managed, locks busy; 22023 unknown action.';

CREATE FUNCTION lad.retire_partitions(
    parent       regclass DEFAULT NULL,
    as_of        timestamptz DEFAULT now(),
    concurrently boolean DEFAULT true,
    OUT parent    regclass,
    OUT partition regclass,
    OUT action    text,
    OUT detail    text,
    OUT job       uuid
) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    SET timezone = 'UTC'
    SET datestyle = 'ISO, YMD'
    SET standard_conforming_strings = on
    SET quote_all_identifiers = off
    AS 'MODULE_PATHNAME', 'lad_retire_partitions';
ALTER FUNCTION lad.retire_partitions(regclass, timestamptz, boolean) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.retire_partitions(regclass, timestamptz, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.retire_partitions(regclass, timestamptz, boolean) TO lad_service;
COMMENT ON FUNCTION lad.retire_partitions(regclass, timestamptz, boolean) IS
    'Retires the partitions of a managed table (NULL: of all) that have outlived its retention as of a time, as lad.retire_partition does; one that refuses (action refused, with the reason) stops no other. The legacy partition stays. For superusers, lad_owner and lad_service. P0002 not managed, 22023 as_of outside of the years 1 to 9999.';
