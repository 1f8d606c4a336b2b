-- Leakproof searches: under row-level security PostgreSQL uses an index for these, where it may not
-- for ILIKE, @> and @@. They never raise, so that no error tells of a row of another tenant; the
-- cost lets the tenant's condition, which is cheaper, come first.

CREATE FUNCTION lad.search_support(internal) RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'lad_search_support';
COMMENT ON FUNCTION lad.search_support(internal) IS
    'Answers the planner about the leakproof searches. Used by the extension only.';

CREATE FUNCTION lad.text_ilike(value text, pattern text) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 20 SUPPORT lad.search_support
    AS 'MODULE_PATHNAME', 'lad_text_ilike';
COMMENT ON FUNCTION lad.text_ilike(text, text) IS
    'value ILIKE pattern, leakproof: uses an index such as gin (tenant_id, value gin_trgm_ops) under row-level security, if pattern is a constant, a parameter or a column. Never raises: false for a pattern over 4096 bytes or ending in a lone backslash, a value over 64 MB, and a collation that is nondeterministic or undetermined.';

CREATE FUNCTION lad.json_contains(value jsonb, pattern jsonb) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 20 SUPPORT lad.search_support
    AS 'MODULE_PATHNAME', 'lad_json_contains';
COMMENT ON FUNCTION lad.json_contains(jsonb, jsonb) IS
    'value @> pattern, leakproof: uses an index such as gin (tenant_id, value jsonb_path_ops) under row-level security, if pattern is a constant, a parameter or a column. Never raises: false for a pattern of more than 64 levels, and for either over 64 MB.';

CREATE FUNCTION lad.text_matches(value tsvector, query tsquery) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 20 SUPPORT lad.search_support
    AS 'MODULE_PATHNAME', 'lad_text_matches';
COMMENT ON FUNCTION lad.text_matches(tsvector, tsquery) IS
    'value @@ query, leakproof: uses an index such as gin (tenant_id, value) under row-level security, if query is a constant at plan time, such as to_tsquery of a named configuration. Never raises: false for a query of more than 256 levels (each & | and <-> of a chain is one), and for either over 64 MB.';

REVOKE ALL ON FUNCTION lad.search_support(internal) FROM PUBLIC;
REVOKE ALL ON FUNCTION lad.text_ilike(text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION lad.json_contains(jsonb, jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION lad.text_matches(tsvector, tsquery) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION lad.text_ilike(text, text) TO lad_app, lad_service, lad_owner;
GRANT EXECUTE ON FUNCTION lad.json_contains(jsonb, jsonb) TO lad_app, lad_service, lad_owner;
GRANT EXECUTE ON FUNCTION lad.text_matches(tsvector, tsquery) TO lad_app, lad_service, lad_owner;

-- lad_owner names pg_trgm's operator class when it makes the tables' indexes, wherever that lies.
DO $$
DECLARE
    home regnamespace;
BEGIN
    SELECT extnamespace INTO home FROM pg_catalog.pg_extension WHERE extname = 'pg_trgm';
    IF NOT pg_catalog.has_schema_privilege('lad_owner', home::oid, 'USAGE') THEN
        EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA %s TO lad_owner', home);
    END IF;
END
$$;
