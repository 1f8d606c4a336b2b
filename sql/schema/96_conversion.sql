-- Conversions of plain tables to partitioned ones: what a job needs to go on after any crash. Each
-- of its transactions changes the row here together with what it does to the tables.

CREATE TABLE lad_data.conversions (
    job                 uuid NOT NULL,
    table_schema        text NOT NULL,
    table_name          text NOT NULL,
    column_name         text NOT NULL,
    step                interval NOT NULL,
    batch_rows          int NOT NULL,
    max_rows_per_second int,
    original            bigint NOT NULL,
    shape               text NOT NULL,
    storage             bigint,
    next_block          bigint NOT NULL DEFAULT 0,
    end_block           bigint NOT NULL DEFAULT 0,
    dropped_at          timestamptz,
    CONSTRAINT conversions_pkey PRIMARY KEY (job),
    CONSTRAINT conversions_batch_rows_check CHECK (batch_rows > 0),
    CONSTRAINT conversions_max_rows_per_second_check CHECK (max_rows_per_second > 0),
    CONSTRAINT conversions_next_block_check CHECK (next_block BETWEEN 0 AND end_block)
);

COMMENT ON TABLE lad_data.conversions IS
    'Conversions of plain tables to partitioned ones, one row per job of lad_data.long_jobs.';
COMMENT ON COLUMN lad_data.conversions.job IS 'The job, in lad_data.long_jobs.';
COMMENT ON COLUMN lad_data.conversions.table_schema IS 'Schema of the table.';
COMMENT ON COLUMN lad_data.conversions.table_name IS 'Name of the table.';
COMMENT ON COLUMN lad_data.conversions.column_name IS 'Column whose ranges the partitions hold.';
COMMENT ON COLUMN lad_data.conversions.step IS 'Length of the range of a partition.';
COMMENT ON COLUMN lad_data.conversions.batch_rows IS 'Rows that one transaction copies, about.';
COMMENT ON COLUMN lad_data.conversions.max_rows_per_second IS
    'Rows to copy in a second at most; NULL without a limit.';
COMMENT ON COLUMN lad_data.conversions.original IS 'Object identifier of the plain table.';
COMMENT ON COLUMN lad_data.conversions.shape IS
    'Digest of the definition of the plain table; another one at the end stops the job.';
COMMENT ON COLUMN lad_data.conversions.storage IS
    'File of the plain table when the copy began; another one means that it was truncated or '
    'rewritten, and the copy begins again.';
COMMENT ON COLUMN lad_data.conversions.next_block IS 'First block that is not copied yet.';
COMMENT ON COLUMN lad_data.conversions.end_block IS
    'First block that the table did not have when the journal began.';
COMMENT ON COLUMN lad_data.conversions.dropped_at IS 'When the plain table was dropped for good.';
