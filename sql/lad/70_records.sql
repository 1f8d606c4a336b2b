-- Rows of any table of lad_data: soft delete, purge, and merging into jsonb columns. All of them run
-- with the caller's rights, behind row-level security.

CREATE FUNCTION lad.soft_delete(table_name regclass, id text) RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_soft_delete';

CREATE FUNCTION lad.soft_delete(table_name regclass, id uuid) RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_soft_delete_uuid';

CREATE FUNCTION lad.soft_delete(table_name regclass, id bigint) RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_soft_delete_bigint';

COMMENT ON FUNCTION lad.soft_delete(regclass, text) IS
    'Marks a row of the current tenant as deleted: is_deleted and deleted_at. Returns false when it was so already. Runs with the caller''s rights. P0002 unknown row, 22023 a table without both columns or outside lad_data, 42501 the caller may not update it.';
COMMENT ON FUNCTION lad.soft_delete(regclass, uuid) IS
    'lad.soft_delete with the id as a uuid.';
COMMENT ON FUNCTION lad.soft_delete(regclass, bigint) IS
    'lad.soft_delete with the id as a number.';

CREATE FUNCTION lad.restore(table_name regclass, id text) RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_restore';

CREATE FUNCTION lad.restore(table_name regclass, id uuid) RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_restore_uuid';

CREATE FUNCTION lad.restore(table_name regclass, id bigint) RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_restore_bigint';

COMMENT ON FUNCTION lad.restore(regclass, text) IS
    'Takes a soft delete back. Returns false when the row was live already. 23505 when a live row has taken its unique key, 23P01 when a booking''s time is taken; else as lad.soft_delete.';
COMMENT ON FUNCTION lad.restore(regclass, uuid) IS
    'lad.restore with the id as a uuid.';
COMMENT ON FUNCTION lad.restore(regclass, bigint) IS
    'lad.restore with the id as a number.';

CREATE FUNCTION lad.purge_deleted(
    older_than interval, OUT table_name text, OUT deleted bigint, OUT kept bigint
) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_purge_deleted';

COMMENT ON FUNCTION lad.purge_deleted(interval) IS
    'Removes for good the rows that were soft-deleted longer ago than older_than, of the context''s tenant, or of all tenants when it names none; one row per table from which the caller may delete. What a row owns goes along, uncounted; kept counts rows that something still refers to. Tenants, people and money are never purged. 22023 older_than negative or with months, LD001 no context.';

CREATE FUNCTION lad.merge_patch(target jsonb, patch jsonb) RETURNS jsonb
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'lad_merge_patch';

COMMENT ON FUNCTION lad.merge_patch(jsonb, jsonb) IS
    'target changed by a JSON Merge Patch (RFC 7396): objects merge key by key, null removes a key, anything else replaces. A target that is no object counts as {}. 22023 patch no object, or either of more than 32 levels, 100,000 values or 4 MB.';

CREATE FUNCTION lad.merge_jsonb(table_name regclass, id text, column_name text, patch jsonb)
    RETURNS jsonb
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_merge_jsonb';

CREATE FUNCTION lad.merge_jsonb(table_name regclass, id uuid, column_name text, patch jsonb)
    RETURNS jsonb
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_merge_jsonb_uuid';

CREATE FUNCTION lad.merge_jsonb(table_name regclass, id bigint, column_name text, patch jsonb)
    RETURNS jsonb
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_merge_jsonb_bigint';

COMMENT ON FUNCTION lad.merge_jsonb(regclass, text, text, jsonb) IS
    'Merges the patch into a jsonb column of a row of the current tenant, as lad.merge_patch does, under the row''s lock: merges of two sessions both survive. Returns the merged value. Runs with the caller''s rights. P0002 unknown row, 22023 no table of lad_data, no jsonb column or a bad patch, 42501 the caller may not update the column.';
COMMENT ON FUNCTION lad.merge_jsonb(regclass, uuid, text, jsonb) IS
    'lad.merge_jsonb with the id as a uuid.';
COMMENT ON FUNCTION lad.merge_jsonb(regclass, bigint, text, jsonb) IS
    'lad.merge_jsonb with the id as a number.';

REVOKE ALL ON FUNCTION lad.soft_delete(regclass, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION lad.soft_delete(regclass, uuid) FROM PUBLIC;
REVOKE ALL ON FUNCTION lad.soft_delete(regclass, bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION lad.restore(regclass, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION lad.restore(regclass, uuid) FROM PUBLIC;
REVOKE ALL ON FUNCTION lad.restore(regclass, bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION lad.purge_deleted(interval) FROM PUBLIC;
REVOKE ALL ON FUNCTION lad.merge_patch(jsonb, jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION lad.merge_jsonb(regclass, text, text, jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION lad.merge_jsonb(regclass, uuid, text, jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION lad.merge_jsonb(regclass, bigint, text, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION lad.soft_delete(regclass, text) TO lad_app, lad_service;
GRANT EXECUTE ON FUNCTION lad.soft_delete(regclass, uuid) TO lad_app, lad_service;
GRANT EXECUTE ON FUNCTION lad.soft_delete(regclass, bigint) TO lad_app, lad_service;
GRANT EXECUTE ON FUNCTION lad.restore(regclass, text) TO lad_app, lad_service;
GRANT EXECUTE ON FUNCTION lad.restore(regclass, uuid) TO lad_app, lad_service;
GRANT EXECUTE ON FUNCTION lad.restore(regclass, bigint) TO lad_app, lad_service;
GRANT EXECUTE ON FUNCTION lad.purge_deleted(interval) TO lad_service, lad_owner;
GRANT EXECUTE ON FUNCTION lad.merge_patch(jsonb, jsonb) TO lad_app, lad_service;
GRANT EXECUTE ON FUNCTION lad.merge_jsonb(regclass, text, text, jsonb) TO lad_app, lad_service;
GRANT EXECUTE ON FUNCTION lad.merge_jsonb(regclass, uuid, text, jsonb) TO lad_app, lad_service;
GRANT EXECUTE ON FUNCTION lad.merge_jsonb(regclass, bigint, text, jsonb) TO lad_app, lad_service;
