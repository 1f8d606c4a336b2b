-- Partitions: the tables whose partitions are made ahead and retired by the partition functions.

CREATE SCHEMA lad_archive;

COMMENT ON SCHEMA lad_archive IS
    'Partitions that were archived: write-protected, and still under row-level security.';

GRANT USAGE ON SCHEMA lad_archive TO lad_app;
GRANT USAGE ON SCHEMA lad_archive TO lad_service;

CREATE TABLE lad_data.managed_partitions (
    id               uuid NOT NULL DEFAULT gen_random_uuid(),
    schema_name      text NOT NULL,
    table_name       text NOT NULL,
    column_name      text NOT NULL,
    step             interval NOT NULL,
    premake          int NOT NULL,
    retention        interval,
    retention_action text NOT NULL DEFAULT 'archive',
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    last_run_at      timestamptz,
    last_error       text,
    CONSTRAINT managed_partitions_pkey PRIMARY KEY (id),
    CONSTRAINT managed_partitions_schema_name_table_name_key UNIQUE (schema_name, table_name),
    CONSTRAINT managed_partitions_step_check CHECK (step > '0'),
    CONSTRAINT managed_partitions_premake_check CHECK (premake BETWEEN 0 AND 900),
    CONSTRAINT managed_partitions_retention_check CHECK (retention > '0'),
    CONSTRAINT managed_partitions_retention_action_check
        CHECK (retention_action IN ('archive', 'drop', 'detach'))
);

GRANT SELECT ON lad_data.managed_partitions TO lad_service;

COMMENT ON TABLE lad_data.managed_partitions IS
    'Partitioned tables that lad.maintain_partitions looks after. Written by lad.manage_partitions.';
COMMENT ON COLUMN lad_data.managed_partitions.id IS 'Identifier of the row.';
COMMENT ON COLUMN lad_data.managed_partitions.schema_name IS 'Schema of the partitioned table.';
COMMENT ON COLUMN lad_data.managed_partitions.table_name IS 'Name of the partitioned table.';
COMMENT ON COLUMN lad_data.managed_partitions.column_name IS
    'Column it is partitioned by: timestamptz, timestamp or date.';
COMMENT ON COLUMN lad_data.managed_partitions.step IS 'Length of a partition.';
COMMENT ON COLUMN lad_data.managed_partitions.premake IS
    'How many partitions exist after the present one.';
COMMENT ON COLUMN lad_data.managed_partitions.retention IS
    'How long a partition stays after its end; NULL for ever.';
COMMENT ON COLUMN lad_data.managed_partitions.retention_action IS
    'What becomes of a partition then: archive, drop or detach.';
COMMENT ON COLUMN lad_data.managed_partitions.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.managed_partitions.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.managed_partitions.last_run_at IS
    'When its partitions were last looked after.';
COMMENT ON COLUMN lad_data.managed_partitions.last_error IS
    'Why the last run refused; NULL when it went well.';
