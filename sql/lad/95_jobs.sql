-- What runs in the background: long jobs, each in a worker of its own.

CREATE FUNCTION lad.progress(
    OUT what  text,
    OUT phase text,
    OUT done  bigint,
    OUT total bigint,
    OUT rate  numeric,
    OUT eta   timestamptz
) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER ROWS 10
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_progress';
ALTER FUNCTION lad.progress() OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.progress() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.progress() TO lad_service;
COMMENT ON FUNCTION lad.progress() IS
    'Every long job, the oldest first: what it does to which table, its phase (queued, done, failed or aborted when it does not run), how much of how much is done, how much a second since it began, and when it will be done at that rate. For superusers, lad_owner and lad_service. 55000 before lad.install_schema().';

CREATE FUNCTION lad.settle_in_background() RETURNS uuid
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_settle_in_background';
ALTER FUNCTION lad.settle_in_background() OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.settle_in_background() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.settle_in_background() TO lad_service;
COMMENT ON FUNCTION lad.settle_in_background() IS
    'Starts a long job, once this transaction commits, that calls lad.settle_usage for all tenants until no event is due, as after an outage; lad.progress() tells how far it is. Where such a job is queued or runs already, returns that one. For superusers, lad_owner and lad_service. 55000 before lad.install_schema().';

CREATE FUNCTION lad.resume_long_jobs() RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_resume_long_jobs';
ALTER FUNCTION lad.resume_long_jobs() OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.resume_long_jobs() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.resume_long_jobs() TO lad_service;
COMMENT ON FUNCTION lad.resume_long_jobs() IS
    'Starts, when this transaction commits, the long jobs that no process has in hand: those that found none free, that failed in passing, or whose process was lost; says how many. A job of maintenance. For superusers, lad_owner and lad_service. 55000 before lad.install_schema().';

-- What runs again and again.

CREATE PROCEDURE lad.run_maintenance(as_of timestamptz DEFAULT now())
    LANGUAGE c
    AS 'MODULE_PATHNAME', 'lad_run_maintenance';
REVOKE ALL ON PROCEDURE lad.run_maintenance(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE lad.run_maintenance(timestamptz) TO lad_owner, lad_service;
COMMENT ON PROCEDURE lad.run_maintenance(timestamptz) IS
    'Runs the jobs of maintenance that are due by as_of, each in transactions of its own as lad_service, and takes down in lad.jobs how it went. A job that fails stops no other and is due again later each time; a job that another session runs is left to it. The worker calls it; with lad.worker = off let cron do so every minute. For superusers, lad_owner and lad_service. 22004 or 22023 as_of NULL or infinite, 55000 in a transaction block or before lad.install_schema(), 25006 on a standby.';

CREATE FUNCTION lad.read_jobs(
    OUT job      text,
    OUT database text,
    OUT last_run timestamptz,
    OUT duration interval,
    OUT rows     bigint,
    OUT error    text,
    OUT next_run timestamptz
) RETURNS SETOF record
    LANGUAGE c STABLE PARALLEL UNSAFE SECURITY DEFINER ROWS 10
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_read_jobs';
ALTER FUNCTION lad.read_jobs() OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.read_jobs() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.read_jobs() TO lad_service;
COMMENT ON FUNCTION lad.read_jobs() IS
    'The rows of lad.jobs. For superusers, lad_owner and lad_service. 55000 before lad.install_schema().';

CREATE VIEW lad.jobs AS
    SELECT job, database, last_run, duration, rows, error, next_run FROM lad.read_jobs();
REVOKE ALL ON lad.jobs FROM PUBLIC;
ALTER VIEW lad.jobs OWNER TO lad_owner;
GRANT SELECT ON lad.jobs TO lad_service;
COMMENT ON VIEW lad.jobs IS
    'The jobs of maintenance: when the last run began, how long it took, what it did as its function counts, SQLSTATE and message if it failed, and when the next one is due (NULL: never, it is off).';

CREATE FUNCTION lad.set_job(
    job     text,
    every   interval DEFAULT NULL,
    enabled boolean DEFAULT true
) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_set_job';
ALTER FUNCTION lad.set_job(text, interval, boolean) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.set_job(text, interval, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.set_job(text, interval, boolean) TO lad_service;
COMMENT ON FUNCTION lad.set_job(text, interval, boolean) IS
    'Says how often a job of lad.jobs runs (every NULL: as often as it does by itself) and whether it does at all. Counts from the next visit of the worker on. For superusers, lad_owner and lad_service. P0002 unknown job, 22023 every below a second, above 366 days or with months, 55000 before lad.install_schema().';
