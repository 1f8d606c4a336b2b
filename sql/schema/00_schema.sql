-- The schema of the LAD tables.
--
-- The tables are ordinary objects, never members of the extension: a dump carries their rows, and
-- DROP EXTENSION does not take them along. The files of this folder run in the order of their
-- names, one statement at a time; row-level security, the standard policies and the standard
-- triggers are derived from the columns of each table afterwards.
--
-- Every policy of the application asks for the context, also where the row is everyone's: it then
-- goes with the extension, and a table without its policies shows nothing.

CREATE SCHEMA lad_data;

COMMENT ON SCHEMA lad_data IS
    'The LAD tables: one row of each belongs to one tenant, and row-level security shows a tenant '
    'its own rows only.';

GRANT USAGE ON SCHEMA lad_data TO lad_app;
GRANT USAGE ON SCHEMA lad_data TO lad_service;

CREATE TABLE lad_data.schema_version (
    version      int NOT NULL,
    description  text NOT NULL,
    installed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT schema_version_pkey PRIMARY KEY (version),
    CONSTRAINT schema_version_version_check CHECK (version > 0)
);

CREATE POLICY schema_version_read ON lad_data.schema_version FOR SELECT
    USING (lad.current_tenant_id() IS NOT NULL);

GRANT SELECT ON lad_data.schema_version TO lad_app, lad_service;

COMMENT ON TABLE lad_data.schema_version IS
    'The versions of this schema that were installed here, newest last.';
COMMENT ON COLUMN lad_data.schema_version.version IS
    'Number of the version; grows by one with each released change of the tables.';
COMMENT ON COLUMN lad_data.schema_version.description IS
    'What the version brought, in one sentence.';
COMMENT ON COLUMN lad_data.schema_version.installed_at IS
    'When the version was installed in this database.';

INSERT INTO lad_data.schema_version (version, description)
VALUES (1, 'The LAD tables with composite tenant keys and forced row-level security.')
ON CONFLICT (version) DO NOTHING;
