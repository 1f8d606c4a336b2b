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
