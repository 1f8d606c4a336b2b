-- Archive: partitions kept out of the way in lad_archive or in compressed files, and brought back.

CREATE FUNCTION lad.archive_partition(
    partition regclass,
    path      text DEFAULT NULL
) RETURNS uuid
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    SET timezone = 'UTC'
    SET datestyle = 'ISO, YMD'
    AS 'MODULE_PATHNAME', 'lad_archive_partition';
ALTER FUNCTION lad.archive_partition(regclass, text) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.archive_partition(regclass, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.archive_partition(regclass, text) TO lad_service;
COMMENT ON FUNCTION lad.archive_partition(regclass, text) IS
    'Has a background worker detach a partition of a managed table, without stopping writers, and keep it in lad_archive: write-protected (LD102), under its row-level security, readable through the view <table>_all; the analysis of calls goes with them. With a path, relative to lad.archive_directory, also has it written there as CSV packed by zstd, with <path>.manifest.json and, of calls, <path>.analysis; what was written is read back and compared, and only then is the table dropped. A partition that is kept already is exported alone. Returns the archive; lad.progress() tells how far it is, long_jobs.error why it failed. For superusers, lad_owner and lad_service, else 42501. 22023 bad path, 55000 no archive directory, LD501 cannot be retired, P0002 no such table; of the job: 42710 a file exists, 53100 disk full, LD503 the file is not what was written.';

CREATE FUNCTION lad.restore_partition(archive_id uuid) RETURNS uuid
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_restore_partition';
ALTER FUNCTION lad.restore_partition(uuid) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.restore_partition(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.restore_partition(uuid) TO lad_service;
COMMENT ON FUNCTION lad.restore_partition(uuid) IS
    'Has a background worker load an archive into a new partition, compare it with what was archived and attach it; an empty partition that took its place goes. The files stay. Returns the job; lad.progress() tells how far it is, long_jobs.error why it failed, after which nothing is changed. For superusers, lad_owner and lad_service, else 42501. P0002 unknown archive, 55000 not kept or exported, or no archive directory; of the job: LD503 a file is missing or damaged, or the table lacks an archived column, LD501 its range is taken, 23503 what its rows refer to is gone.';

CREATE FUNCTION lad.archives(
    OUT id          uuid,
    OUT parent      text,
    OUT partition   text,
    OUT range_start timestamptz,
    OUT range_end   timestamptz,
    OUT rows        bigint,
    OUT bytes       bigint,
    OUT path        text,
    OUT sha256      text,
    OUT state       text
) RETURNS SETOF record
    LANGUAGE c STABLE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_archives';
ALTER FUNCTION lad.archives() OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.archives() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.archives() TO lad_service;
COMMENT ON FUNCTION lad.archives() IS
    'All archives, the oldest range first: where each came from, and its state: detaching, kept (rows counted, size of the table), exported (rows, size and SHA-256 of the file at path) or restored (files stay). For superusers, lad_owner and lad_service, else 42501.';
