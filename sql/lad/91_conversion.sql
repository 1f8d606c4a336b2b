-- Converting a plain table to a partitioned one while it is written.

CREATE FUNCTION lad.convert_preflight(table_name regclass, column_name name,
                                      OUT blocker text, OUT detail text, OUT remedy text)
    RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    SET standard_conforming_strings = on
    SET quote_all_identifiers = off
    AS 'MODULE_PATHNAME', 'lad_convert_preflight';

COMMENT ON FUNCTION lad.convert_preflight(regclass, name) IS
    'What forbids to convert a plain table to one partitioned by time: one row for each reason, '
    'none when it can be converted. Reads the table, changes nothing. For superusers, and for members '
    'of lad_owner or lad_service if the table belongs to lad_owner or a role of theirs, else 42501; '
    '22023 no such table or column.';

CREATE FUNCTION lad.convert_to_partitioned(table_name regclass, column_name name,
                                           step interval DEFAULT '1 month',
                                           batch_rows int DEFAULT 10000,
                                           max_rows_per_second int DEFAULT NULL)
    RETURNS uuid
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    SET standard_conforming_strings = on
    SET quote_all_identifiers = off
    AS 'MODULE_PATHNAME', 'lad_convert_to_partitioned';

COMMENT ON FUNCTION lad.convert_to_partitioned(regclass, name, interval, int, int) IS
    'Starts a job that converts a plain table to one partitioned by range of a column of time, '
    'while it is read and written; returns the job. LD502 names what forbids it, and nothing has '
    'changed. A conversion of the table that has not ended is gone on with, and its job returned. '
    'Rights as lad.convert_preflight; 22023 bad step, batch_rows or max_rows_per_second.';

CREATE FUNCTION lad.convert_status(OUT job uuid, OUT parent regclass, OUT phase text, OUT pid int,
                                   OUT done bigint, OUT total bigint, OUT rate numeric,
                                   OUT eta timestamptz, OUT error text)
    RETURNS SETOF record
    LANGUAGE c STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_convert_status';

COMMENT ON FUNCTION lad.convert_status() IS
    'Every conversion, newest first: phase prepare, swap1, journal, copy, index, verify, catch_up, '
    'swap2, done, failed or aborted; rows copied of how many, a second, and when it may end. For '
    'superusers and members of lad_owner or lad_service.';

CREATE FUNCTION lad.convert_abort(job uuid) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET standard_conforming_strings = on
    SET quote_all_identifiers = off
    AS 'MODULE_PATHNAME', 'lad_convert_abort';

COMMENT ON FUNCTION lad.convert_abort(uuid) IS
    'Ends a conversion and leaves the plain table as it was. LD502 once the partitioned table has '
    'taken its place; nothing happens to one that is aborted already. Rights as lad.convert_preflight. P0002 no such job.';

CREATE FUNCTION lad.convert_finish(job uuid) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET standard_conforming_strings = on
    SET quote_all_identifiers = off
    AS 'MODULE_PATHNAME', 'lad_convert_finish';

COMMENT ON FUNCTION lad.convert_finish(uuid) IS
    'Drops the plain table that a conversion has kept in schema lad_converted. LD502 before the '
    'conversion is done; nothing happens the second time. P0002 no such job.';

CREATE FUNCTION lad.convert_step(job uuid, OUT phase text, OUT state text, OUT pause_ms int)
    RETURNS record
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    SET standard_conforming_strings = on
    SET quote_all_identifiers = off
    SET session_replication_role = replica
    AS 'MODULE_PATHNAME', 'lad_convert_step';

COMMENT ON FUNCTION lad.convert_step(uuid) IS
    'Does the next step of a conversion, a batch of rows for instance, in the transaction of the '
    'caller; commit it, wait the pause and call it again while state is running. It is what the '
    'background worker does; a superuser may do it where no worker runs.';

CREATE FUNCTION lad.hash_row(image record) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'lad_hash_row';

COMMENT ON FUNCTION lad.hash_row(record) IS
    'Hash of the binary image of a row: rows that differ in any bit of a value differ in it, but '
    'for one pair in 2^64. What the copy of a table is compared by.';

CREATE FUNCTION lad.journal_change() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_journal_change';

COMMENT ON FUNCTION lad.journal_change() IS
    'Notes the primary key of a changed row, and the old one when it moves, in the journal of a '
    'conversion. Its arguments name the journal and the key''s columns.';

CREATE FUNCTION lad.keep_original() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_keep_original';

COMMENT ON FUNCTION lad.keep_original() IS
    'Refuses to write to a plain table that was converted and is kept as it was.';

REVOKE ALL ON FUNCTION
    lad.convert_preflight(regclass, name),
    lad.convert_to_partitioned(regclass, name, interval, int, int),
    lad.convert_status(), lad.convert_abort(uuid), lad.convert_finish(uuid),
    lad.convert_step(uuid), lad.journal_change(), lad.keep_original() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    lad.convert_preflight(regclass, name),
    lad.convert_to_partitioned(regclass, name, interval, int, int),
    lad.convert_status(), lad.convert_abort(uuid), lad.convert_finish(uuid)
    TO lad_owner, lad_service;
GRANT EXECUTE ON FUNCTION lad.journal_change(), lad.keep_original() TO lad_owner;
