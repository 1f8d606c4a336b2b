-- Jobs: the long ones, each in a background worker of its own.
--
-- No tenant owns a job, and the application has no right here. The functions of the extension write;
-- services may look.

CREATE TABLE lad_data.long_jobs (
    id           uuid NOT NULL DEFAULT gen_random_uuid(),
    kind         text NOT NULL,
    relation     text NOT NULL DEFAULT '',
    parameters   jsonb NOT NULL DEFAULT '{}',
    phase        text NOT NULL DEFAULT 'queued',
    state        text NOT NULL DEFAULT 'queued',
    done         bigint NOT NULL DEFAULT 0,
    total        bigint,
    pid          int,
    attempts     int NOT NULL DEFAULT 0,
    error        text,
    requested_by name NOT NULL DEFAULT session_user,
    created_at   timestamptz NOT NULL DEFAULT now(),
    started_at   timestamptz,
    updated_at   timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz,
    CONSTRAINT long_jobs_pkey PRIMARY KEY (id),
    CONSTRAINT long_jobs_kind_check
        CHECK (kind IN ('convert', 'archive', 'restore', 'detach', 'load_lexicon', 'settle')),
    CONSTRAINT long_jobs_state_check
        CHECK (state IN ('queued', 'running', 'done', 'failed', 'aborted')),
    CONSTRAINT long_jobs_done_check CHECK (done >= 0),
    CONSTRAINT long_jobs_total_check CHECK (total >= 0),
    CONSTRAINT long_jobs_attempts_check CHECK (attempts >= 0)
);

CREATE INDEX long_jobs_created_at_idx ON lad_data.long_jobs (created_at)
    WHERE state IN ('queued', 'running');

GRANT SELECT ON lad_data.long_jobs TO lad_service;

COMMENT ON TABLE lad_data.long_jobs IS
    'Work of minutes or hours that a background worker does, one worker for each row that runs. '
    'A row whose worker was lost is taken up again.';
COMMENT ON COLUMN lad_data.long_jobs.id IS 'Identifier of the job.';
COMMENT ON COLUMN lad_data.long_jobs.kind IS
    'What is done: convert, archive, restore or detach (tables and partitions), load_lexicon, or '
    'settle (usage events).';
COMMENT ON COLUMN lad_data.long_jobs.relation IS
    'Table it is done to, with its schema; empty where it is about none.';
COMMENT ON COLUMN lad_data.long_jobs.parameters IS 'What was asked for besides, as an object.';
COMMENT ON COLUMN lad_data.long_jobs.phase IS
    'Step of the work it is in; the words depend on the kind. First queued, last done.';
COMMENT ON COLUMN lad_data.long_jobs.state IS
    'State: queued, running, done, failed or aborted. The last three are final.';
COMMENT ON COLUMN lad_data.long_jobs.done IS 'Rows, bytes or other units that are done.';
COMMENT ON COLUMN lad_data.long_jobs.total IS 'Units to do, where it is known.';
COMMENT ON COLUMN lad_data.long_jobs.pid IS
    'Process that has the job in hand, or had it when it was lost; NULL for none.';
COMMENT ON COLUMN lad_data.long_jobs.attempts IS
    'How often a worker has begun or resumed it; after 20 it is given up.';
COMMENT ON COLUMN lad_data.long_jobs.error IS
    'SQLSTATE and message of the last failure; NULL while a new attempt runs.';
COMMENT ON COLUMN lad_data.long_jobs.requested_by IS 'Role that was logged in when it was asked for.';
COMMENT ON COLUMN lad_data.long_jobs.created_at IS 'When it was asked for.';
COMMENT ON COLUMN lad_data.long_jobs.started_at IS 'When a worker first began it.';
COMMENT ON COLUMN lad_data.long_jobs.updated_at IS 'Last change of the row; kept by trigger.';
COMMENT ON COLUMN lad_data.long_jobs.finished_at IS 'When it was done, failed or aborted.';

CREATE TABLE lad_data.maintenance_jobs (
    job       text NOT NULL,
    every     interval,
    is_off    boolean NOT NULL DEFAULT false,
    last_run  timestamptz,
    duration  interval,
    rows      bigint,
    error     text,
    failures  int NOT NULL DEFAULT 0,
    next_run  timestamptz NOT NULL DEFAULT '-infinity',
    CONSTRAINT maintenance_jobs_pkey PRIMARY KEY (job),
    CONSTRAINT maintenance_jobs_every_check CHECK (every > '0' AND every < '100 years'),
    CONSTRAINT maintenance_jobs_failures_check CHECK (failures >= 0)
);

GRANT SELECT ON lad_data.maintenance_jobs TO lad_service;

COMMENT ON TABLE lad_data.maintenance_jobs IS
    'The jobs of maintenance that have run here or were set by lad.set_job: when and how the last '
    'run went, and when the next one is due. lad.jobs shows them.';
COMMENT ON COLUMN lad_data.maintenance_jobs.job IS 'Name of the job.';
COMMENT ON COLUMN lad_data.maintenance_jobs.every IS
    'Time from one run to the next; NULL: as the job has it by itself.';
COMMENT ON COLUMN lad_data.maintenance_jobs.is_off IS 'Whether the job is never run.';
COMMENT ON COLUMN lad_data.maintenance_jobs.last_run IS 'When the last run began.';
COMMENT ON COLUMN lad_data.maintenance_jobs.duration IS 'How long the last run took.';
COMMENT ON COLUMN lad_data.maintenance_jobs.rows IS
    'What the last run did, as its function counts; NULL when it failed.';
COMMENT ON COLUMN lad_data.maintenance_jobs.error IS
    'SQLSTATE and message of the last run; NULL when it went well.';
COMMENT ON COLUMN lad_data.maintenance_jobs.failures IS
    'Runs that failed since the last that went well; each doubles the time to the next.';
COMMENT ON COLUMN lad_data.maintenance_jobs.next_run IS 'When the job is due.';
