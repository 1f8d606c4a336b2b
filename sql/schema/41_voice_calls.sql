-- Voice, calls: batches of calls, the calls themselves, and what was understood from them.
--
-- voice_call_logs is partitioned by month of created_at (UTC); the months are created and retired
-- by the partition functions. Nothing refers to a call by foreign key, because an incoming key
-- would make detaching a month fail or scan: constraint triggers check such references instead.

CREATE TABLE lad_data.voice_call_batches (
    id                   uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id            uuid NOT NULL DEFAULT lad.current_tenant_id(),
    initiated_by_user_id uuid,
    agent_id             bigint,
    voice_id             uuid,
    from_number_id       uuid,
    job_id               varchar(255),
    status               varchar(30) NOT NULL DEFAULT 'pending',
    total_calls          int NOT NULL DEFAULT 0,
    completed_calls      int NOT NULL DEFAULT 0,
    failed_calls         int NOT NULL DEFAULT 0,
    metadata             jsonb NOT NULL DEFAULT '{}',
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),
    scheduled_at         timestamptz,
    started_at           timestamptz,
    finished_at          timestamptz,
    is_deleted           boolean NOT NULL DEFAULT false,
    deleted_at           timestamptz,
    cancelled_calls      int NOT NULL DEFAULT 0,
    max_attempts         int NOT NULL DEFAULT 2,
    retry_seconds        int,
    wave_size            int,
    CONSTRAINT voice_call_batches_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT voice_call_batches_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT voice_call_batches_initiated_by_user_id_fkey
        FOREIGN KEY (tenant_id, initiated_by_user_id)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT voice_call_batches_agent_id_fkey FOREIGN KEY (tenant_id, agent_id)
        REFERENCES lad_data.voice_agents (tenant_id, id),
    CONSTRAINT voice_call_batches_voice_id_fkey FOREIGN KEY (tenant_id, voice_id)
        REFERENCES lad_data.voice_agent_voices (tenant_id, id),
    CONSTRAINT voice_call_batches_from_number_id_fkey FOREIGN KEY (tenant_id, from_number_id)
        REFERENCES lad_data.voice_agent_numbers (tenant_id, id),
    CONSTRAINT voice_call_batches_status_check
        CHECK (status IN (
            'pending', 'queued', 'running', 'completed', 'stopped', 'failed', 'cancelled')),
    CONSTRAINT voice_call_batches_total_calls_check CHECK (total_calls >= 0),
    CONSTRAINT voice_call_batches_completed_calls_check CHECK (completed_calls >= 0),
    CONSTRAINT voice_call_batches_failed_calls_check CHECK (failed_calls >= 0),
    CONSTRAINT voice_call_batches_cancelled_calls_check CHECK (cancelled_calls >= 0),
    CONSTRAINT voice_call_batches_max_attempts_check CHECK (max_attempts >= 1),
    CONSTRAINT voice_call_batches_retry_seconds_check CHECK (retry_seconds >= 1),
    CONSTRAINT voice_call_batches_wave_size_check CHECK (wave_size >= 1)
);

CREATE INDEX voice_call_batches_tenant_id_created_at_idx
    ON lad_data.voice_call_batches (tenant_id, created_at DESC);
CREATE INDEX voice_call_batches_tenant_id_initiated_by_user_id_idx
    ON lad_data.voice_call_batches (tenant_id, initiated_by_user_id)
    WHERE initiated_by_user_id IS NOT NULL;
CREATE INDEX voice_call_batches_tenant_id_agent_id_idx
    ON lad_data.voice_call_batches (tenant_id, agent_id) WHERE agent_id IS NOT NULL;
CREATE INDEX voice_call_batches_tenant_id_voice_id_idx
    ON lad_data.voice_call_batches (tenant_id, voice_id) WHERE voice_id IS NOT NULL;
CREATE INDEX voice_call_batches_tenant_id_from_number_id_idx
    ON lad_data.voice_call_batches (tenant_id, from_number_id) WHERE from_number_id IS NOT NULL;

CREATE TRIGGER voice_call_batches_write_keep
    BEFORE INSERT OR UPDATE OF status, total_calls, completed_calls, failed_calls, cancelled_calls
    ON lad_data.voice_call_batches
    FOR EACH ROW EXECUTE FUNCTION lad.keep_batch();

CREATE TRIGGER voice_call_batches_update_tell_end
    AFTER UPDATE OF status ON lad_data.voice_call_batches
    FOR EACH ROW WHEN (NEW.status = 'completed' AND OLD.status <> 'completed')
    EXECUTE FUNCTION lad.tell_batch_end();

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.voice_call_batches TO lad_app, lad_service;

COMMENT ON TABLE lad_data.voice_call_batches IS
    'Lists of leads called one after the other by one agent.';
COMMENT ON COLUMN lad_data.voice_call_batches.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.voice_call_batches.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.voice_call_batches.initiated_by_user_id IS
    'Member who started the batch.';
COMMENT ON COLUMN lad_data.voice_call_batches.agent_id IS 'Agent that makes the calls.';
COMMENT ON COLUMN lad_data.voice_call_batches.voice_id IS
    'Voice the agent speaks with, when not its own.';
COMMENT ON COLUMN lad_data.voice_call_batches.from_number_id IS 'Number the calls are made from.';
COMMENT ON COLUMN lad_data.voice_call_batches.job_id IS
    'Identifier of the batch in the dialling service.';
COMMENT ON COLUMN lad_data.voice_call_batches.status IS
    'State: pending, queued, running, completed, stopped, failed or cancelled.';
COMMENT ON COLUMN lad_data.voice_call_batches.total_calls IS
    'Number of live entries; kept by a trigger of theirs alone, as the other counters are.';
COMMENT ON COLUMN lad_data.voice_call_batches.completed_calls IS
    'Entries that are completed or ended; kept by a trigger.';
COMMENT ON COLUMN lad_data.voice_call_batches.failed_calls IS
    'Entries that are failed or declined; kept by a trigger.';
COMMENT ON COLUMN lad_data.voice_call_batches.metadata IS
    'Anything else the application keeps with the batch.';
COMMENT ON COLUMN lad_data.voice_call_batches.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.voice_call_batches.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.voice_call_batches.scheduled_at IS
    'When the batch is to start; NULL for at once.';
COMMENT ON COLUMN lad_data.voice_call_batches.started_at IS 'When the first call was made.';
COMMENT ON COLUMN lad_data.voice_call_batches.finished_at IS 'When the last call ended.';
COMMENT ON COLUMN lad_data.voice_call_batches.is_deleted IS
    'True when the row is soft-deleted. Kept equal to deleted_at.';
COMMENT ON COLUMN lad_data.voice_call_batches.deleted_at IS
    'When the row was soft-deleted; NULL while it is live. Kept equal to is_deleted.';
COMMENT ON COLUMN lad_data.voice_call_batches.cancelled_calls IS
    'Entries that are cancelled; kept by a trigger.';
COMMENT ON COLUMN lad_data.voice_call_batches.max_attempts IS
    'How often an entry is dialled at most.';
COMMENT ON COLUMN lad_data.voice_call_batches.retry_seconds IS
    'How long a failed call waits for its next attempt, twice as long each time; NULL: it is not '
    'repeated.';
COMMENT ON COLUMN lad_data.voice_call_batches.wave_size IS
    'How many entries may be in hand at once; NULL: as many as are claimed.';

CREATE TABLE lad_data.voice_call_logs (
    id                   uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id            uuid NOT NULL DEFAULT lad.current_tenant_id(),
    initiated_by_user_id uuid,
    lead_id              uuid,
    agent_id             bigint,
    from_number_id       uuid,
    to_country_code      varchar(10) NOT NULL,
    to_base_number       bigint NOT NULL,
    campaign_id          uuid,
    campaign_lead_id     uuid,
    campaign_step_id     uuid,
    status               varchar(50) NOT NULL DEFAULT 'in_queue',
    direction            varchar(20) DEFAULT 'outbound',
    started_at           timestamptz,
    ended_at             timestamptz,
    duration_seconds     int DEFAULT 0,
    recording_url        text,
    transcripts          jsonb,
    cost                 numeric(20,6) DEFAULT 0,
    currency             varchar(10) DEFAULT 'USD',
    cost_breakdown       jsonb,
    metadata             jsonb DEFAULT '{}',
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),
    credits_charged      numeric(20,6),
    batch_id             uuid,
    CONSTRAINT voice_call_logs_pkey PRIMARY KEY (tenant_id, id, created_at),
    CONSTRAINT voice_call_logs_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT voice_call_logs_initiated_by_user_id_fkey
        FOREIGN KEY (tenant_id, initiated_by_user_id)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT voice_call_logs_lead_id_fkey FOREIGN KEY (tenant_id, lead_id)
        REFERENCES lad_data.leads (tenant_id, id),
    CONSTRAINT voice_call_logs_agent_id_fkey FOREIGN KEY (tenant_id, agent_id)
        REFERENCES lad_data.voice_agents (tenant_id, id),
    CONSTRAINT voice_call_logs_from_number_id_fkey FOREIGN KEY (tenant_id, from_number_id)
        REFERENCES lad_data.voice_agent_numbers (tenant_id, id),
    CONSTRAINT voice_call_logs_campaign_id_fkey FOREIGN KEY (tenant_id, campaign_id)
        REFERENCES lad_data.campaigns (tenant_id, id),
    CONSTRAINT voice_call_logs_campaign_lead_id_fkey FOREIGN KEY (tenant_id, campaign_lead_id)
        REFERENCES lad_data.campaign_leads (tenant_id, id),
    CONSTRAINT voice_call_logs_campaign_step_id_fkey FOREIGN KEY (tenant_id, campaign_step_id)
        REFERENCES lad_data.campaign_steps (tenant_id, id),
    CONSTRAINT voice_call_logs_batch_id_fkey FOREIGN KEY (tenant_id, batch_id)
        REFERENCES lad_data.voice_call_batches (tenant_id, id),
    CONSTRAINT voice_call_logs_to_country_code_check CHECK (to_country_code ~ '^[+][0-9]{1,4}$'),
    CONSTRAINT voice_call_logs_to_base_number_check CHECK (to_base_number > 0),
    CONSTRAINT voice_call_logs_status_check
        CHECK (status IN (
            'in_queue', 'queued', 'pending', 'calling', 'ringing', 'ongoing', 'in_progress',
            'ended', 'completed', 'failed', 'error', 'not_reachable', 'declined', 'rejected',
            'no_answer', 'busy', 'cancelled')),
    CONSTRAINT voice_call_logs_direction_check CHECK (direction IN ('outbound', 'inbound')),
    CONSTRAINT voice_call_logs_duration_seconds_check CHECK (duration_seconds >= 0),
    CONSTRAINT voice_call_logs_cost_check CHECK (cost >= 0 AND cost <> 'NaN'),
    CONSTRAINT voice_call_logs_credits_charged_check
        CHECK (credits_charged >= 0 AND credits_charged <> 'NaN')
) PARTITION BY RANGE (created_at);

CREATE INDEX voice_call_logs_tenant_id_created_at_idx
    ON lad_data.voice_call_logs (tenant_id, created_at DESC);
CREATE INDEX voice_call_logs_tenant_id_agent_id_status_started_at_idx
    ON lad_data.voice_call_logs (tenant_id, agent_id, status, started_at);
CREATE INDEX voice_call_logs_tenant_id_initiated_by_user_id_idx
    ON lad_data.voice_call_logs (tenant_id, initiated_by_user_id)
    WHERE initiated_by_user_id IS NOT NULL;
CREATE INDEX voice_call_logs_tenant_id_lead_id_idx
    ON lad_data.voice_call_logs (tenant_id, lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX voice_call_logs_tenant_id_from_number_id_idx
    ON lad_data.voice_call_logs (tenant_id, from_number_id) WHERE from_number_id IS NOT NULL;
CREATE INDEX voice_call_logs_tenant_id_campaign_id_idx
    ON lad_data.voice_call_logs (tenant_id, campaign_id) WHERE campaign_id IS NOT NULL;
CREATE INDEX voice_call_logs_tenant_id_campaign_lead_id_idx
    ON lad_data.voice_call_logs (tenant_id, campaign_lead_id) WHERE campaign_lead_id IS NOT NULL;
CREATE INDEX voice_call_logs_tenant_id_campaign_step_id_idx
    ON lad_data.voice_call_logs (tenant_id, campaign_step_id) WHERE campaign_step_id IS NOT NULL;
CREATE INDEX voice_call_logs_tenant_id_batch_id_idx
    ON lad_data.voice_call_logs (tenant_id, batch_id) WHERE batch_id IS NOT NULL;

CREATE TRIGGER voice_call_logs_insert_charge
    AFTER INSERT ON lad_data.voice_call_logs REFERENCING NEW TABLE AS new_calls
    FOR EACH STATEMENT EXECUTE FUNCTION lad.charge_finished_calls();

CREATE TRIGGER voice_call_logs_update_charge
    AFTER UPDATE ON lad_data.voice_call_logs REFERENCING NEW TABLE AS new_calls
    FOR EACH STATEMENT EXECUTE FUNCTION lad.charge_finished_calls();

CREATE TRIGGER voice_call_logs_delete_children AFTER DELETE ON lad_data.voice_call_logs
    FOR EACH ROW EXECUTE FUNCTION lad.delete_call_children();

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.voice_call_logs TO lad_app, lad_service;

COMMENT ON TABLE lad_data.voice_call_logs IS
    'Calls made and taken. A call that finishes is charged once by a trigger, from its components '
    'or its minutes.';
COMMENT ON COLUMN lad_data.voice_call_logs.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.voice_call_logs.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.voice_call_logs.initiated_by_user_id IS 'Member who started the call.';
COMMENT ON COLUMN lad_data.voice_call_logs.lead_id IS 'Lead who was called.';
COMMENT ON COLUMN lad_data.voice_call_logs.agent_id IS 'Agent that spoke.';
COMMENT ON COLUMN lad_data.voice_call_logs.from_number_id IS 'Number the call was made from.';
COMMENT ON COLUMN lad_data.voice_call_logs.to_country_code IS
    'Country calling code of the number called, with a plus sign.';
COMMENT ON COLUMN lad_data.voice_call_logs.to_base_number IS
    'Number called, without the country code.';
COMMENT ON COLUMN lad_data.voice_call_logs.campaign_id IS 'Campaign the call was made for.';
COMMENT ON COLUMN lad_data.voice_call_logs.campaign_lead_id IS 'Enrolment the call was made for.';
COMMENT ON COLUMN lad_data.voice_call_logs.campaign_step_id IS
    'Step of the campaign the call carries out.';
COMMENT ON COLUMN lad_data.voice_call_logs.status IS
    'State: in_queue, queued, pending, calling, ringing, ongoing, in_progress; then for good: '
    'ended, completed, failed, error, not_reachable, declined, rejected, no_answer, busy or '
    'cancelled.';
COMMENT ON COLUMN lad_data.voice_call_logs.direction IS 'Direction: outbound or inbound.';
COMMENT ON COLUMN lad_data.voice_call_logs.started_at IS 'When the call was answered.';
COMMENT ON COLUMN lad_data.voice_call_logs.ended_at IS 'When the call ended.';
COMMENT ON COLUMN lad_data.voice_call_logs.duration_seconds IS
    'Length of the conversation in seconds.';
COMMENT ON COLUMN lad_data.voice_call_logs.recording_url IS
    'Where the recording is stored; signed links to it live 96 hours.';
COMMENT ON COLUMN lad_data.voice_call_logs.transcripts IS 'What was said, in turns.';
COMMENT ON COLUMN lad_data.voice_call_logs.cost IS 'What the call cost, in units of currency.';
COMMENT ON COLUMN lad_data.voice_call_logs.currency IS 'Currency of cost.';
COMMENT ON COLUMN lad_data.voice_call_logs.cost_breakdown IS
    'Components of the cost: items with category, provider, model, unit and quantity.';
COMMENT ON COLUMN lad_data.voice_call_logs.metadata IS
    'Identifiers at the providers and other data.';
COMMENT ON COLUMN lad_data.voice_call_logs.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.voice_call_logs.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.voice_call_logs.credits_charged IS
    'Credits the call was charged, less what was given back.';
COMMENT ON COLUMN lad_data.voice_call_logs.batch_id IS 'Batch the call was made in.';

CREATE TABLE lad_data.voice_call_batch_entries (
    id              uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id       uuid NOT NULL DEFAULT lad.current_tenant_id(),
    batch_id        uuid NOT NULL,
    lead_id         uuid,
    status          varchar(30) NOT NULL DEFAULT 'queued',
    error_message   text,
    metadata        jsonb NOT NULL DEFAULT '{}',
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    to_phone        varchar(50),
    last_error      text,
    is_deleted      boolean NOT NULL DEFAULT false,
    deleted_at      timestamptz,
    call_log_id     uuid,
    retry_count     int NOT NULL DEFAULT 0,
    position        bigint NOT NULL DEFAULT 0,
    claim           uuid,
    lease_until     timestamptz,
    next_attempt_at timestamptz,
    CONSTRAINT voice_call_batch_entries_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT voice_call_batch_entries_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT voice_call_batch_entries_batch_id_fkey FOREIGN KEY (tenant_id, batch_id)
        REFERENCES lad_data.voice_call_batches (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT voice_call_batch_entries_lead_id_fkey FOREIGN KEY (tenant_id, lead_id)
        REFERENCES lad_data.leads (tenant_id, id),
    CONSTRAINT voice_call_batch_entries_status_check
        CHECK (status IN (
            'queued', 'running', 'dispatched', 'completed', 'failed', 'declined', 'cancelled',
            'ended')),
    CONSTRAINT voice_call_batch_entries_retry_count_check CHECK (retry_count >= 0)
);

CREATE INDEX voice_call_batch_entries_tenant_id_batch_id_status_idx
    ON lad_data.voice_call_batch_entries (tenant_id, batch_id, status);
CREATE INDEX voice_call_batch_entries_tenant_id_call_log_id_idx
    ON lad_data.voice_call_batch_entries (tenant_id, call_log_id)
    WHERE call_log_id IS NOT NULL;
CREATE INDEX voice_call_batch_entries_tenant_id_lead_id_idx
    ON lad_data.voice_call_batch_entries (tenant_id, lead_id) WHERE lead_id IS NOT NULL;
-- What is to be dialled, found as fast behind any number of entries that are over.
CREATE INDEX voice_call_batch_entries_tenant_id_batch_id_position_id_idx
    ON lad_data.voice_call_batch_entries (tenant_id, batch_id, position, id)
    WHERE status = 'queued' AND is_deleted = false;
CREATE INDEX voice_call_batch_entries_tenant_id_lease_until_idx
    ON lad_data.voice_call_batch_entries (tenant_id, lease_until)
    WHERE status IN ('running', 'dispatched');
CREATE INDEX voice_call_batch_entries_tenant_id_claim_idx
    ON lad_data.voice_call_batch_entries (tenant_id, claim)
    WHERE status IN ('running', 'dispatched');

CREATE TRIGGER voice_call_batch_entries_write_sync_error
    BEFORE INSERT OR UPDATE ON lad_data.voice_call_batch_entries
    FOR EACH ROW EXECUTE FUNCTION lad.sync_columns('error_message', 'last_error');

CREATE CONSTRAINT TRIGGER voice_call_batch_entries_write_check_call
    AFTER INSERT OR UPDATE OF call_log_id ON lad_data.voice_call_batch_entries
    FOR EACH ROW WHEN (NEW.call_log_id IS NOT NULL)
    EXECUTE FUNCTION lad.check_call_reference();

CREATE TRIGGER voice_call_batch_entries_update_keep_end
    BEFORE UPDATE OF status ON lad_data.voice_call_batch_entries
    FOR EACH ROW WHEN (NEW.status <> OLD.status)
    EXECUTE FUNCTION lad.keep_entry_end();

CREATE TRIGGER voice_call_batch_entries_insert_count
    AFTER INSERT ON lad_data.voice_call_batch_entries REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION lad.count_batch_entries();
CREATE TRIGGER voice_call_batch_entries_update_count
    AFTER UPDATE ON lad_data.voice_call_batch_entries
    REFERENCING OLD TABLE AS before NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION lad.count_batch_entries();
CREATE TRIGGER voice_call_batch_entries_delete_count
    AFTER DELETE ON lad_data.voice_call_batch_entries REFERENCING OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION lad.count_batch_entries();

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.voice_call_batch_entries TO lad_app, lad_service;

COMMENT ON TABLE lad_data.voice_call_batch_entries IS
    'Leads of a batch, each with the call that was made. The call is the truth; the entry follows '
    'it.';
COMMENT ON COLUMN lad_data.voice_call_batch_entries.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.voice_call_batch_entries.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.voice_call_batch_entries.batch_id IS 'Batch the entry belongs to.';
COMMENT ON COLUMN lad_data.voice_call_batch_entries.lead_id IS 'Lead to call.';
COMMENT ON COLUMN lad_data.voice_call_batch_entries.status IS
    'State: queued, running, dispatched; then for good: completed, failed, declined, cancelled or '
    'ended.';
COMMENT ON COLUMN lad_data.voice_call_batch_entries.error_message IS
    'Why the call failed. Kept equal to last_error.';
COMMENT ON COLUMN lad_data.voice_call_batch_entries.metadata IS
    'Anything else the application keeps with the entry.';
COMMENT ON COLUMN lad_data.voice_call_batch_entries.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.voice_call_batch_entries.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.voice_call_batch_entries.to_phone IS
    'Number to call, with country code.';
COMMENT ON COLUMN lad_data.voice_call_batch_entries.last_error IS
    'Why the call failed, in the application''s other spelling.';
COMMENT ON COLUMN lad_data.voice_call_batch_entries.is_deleted IS
    'True when the row is soft-deleted. Kept equal to deleted_at.';
COMMENT ON COLUMN lad_data.voice_call_batch_entries.deleted_at IS
    'When the row was soft-deleted; NULL while it is live. Kept equal to is_deleted.';
COMMENT ON COLUMN lad_data.voice_call_batch_entries.call_log_id IS
    'Call that was made; must exist in voice_call_logs, checked by a trigger.';
COMMENT ON COLUMN lad_data.voice_call_batch_entries.retry_count IS
    'How often the entry went back to the queue.';
COMMENT ON COLUMN lad_data.voice_call_batch_entries.position IS
    'Place in the list; entries are dialled in its order.';
COMMENT ON COLUMN lad_data.voice_call_batch_entries.claim IS
    'Claim under which a dialler has the entry in hand, or ended it.';
COMMENT ON COLUMN lad_data.voice_call_batch_entries.lease_until IS
    'Until when the claim holds; the dialler renews it.';
COMMENT ON COLUMN lad_data.voice_call_batch_entries.next_attempt_at IS
    'When a failed call may be repeated; NULL: at once.';

CREATE TABLE lad_data.voice_call_analysis (
    id              uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id       uuid NOT NULL DEFAULT lad.current_tenant_id(),
    call_log_id     uuid NOT NULL,
    lead_id         uuid,
    summary         text,
    sentiment       varchar(20),
    lead_category   varchar(100),
    lead_extraction jsonb DEFAULT '{}',
    cost            numeric(20,6),
    metadata        jsonb DEFAULT '{}',
    created_at      timestamptz NOT NULL DEFAULT now(),
    key_points      jsonb DEFAULT '[]',
    raw_analysis    jsonb DEFAULT '{}',
    analysis_cost   numeric(20,6),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    key_phrases     jsonb,
    recommendations text,
    disposition     varchar(100),
    stages_reached  jsonb,
    CONSTRAINT voice_call_analysis_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT voice_call_analysis_tenant_id_call_log_id_key UNIQUE (tenant_id, call_log_id),
    CONSTRAINT voice_call_analysis_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT voice_call_analysis_lead_id_fkey FOREIGN KEY (tenant_id, lead_id)
        REFERENCES lad_data.leads (tenant_id, id),
    CONSTRAINT voice_call_analysis_cost_check CHECK (cost >= 0 AND cost <> 'NaN'),
    CONSTRAINT voice_call_analysis_analysis_cost_check
        CHECK (analysis_cost >= 0 AND analysis_cost <> 'NaN')
);

CREATE INDEX voice_call_analysis_tenant_id_lead_id_idx
    ON lad_data.voice_call_analysis (tenant_id, lead_id) WHERE lead_id IS NOT NULL;

CREATE TRIGGER voice_call_analysis_write_sync_cost
    BEFORE INSERT OR UPDATE ON lad_data.voice_call_analysis
    FOR EACH ROW EXECUTE FUNCTION lad.sync_columns('cost', 'analysis_cost');

CREATE CONSTRAINT TRIGGER voice_call_analysis_write_check_call
    AFTER INSERT OR UPDATE OF call_log_id ON lad_data.voice_call_analysis
    FOR EACH ROW EXECUTE FUNCTION lad.check_call_reference();

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.voice_call_analysis TO lad_app, lad_service;

COMMENT ON TABLE lad_data.voice_call_analysis IS
    'What was understood from a call; one row per call, gone with the call.';
COMMENT ON COLUMN lad_data.voice_call_analysis.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.voice_call_analysis.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.voice_call_analysis.call_log_id IS
    'Call that was analysed; must exist in voice_call_logs, checked by a trigger.';
COMMENT ON COLUMN lad_data.voice_call_analysis.lead_id IS 'Lead the findings are about.';
COMMENT ON COLUMN lad_data.voice_call_analysis.summary IS 'Summary of the conversation.';
COMMENT ON COLUMN lad_data.voice_call_analysis.sentiment IS
    'Mood of the lead, such as positive, neutral or negative.';
COMMENT ON COLUMN lad_data.voice_call_analysis.lead_category IS
    'How promising the lead is, such as hot, warm or cold.';
COMMENT ON COLUMN lad_data.voice_call_analysis.lead_extraction IS
    'Facts about the lead found in the conversation.';
COMMENT ON COLUMN lad_data.voice_call_analysis.cost IS
    'What the analysis cost, in USD. Kept equal to analysis_cost.';
COMMENT ON COLUMN lad_data.voice_call_analysis.metadata IS 'Model used and other data.';
COMMENT ON COLUMN lad_data.voice_call_analysis.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.voice_call_analysis.key_points IS
    'Main points of the conversation, as an array.';
COMMENT ON COLUMN lad_data.voice_call_analysis.raw_analysis IS 'Answer of the model, unchanged.';
COMMENT ON COLUMN lad_data.voice_call_analysis.analysis_cost IS
    'What the analysis cost, in the application''s other spelling.';
COMMENT ON COLUMN lad_data.voice_call_analysis.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.voice_call_analysis.key_phrases IS
    'Phrases that stood out, as an array.';
COMMENT ON COLUMN lad_data.voice_call_analysis.recommendations IS 'What to do next.';
COMMENT ON COLUMN lad_data.voice_call_analysis.disposition IS 'Outcome of the call in one word.';
COMMENT ON COLUMN lad_data.voice_call_analysis.stages_reached IS
    'Stages of the conversation that were reached, as an array.';
