-- Campaigns: a sequence of steps over several channels, the leads enrolled in it, and what was done
-- to each. Steps, enrolments and activities belong to their campaign and go with it.

CREATE TABLE lad_data.campaigns (
    id                     uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id              uuid NOT NULL DEFAULT lad.current_tenant_id(),
    name                   varchar(255) NOT NULL,
    description            text,
    status                 varchar(50) NOT NULL DEFAULT 'draft',
    created_by_user_id     uuid,
    updated_by_user_id     uuid,
    config                 jsonb DEFAULT '{}',
    starts_at              timestamptz,
    ends_at                timestamptz,
    is_deleted             boolean NOT NULL DEFAULT false,
    created_at             timestamptz NOT NULL DEFAULT now(),
    updated_at             timestamptz NOT NULL DEFAULT now(),
    deleted_at             timestamptz,
    created_by             uuid,
    execution_state        varchar(50) DEFAULT 'active',
    last_lead_check_at     timestamptz,
    next_run_at            timestamptz,
    last_execution_reason  text,
    metadata               jsonb DEFAULT '{}',
    campaign_start_date    timestamptz,
    campaign_end_date      timestamptz,
    campaign_duration_days int,
    days_executed          int DEFAULT 0,
    last_run_date          date,
    CONSTRAINT campaigns_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT campaigns_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT campaigns_created_by_user_id_fkey FOREIGN KEY (tenant_id, created_by_user_id)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT campaigns_updated_by_user_id_fkey FOREIGN KEY (tenant_id, updated_by_user_id)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT campaigns_created_by_fkey FOREIGN KEY (tenant_id, created_by)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT campaigns_status_check
        CHECK (status IN ('draft', 'running', 'paused', 'completed', 'stopped', 'archived')),
    CONSTRAINT campaigns_execution_state_check
        CHECK (execution_state IN (
            'active', 'waiting_for_leads', 'sleeping_until_next_day', 'error')),
    CONSTRAINT campaigns_campaign_duration_days_check CHECK (campaign_duration_days >= 0),
    CONSTRAINT campaigns_days_executed_check CHECK (days_executed >= 0),
    CONSTRAINT campaigns_period_check CHECK (ends_at >= starts_at)
);

CREATE INDEX campaigns_tenant_id_status_idx ON lad_data.campaigns (tenant_id, status);
CREATE INDEX campaigns_status_idx ON lad_data.campaigns (status) WHERE is_deleted = false;
CREATE INDEX campaigns_tenant_id_created_by_user_id_idx
    ON lad_data.campaigns (tenant_id, created_by_user_id) WHERE created_by_user_id IS NOT NULL;
CREATE INDEX campaigns_tenant_id_updated_by_user_id_idx
    ON lad_data.campaigns (tenant_id, updated_by_user_id) WHERE updated_by_user_id IS NOT NULL;
CREATE INDEX campaigns_tenant_id_created_by_idx
    ON lad_data.campaigns (tenant_id, created_by) WHERE created_by IS NOT NULL;

CREATE TRIGGER campaigns_write_sync_created_by
    BEFORE INSERT OR UPDATE ON lad_data.campaigns
    FOR EACH ROW EXECUTE FUNCTION lad.sync_columns('created_by', 'created_by_user_id');

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.campaigns TO lad_app, lad_service;

COMMENT ON TABLE lad_data.campaigns IS 'Campaigns of a tenant: who is contacted, how and when.';
COMMENT ON COLUMN lad_data.campaigns.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.campaigns.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.campaigns.name IS 'Name of the campaign.';
COMMENT ON COLUMN lad_data.campaigns.description IS 'What the campaign is for.';
COMMENT ON COLUMN lad_data.campaigns.status IS
    'State: draft, running, paused, completed, stopped or archived.';
COMMENT ON COLUMN lad_data.campaigns.created_by_user_id IS
    'Member who made the campaign. Kept equal to created_by.';
COMMENT ON COLUMN lad_data.campaigns.updated_by_user_id IS 'Member who last changed the campaign.';
COMMENT ON COLUMN lad_data.campaigns.config IS 'Settings: channels, limits, lead filters.';
COMMENT ON COLUMN lad_data.campaigns.starts_at IS 'When the campaign may start.';
COMMENT ON COLUMN lad_data.campaigns.ends_at IS 'When the campaign must end.';
COMMENT ON COLUMN lad_data.campaigns.is_deleted IS
    'True when the row is soft-deleted. Kept equal to deleted_at.';
COMMENT ON COLUMN lad_data.campaigns.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.campaigns.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.campaigns.deleted_at IS
    'When the row was soft-deleted; NULL while it is live. Kept equal to is_deleted.';
COMMENT ON COLUMN lad_data.campaigns.created_by IS
    'Member who made the campaign, in the application''s other spelling.';
COMMENT ON COLUMN lad_data.campaigns.execution_state IS
    'What the scheduler does with it: active, waiting_for_leads, sleeping_until_next_day or '
    'error.';
COMMENT ON COLUMN lad_data.campaigns.last_lead_check_at IS
    'When the scheduler last looked for new leads.';
COMMENT ON COLUMN lad_data.campaigns.next_run_at IS
    'When the scheduler looks at the campaign again.';
COMMENT ON COLUMN lad_data.campaigns.last_execution_reason IS
    'Why the scheduler left the campaign in its state.';
COMMENT ON COLUMN lad_data.campaigns.metadata IS
    'Totals and other data of the application, such as total_credits_deducted.';
COMMENT ON COLUMN lad_data.campaigns.campaign_start_date IS 'First day of the daily schedule.';
COMMENT ON COLUMN lad_data.campaigns.campaign_end_date IS 'Last day of the daily schedule.';
COMMENT ON COLUMN lad_data.campaigns.campaign_duration_days IS
    'Length of the daily schedule in days.';
COMMENT ON COLUMN lad_data.campaigns.days_executed IS 'Days of the daily schedule that have run.';
COMMENT ON COLUMN lad_data.campaigns.last_run_date IS 'Day the daily schedule last ran.';

CREATE TABLE lad_data.campaign_leads (
    id                    uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id             uuid NOT NULL DEFAULT lad.current_tenant_id(),
    campaign_id           uuid NOT NULL,
    lead_id               uuid NOT NULL,
    first_name            varchar(255),
    last_name             varchar(255),
    email                 varchar(255),
    company_name          varchar(255),
    title                 varchar(255),
    linkedin_url          text,
    phone                 varchar(50),
    lead_data             jsonb DEFAULT '{}',
    status                varchar(50) DEFAULT 'pending',
    current_step_order    int DEFAULT 0,
    started_at            timestamptz,
    completed_at          timestamptz,
    created_at            timestamptz NOT NULL DEFAULT now(),
    updated_at            timestamptz NOT NULL DEFAULT now(),
    snapshot              jsonb DEFAULT '{}',
    is_deleted            boolean NOT NULL DEFAULT false,
    deleted_at            timestamptz,
    enriched_email        varchar(255),
    enriched_linkedin_url varchar(500),
    enriched_at           timestamptz,
    apollo_person_id      varchar(255),
    CONSTRAINT campaign_leads_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT campaign_leads_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT campaign_leads_campaign_id_fkey FOREIGN KEY (tenant_id, campaign_id)
        REFERENCES lad_data.campaigns (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT campaign_leads_lead_id_fkey FOREIGN KEY (tenant_id, lead_id)
        REFERENCES lad_data.leads (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT campaign_leads_status_check
        CHECK (status IN ('pending', 'active', 'completed', 'stopped', 'error')),
    CONSTRAINT campaign_leads_apollo_person_id_check
        CHECK (length(apollo_person_id) <= 255
            AND apollo_person_id
                !~* '^[{]?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}[}]?$')
);

CREATE INDEX campaign_leads_tenant_id_campaign_id_status_idx
    ON lad_data.campaign_leads (tenant_id, campaign_id, status);
CREATE UNIQUE INDEX campaign_leads_enrolment_key
    ON lad_data.campaign_leads (tenant_id, campaign_id, lead_id)
    WHERE is_deleted = false;
CREATE UNIQUE INDEX campaign_leads_apollo_person_key
    ON lad_data.campaign_leads (tenant_id, campaign_id, apollo_person_id)
    WHERE is_deleted = false AND apollo_person_id IS NOT NULL;
CREATE INDEX campaign_leads_tenant_id_lead_id_idx ON lad_data.campaign_leads (tenant_id, lead_id);

CREATE TRIGGER campaign_leads_write_person
    BEFORE INSERT OR UPDATE ON lad_data.campaign_leads
    FOR EACH ROW EXECUTE FUNCTION lad.identify_enrolment();

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.campaign_leads TO lad_app, lad_service;

COMMENT ON TABLE lad_data.campaign_leads IS 'Leads enrolled in a campaign, each once.';
COMMENT ON COLUMN lad_data.campaign_leads.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.campaign_leads.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.campaign_leads.campaign_id IS 'Campaign the lead is enrolled in.';
COMMENT ON COLUMN lad_data.campaign_leads.lead_id IS 'Lead who is enrolled.';
COMMENT ON COLUMN lad_data.campaign_leads.first_name IS 'Given name at the time of enrolment.';
COMMENT ON COLUMN lad_data.campaign_leads.last_name IS 'Family name at the time of enrolment.';
COMMENT ON COLUMN lad_data.campaign_leads.email IS 'Mail address at the time of enrolment.';
COMMENT ON COLUMN lad_data.campaign_leads.company_name IS 'Company at the time of enrolment.';
COMMENT ON COLUMN lad_data.campaign_leads.title IS 'Job title at the time of enrolment.';
COMMENT ON COLUMN lad_data.campaign_leads.linkedin_url IS
    'LinkedIn profile at the time of enrolment.';
COMMENT ON COLUMN lad_data.campaign_leads.phone IS 'Phone number at the time of enrolment.';
COMMENT ON COLUMN lad_data.campaign_leads.lead_data IS
    'What the source delivered; apollo_person_id in it goes to the column of that name.';
COMMENT ON COLUMN lad_data.campaign_leads.status IS
    'State of the enrolment: pending, active, completed, stopped or error.';
COMMENT ON COLUMN lad_data.campaign_leads.current_step_order IS
    'Order of the step reached; 0 before the first.';
COMMENT ON COLUMN lad_data.campaign_leads.started_at IS 'When the first step ran.';
COMMENT ON COLUMN lad_data.campaign_leads.completed_at IS 'When the last step ran.';
COMMENT ON COLUMN lad_data.campaign_leads.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.campaign_leads.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.campaign_leads.snapshot IS 'The lead as it was at enrolment.';
COMMENT ON COLUMN lad_data.campaign_leads.is_deleted IS
    'True when the row is soft-deleted. Kept equal to deleted_at.';
COMMENT ON COLUMN lad_data.campaign_leads.deleted_at IS
    'When the row was soft-deleted; NULL while it is live. Kept equal to is_deleted.';
COMMENT ON COLUMN lad_data.campaign_leads.enriched_email IS 'Mail address found by enrichment.';
COMMENT ON COLUMN lad_data.campaign_leads.enriched_linkedin_url IS
    'LinkedIn profile found by enrichment.';
COMMENT ON COLUMN lad_data.campaign_leads.enriched_at IS 'When enrichment ran.';
COMMENT ON COLUMN lad_data.campaign_leads.apollo_person_id IS
    'Identifier of the person at Apollo, never a UUID: from lead_data, else from the lead at '
    'enrolment. A person joins a campaign once, whichever lead stands for the person.';

CREATE TABLE lad_data.campaign_steps (
    id          uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id   uuid NOT NULL DEFAULT lad.current_tenant_id(),
    campaign_id uuid NOT NULL,
    type        varchar(50) NOT NULL,
    "order"     int NOT NULL,
    title       varchar(255) NOT NULL,
    description text,
    config      jsonb DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    is_deleted  boolean NOT NULL DEFAULT false,
    deleted_at  timestamptz,
    step_type   varchar(50),
    step_order  int,
    CONSTRAINT campaign_steps_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT campaign_steps_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT campaign_steps_campaign_id_fkey FOREIGN KEY (tenant_id, campaign_id)
        REFERENCES lad_data.campaigns (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT campaign_steps_type_check
        CHECK (type IN (
            'linkedin_visit', 'linkedin_connect', 'linkedin_message', 'email_send',
            'email_followup', 'voice_call', 'whatsapp_message', 'delay', 'condition'))
);

CREATE INDEX campaign_steps_tenant_id_campaign_id_order_idx
    ON lad_data.campaign_steps (tenant_id, campaign_id, "order");

CREATE TRIGGER campaign_steps_write_sync_type
    BEFORE INSERT OR UPDATE ON lad_data.campaign_steps
    FOR EACH ROW EXECUTE FUNCTION lad.sync_columns('type', 'step_type');

CREATE TRIGGER campaign_steps_write_sync_order
    BEFORE INSERT OR UPDATE ON lad_data.campaign_steps
    FOR EACH ROW EXECUTE FUNCTION lad.sync_columns('order', 'step_order');

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.campaign_steps TO lad_app, lad_service;

COMMENT ON TABLE lad_data.campaign_steps IS 'Steps of a campaign, in order.';
COMMENT ON COLUMN lad_data.campaign_steps.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.campaign_steps.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.campaign_steps.campaign_id IS 'Campaign the step belongs to.';
COMMENT ON COLUMN lad_data.campaign_steps.type IS
    'What the step does: linkedin_visit, linkedin_connect, linkedin_message, email_send, '
    'email_followup, voice_call, whatsapp_message, delay or condition. Kept equal to step_type.';
COMMENT ON COLUMN lad_data.campaign_steps."order" IS
    'Place of the step in the campaign; lad.reorder_campaign_steps sets all of them. Kept equal to '
    'step_order.';
COMMENT ON COLUMN lad_data.campaign_steps.title IS 'Name of the step.';
COMMENT ON COLUMN lad_data.campaign_steps.description IS 'What the step is for.';
COMMENT ON COLUMN lad_data.campaign_steps.config IS
    'Settings of the step: texts, waiting times, conditions.';
COMMENT ON COLUMN lad_data.campaign_steps.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.campaign_steps.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.campaign_steps.is_deleted IS
    'True when the row is soft-deleted. Kept equal to deleted_at.';
COMMENT ON COLUMN lad_data.campaign_steps.deleted_at IS
    'When the row was soft-deleted; NULL while it is live. Kept equal to is_deleted.';
COMMENT ON COLUMN lad_data.campaign_steps.step_type IS
    'What the step does, in the application''s other spelling.';
COMMENT ON COLUMN lad_data.campaign_steps.step_order IS
    'Place of the step, in the application''s other spelling.';

CREATE TABLE lad_data.campaign_lead_activities (
    id               uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id        uuid NOT NULL DEFAULT lad.current_tenant_id(),
    campaign_lead_id uuid NOT NULL,
    step_id          uuid,
    channel          varchar(50),
    step_type        varchar(50) NOT NULL,
    action_type      varchar(50) NOT NULL,
    status           varchar(50) NOT NULL DEFAULT 'pending',
    subject          varchar(500),
    message_content  text,
    error_message    text,
    metadata         jsonb DEFAULT '{}',
    executed_at      timestamptz,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    campaign_id      uuid,
    is_deleted       boolean NOT NULL DEFAULT false,
    deleted_at       timestamptz,
    CONSTRAINT campaign_lead_activities_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT campaign_lead_activities_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT campaign_lead_activities_campaign_lead_id_fkey
        FOREIGN KEY (tenant_id, campaign_lead_id)
        REFERENCES lad_data.campaign_leads (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT campaign_lead_activities_step_id_fkey FOREIGN KEY (tenant_id, step_id)
        REFERENCES lad_data.campaign_steps (tenant_id, id),
    CONSTRAINT campaign_lead_activities_campaign_id_fkey FOREIGN KEY (tenant_id, campaign_id)
        REFERENCES lad_data.campaigns (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT campaign_lead_activities_channel_check
        CHECK (channel IN ('linkedin', 'email', 'voice', 'whatsapp', 'sms', 'web')),
    CONSTRAINT campaign_lead_activities_status_check
        CHECK (status IN (
            'pending', 'queued', 'sent', 'delivered', 'opened', 'clicked', 'connected', 'replied',
            'failed', 'skipped', 'cancelled', 'error'))
);

CREATE INDEX campaign_lead_activities_campaign_lead_id_created_at_idx
    ON lad_data.campaign_lead_activities (tenant_id, campaign_lead_id, created_at DESC);
CREATE INDEX campaign_lead_activities_campaign_id_created_at_idx
    ON lad_data.campaign_lead_activities (tenant_id, campaign_id, created_at DESC);
CREATE INDEX campaign_lead_activities_tenant_id_step_id_idx
    ON lad_data.campaign_lead_activities (tenant_id, step_id) WHERE step_id IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.campaign_lead_activities TO lad_app, lad_service;

COMMENT ON TABLE lad_data.campaign_lead_activities IS
    'What a campaign did to a lead, step by step, and what came of it.';
COMMENT ON COLUMN lad_data.campaign_lead_activities.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.campaign_lead_activities.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.campaign_lead_activities.campaign_lead_id IS
    'Enrolment the activity belongs to.';
COMMENT ON COLUMN lad_data.campaign_lead_activities.step_id IS 'Step that caused the activity.';
COMMENT ON COLUMN lad_data.campaign_lead_activities.channel IS
    'Channel used: linkedin, email, voice, whatsapp, sms or web.';
COMMENT ON COLUMN lad_data.campaign_lead_activities.step_type IS 'Type of the step at the time.';
COMMENT ON COLUMN lad_data.campaign_lead_activities.action_type IS
    'What was done, such as connection_sent.';
COMMENT ON COLUMN lad_data.campaign_lead_activities.status IS
    'State: pending, queued, sent, delivered, opened, clicked, connected, replied, failed, '
    'skipped, cancelled or error.';
COMMENT ON COLUMN lad_data.campaign_lead_activities.subject IS 'Subject of the message.';
COMMENT ON COLUMN lad_data.campaign_lead_activities.message_content IS 'Text of the message.';
COMMENT ON COLUMN lad_data.campaign_lead_activities.error_message IS 'Why it failed.';
COMMENT ON COLUMN lad_data.campaign_lead_activities.metadata IS
    'Identifiers at the provider and other data.';
COMMENT ON COLUMN lad_data.campaign_lead_activities.executed_at IS 'When it was done.';
COMMENT ON COLUMN lad_data.campaign_lead_activities.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.campaign_lead_activities.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.campaign_lead_activities.campaign_id IS
    'Campaign the activity belongs to, kept beside the enrolment for quick counts.';
COMMENT ON COLUMN lad_data.campaign_lead_activities.is_deleted IS
    'True when the row is soft-deleted. Kept equal to deleted_at.';
COMMENT ON COLUMN lad_data.campaign_lead_activities.deleted_at IS
    'When the row was soft-deleted; NULL while it is live. Kept equal to is_deleted.';
