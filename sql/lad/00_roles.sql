-- The schema of the functions, and the four roles everything is granted to. Roles belong to the
-- cluster, so another database may have made them already; they are never dropped.

CREATE SCHEMA lad;

COMMENT ON SCHEMA lad IS
    'Functions and types of lad_ext. The tables are in lad_data.';

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['lad_owner', 'lad_app', 'lad_auth', 'lad_service'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;  -- made at the same moment in another database
            END;
        END IF;
    END LOOP;
END
$$;

GRANT USAGE ON SCHEMA lad TO lad_owner, lad_app, lad_auth, lad_service;
