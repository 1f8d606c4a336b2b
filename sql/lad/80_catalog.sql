-- Installing the LAD tables, and the trigger functions they share.

CREATE FUNCTION lad.install_schema(partitioned boolean DEFAULT true,
                                   OUT object text, OUT action text, OUT detail text)
    RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    SET standard_conforming_strings = on
    SET quote_all_identifiers = off
    AS 'MODULE_PATHNAME', 'lad_install_schema';

COMMENT ON FUNCTION lad.install_schema(boolean) IS
    'Creates what is missing of the LAD tables in schema lad_data, owned by lad_owner, and protects '
    'every table there by row-level security; one row per object: created, altered or exists. May '
    'be repeated. partitioned => false makes voice_call_logs a plain table, to be converted later. '
    'For superusers and members of lad_owner.';

CREATE FUNCTION lad.touch_updated_at() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_touch_updated_at';

COMMENT ON FUNCTION lad.touch_updated_at() IS
    'Sets updated_at to the transaction''s time when a row changes, whatever the application '
    'writes there.';

REVOKE ALL ON FUNCTION lad.touch_updated_at() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.touch_updated_at() TO lad_owner;

CREATE FUNCTION lad.keep_tenant() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_keep_tenant';

COMMENT ON FUNCTION lad.keep_tenant() IS
    'Refuses to change tenant_id (and organization_id, its other name) of a row.';

REVOKE ALL ON FUNCTION lad.keep_tenant() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.keep_tenant() TO lad_owner;

CREATE FUNCTION lad.sync_soft_delete() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_sync_soft_delete';

COMMENT ON FUNCTION lad.sync_soft_delete() IS
    'Keeps is_deleted and deleted_at equal, whichever of the two is written.';

REVOKE ALL ON FUNCTION lad.sync_soft_delete() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.sync_soft_delete() TO lad_owner;

CREATE FUNCTION lad.sync_columns() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_sync_columns';

COMMENT ON FUNCTION lad.sync_columns() IS
    'Keeps two spellings of one column equal, whichever is written; the trigger''s arguments '
    'name them, and where they have one their common default.';

REVOKE ALL ON FUNCTION lad.sync_columns() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.sync_columns() TO lad_owner;

CREATE FUNCTION lad.check_call_reference() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_check_call_reference';

COMMENT ON FUNCTION lad.check_call_reference() IS
    'Checks that call_log_id names a call of the row''s tenant, as a foreign key would.';

REVOKE ALL ON FUNCTION lad.check_call_reference() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.check_call_reference() TO lad_owner;

CREATE FUNCTION lad.delete_call_children() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_delete_call_children';

COMMENT ON FUNCTION lad.delete_call_children() IS
    'After a call is deleted, deletes its analysis and releases its batch entries.';

REVOKE ALL ON FUNCTION lad.delete_call_children() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.delete_call_children() TO lad_owner;

CREATE FUNCTION lad.check_lead_vocabulary() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_check_lead_vocabulary';

COMMENT ON FUNCTION lad.check_lead_vocabulary() IS
    'Checks that leads.stage and leads.status are built-in words or keys of the tenant''s '
    'lead_stages and lead_statuses.';

REVOKE ALL ON FUNCTION lad.check_lead_vocabulary() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.check_lead_vocabulary() TO lad_owner;
