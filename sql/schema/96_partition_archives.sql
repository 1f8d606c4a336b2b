-- Archives: what became of partitions that were archived.

CREATE TABLE lad_data.partition_archives (
    id             uuid NOT NULL DEFAULT gen_random_uuid(),
    schema_name    text NOT NULL,
    table_name     text NOT NULL,
    partition_name text NOT NULL,
    range_start    timestamptz,
    range_end      timestamptz,
    state          text NOT NULL DEFAULT 'detaching',
    kept_name      text,
    analysis_name  text,
    path           text,
    rows           bigint,
    bytes          bigint,
    sha256         text,
    manifest       text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT partition_archives_pkey PRIMARY KEY (id),
    CONSTRAINT partition_archives_state_check
        CHECK (state IN ('detaching', 'kept', 'exported', 'restored'))
);

CREATE UNIQUE INDEX partition_archives_schema_name_table_name_partition_name_idx
    ON lad_data.partition_archives (schema_name, table_name, partition_name)
    WHERE state IN ('detaching', 'kept');

GRANT SELECT ON lad_data.partition_archives TO lad_service;

COMMENT ON TABLE lad_data.partition_archives IS
    'Partitions that were archived: kept as tables of lad_archive, or exported to files. lad.archives '
    'shows them.';
COMMENT ON COLUMN lad_data.partition_archives.id IS 'Identifier of the archive.';
COMMENT ON COLUMN lad_data.partition_archives.schema_name IS 'Schema of the partitioned table.';
COMMENT ON COLUMN lad_data.partition_archives.table_name IS 'Name of the partitioned table.';
COMMENT ON COLUMN lad_data.partition_archives.partition_name IS 'Name that the partition had.';
COMMENT ON COLUMN lad_data.partition_archives.range_start IS
    'Where its range starts; NULL for MINVALUE.';
COMMENT ON COLUMN lad_data.partition_archives.range_end IS 'Where its range ends.';
COMMENT ON COLUMN lad_data.partition_archives.state IS
    'State: detaching, kept (a table of lad_archive), exported (files alone) or restored.';
COMMENT ON COLUMN lad_data.partition_archives.kept_name IS
    'Table of lad_archive with its rows; NULL for none.';
COMMENT ON COLUMN lad_data.partition_archives.analysis_name IS
    'Table of lad_archive with the analysis of its calls; NULL for none.';
COMMENT ON COLUMN lad_data.partition_archives.path IS
    'File below lad.archive_directory that it is or was to be exported to; NULL for none.';
COMMENT ON COLUMN lad_data.partition_archives.rows IS 'How many rows were exported.';
COMMENT ON COLUMN lad_data.partition_archives.bytes IS 'Size of the files.';
COMMENT ON COLUMN lad_data.partition_archives.sha256 IS 'SHA-256 of the file.';
COMMENT ON COLUMN lad_data.partition_archives.manifest IS 'Manifest of the files, as it was written.';
COMMENT ON COLUMN lad_data.partition_archives.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.partition_archives.updated_at IS
    'When the row was last changed; kept by a trigger.';
