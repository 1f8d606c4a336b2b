-- Making any table a tenant table, and finding what is not as it should be.

CREATE FUNCTION lad.protect(table_name regclass, OUT object text, OUT action text, OUT detail text)
    RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET standard_conforming_strings = on
    AS 'MODULE_PATHNAME', 'lad_protect';

COMMENT ON FUNCTION lad.protect(regclass) IS
    'Makes a table of any schema, with all its partitions, a tenant table: column tenant_id, forced '
    'row-level security, policies, an index, triggers, no rights beyond rows. One row per object: '
    'created, altered or exists. May be repeated. For superusers and members of lad_owner that own '
    'it, else 42501. 23514 names everything that forbids it: rows without a tenant, unique keys and '
    'foreign keys without tenant_id, further policies; 22023 no table, or a system''s, an '
    'extension''s, a temporary or inherited one.';

REVOKE ALL ON FUNCTION lad.protect(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.protect(regclass) TO lad_owner;

CREATE FUNCTION lad.protect_new_tables() RETURNS event_trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET standard_conforming_strings = on
    AS 'MODULE_PATHNAME', 'lad_protect_new_tables';

COMMENT ON FUNCTION lad.protect_new_tables() IS
    'Protects a table that is made in lad_data or moved there, as lad.protect does, or refuses the '
    'command.';

REVOKE ALL ON FUNCTION lad.protect_new_tables() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.protect_new_tables() TO lad_owner;

CREATE FUNCTION lad.lint(OUT level text, OUT object text, OUT rule text, OUT detail text,
                         OUT remedy text)
    RETURNS SETOF record
    LANGUAGE c STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET standard_conforming_strings = on
    SET jit = off
    AS 'MODULE_PATHNAME', 'lad_lint';

COMMENT ON FUNCTION lad.lint() IS
    'What breaks the rules of the schema, in lad_data and in tables of other schemas that '
    'lad.protect has seen: one row per breach with its consequence and remedy. level: error, where '
    'tenants may meet; warning, a rule of the schema; info, a custom. An installed schema gives no '
    'row. For superusers and members of lad_owner or lad_service, else 42501.';

REVOKE ALL ON FUNCTION lad.lint() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.lint() TO lad_owner, lad_service;
