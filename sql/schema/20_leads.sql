-- Leads: the people a tenant sells to, the pipeline they move through, and what is known and
-- planned about each of them. Notes, attachments, bookings and social profiles belong to their lead
-- and go with it.

CREATE TABLE lad_data.leads (
    id                 uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id          uuid NOT NULL DEFAULT lad.current_tenant_id(),
    created_by_user_id uuid,
    assigned_user_id   uuid,
    first_name         varchar(255),
    last_name          varchar(255),
    email              varchar(255),
    phone              varchar(50),
    company_name       varchar(500),
    title              varchar(255),
    linkedin_url       varchar(500),
    stage              varchar(50) DEFAULT 'lead',
    status             varchar(50) DEFAULT 'new',
    priority           int DEFAULT 2,
    estimated_value    numeric(20,6),
    currency           varchar(10) DEFAULT 'USD',
    custom_fields      jsonb DEFAULT '{}',
    notes              text,
    is_archived        boolean DEFAULT false,
    is_deleted         boolean NOT NULL DEFAULT false,
    last_activity_at   timestamptz,
    next_follow_up_at  timestamptz,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    deleted_at         timestamptz,
    user_id            uuid,
    source             varchar(100),
    source_id          varchar(255),
    company_domain     varchar(255),
    location           varchar(500),
    tags               jsonb DEFAULT '[]',
    raw_data           jsonb,
    last_contacted_at  timestamptz,
    assigned_at        timestamptz,
    country_code       varchar(10),
    base_number        bigint,
    CONSTRAINT leads_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT leads_id_tenant_id_key UNIQUE (id, tenant_id),
    CONSTRAINT leads_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT leads_created_by_user_id_fkey FOREIGN KEY (tenant_id, created_by_user_id)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT leads_assigned_user_id_fkey FOREIGN KEY (tenant_id, assigned_user_id)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT leads_user_id_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT leads_priority_check CHECK (priority IN (1, 2, 3, 4)),
    CONSTRAINT leads_estimated_value_check CHECK (estimated_value <> 'NaN'),
    CONSTRAINT leads_country_code_check CHECK (country_code ~ '^[+][0-9]{1,4}$'),
    CONSTRAINT leads_base_number_check CHECK (base_number > 0)
);

CREATE INDEX leads_tenant_id_created_at_idx ON lad_data.leads (tenant_id, created_at DESC);
CREATE INDEX leads_tenant_id_stage_idx
    ON lad_data.leads (tenant_id, stage)
    WHERE is_deleted = false;
CREATE INDEX leads_tenant_id_status_idx
    ON lad_data.leads (tenant_id, status)
    WHERE is_deleted = false;
CREATE INDEX leads_tenant_id_country_code_base_number_idx
    ON lad_data.leads (tenant_id, country_code, base_number)
    WHERE base_number IS NOT NULL;
CREATE INDEX leads_tenant_id_created_by_user_id_idx
    ON lad_data.leads (tenant_id, created_by_user_id) WHERE created_by_user_id IS NOT NULL;
CREATE INDEX leads_tenant_id_assigned_user_id_idx
    ON lad_data.leads (tenant_id, assigned_user_id) WHERE assigned_user_id IS NOT NULL;
CREATE INDEX leads_tenant_id_user_id_idx
    ON lad_data.leads (tenant_id, user_id) WHERE user_id IS NOT NULL;

CREATE TRIGGER leads_write_check_vocabulary
    BEFORE INSERT OR UPDATE OF stage, status ON lad_data.leads
    FOR EACH ROW EXECUTE FUNCTION lad.check_lead_vocabulary();

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.leads TO lad_app, lad_service;

COMMENT ON TABLE lad_data.leads IS 'People a tenant sells to.';
COMMENT ON COLUMN lad_data.leads.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.leads.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.leads.created_by_user_id IS 'Member who entered the lead.';
COMMENT ON COLUMN lad_data.leads.assigned_user_id IS
    'Member who works on the lead; bookings go to this member.';
COMMENT ON COLUMN lad_data.leads.first_name IS 'Given name.';
COMMENT ON COLUMN lad_data.leads.last_name IS 'Family name.';
COMMENT ON COLUMN lad_data.leads.email IS 'Mail address.';
COMMENT ON COLUMN lad_data.leads.phone IS
    'Phone number as it was written; country_code and base_number hold it in parts.';
COMMENT ON COLUMN lad_data.leads.company_name IS 'Company the lead works for.';
COMMENT ON COLUMN lad_data.leads.title IS 'Job title.';
COMMENT ON COLUMN lad_data.leads.linkedin_url IS 'Address of the LinkedIn profile.';
COMMENT ON COLUMN lad_data.leads.stage IS
    'Place in the pipeline: lead, contact, qualified, proposal, negotiation, closed-won, '
    'closed-lost, or a key of the tenant''s lead_stages.';
COMMENT ON COLUMN lad_data.leads.status IS
    'State of the contact: new, contacted, qualified, unqualified, lost, converted, or a key of '
    'the tenant''s lead_statuses.';
COMMENT ON COLUMN lad_data.leads.priority IS 'Urgency: 1 low, 2 medium, 3 high, 4 urgent.';
COMMENT ON COLUMN lad_data.leads.estimated_value IS
    'Expected value of the deal, in units of currency.';
COMMENT ON COLUMN lad_data.leads.currency IS 'Currency of estimated_value.';
COMMENT ON COLUMN lad_data.leads.custom_fields IS 'Fields the tenant defined for itself.';
COMMENT ON COLUMN lad_data.leads.notes IS 'Free text about the lead.';
COMMENT ON COLUMN lad_data.leads.is_archived IS 'True when the lead is put aside but kept.';
COMMENT ON COLUMN lad_data.leads.is_deleted IS
    'True when the row is soft-deleted. Kept equal to deleted_at.';
COMMENT ON COLUMN lad_data.leads.last_activity_at IS 'When anything last happened with the lead.';
COMMENT ON COLUMN lad_data.leads.next_follow_up_at IS 'When the lead should be contacted next.';
COMMENT ON COLUMN lad_data.leads.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.leads.updated_at IS 'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.leads.deleted_at IS
    'When the row was soft-deleted; NULL while it is live. Kept equal to is_deleted.';
COMMENT ON COLUMN lad_data.leads.user_id IS
    'Member the lead belongs to in the older parts of the application.';
COMMENT ON COLUMN lad_data.leads.source IS 'Where the lead came from, such as apollo or import.';
COMMENT ON COLUMN lad_data.leads.source_id IS 'Identifier of the lead at its source.';
COMMENT ON COLUMN lad_data.leads.company_domain IS 'Web domain of the company.';
COMMENT ON COLUMN lad_data.leads.location IS 'Place the lead lives or works at.';
COMMENT ON COLUMN lad_data.leads.tags IS 'Labels, as an array of text.';
COMMENT ON COLUMN lad_data.leads.raw_data IS 'What the source delivered, unchanged.';
COMMENT ON COLUMN lad_data.leads.last_contacted_at IS 'When the lead was last contacted.';
COMMENT ON COLUMN lad_data.leads.assigned_at IS 'When the lead was assigned.';
COMMENT ON COLUMN lad_data.leads.country_code IS
    'Country calling code with a plus sign, such as +971.';
COMMENT ON COLUMN lad_data.leads.base_number IS 'Phone number without the country code.';

CREATE TABLE lad_data.lead_stages (
    id            uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id     uuid NOT NULL DEFAULT lad.current_tenant_id(),
    key           varchar(50) NOT NULL,
    label         varchar(100) NOT NULL,
    description   varchar,
    color         varchar(20),
    display_order int NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT lead_stages_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT lead_stages_tenant_id_key_key UNIQUE (tenant_id, key),
    CONSTRAINT lead_stages_tenant_id_display_order_key
        UNIQUE (tenant_id, display_order) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT lead_stages_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT lead_stages_key_check CHECK (key ~ '^[a-z0-9_-]+$')
);

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.lead_stages TO lad_app, lad_service;

COMMENT ON TABLE lad_data.lead_stages IS
    'Stages of the pipeline a tenant defined for itself, in order.';
COMMENT ON COLUMN lad_data.lead_stages.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.lead_stages.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.lead_stages.key IS
    'Word stored in leads.stage: lower-case letters, digits, hyphen and underscore.';
COMMENT ON COLUMN lad_data.lead_stages.label IS 'Name shown to people.';
COMMENT ON COLUMN lad_data.lead_stages.description IS 'What the stage means.';
COMMENT ON COLUMN lad_data.lead_stages.color IS 'Colour it is shown in.';
COMMENT ON COLUMN lad_data.lead_stages.display_order IS
    'Place in the pipeline, counted from the left; stages may swap places in one statement.';
COMMENT ON COLUMN lad_data.lead_stages.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.lead_stages.updated_at IS
    'When the row was last changed; kept by a trigger.';

CREATE TABLE lad_data.lead_statuses (
    id         uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id  uuid NOT NULL DEFAULT lad.current_tenant_id(),
    key        varchar(50) NOT NULL,
    label      varchar(100) NOT NULL,
    color      varchar(20),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT lead_statuses_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT lead_statuses_tenant_id_key_key UNIQUE (tenant_id, key),
    CONSTRAINT lead_statuses_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT lead_statuses_key_check CHECK (key ~ '^[a-z0-9_-]+$')
);

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.lead_statuses TO lad_app, lad_service;

COMMENT ON TABLE lad_data.lead_statuses IS 'Statuses of leads a tenant defined for itself.';
COMMENT ON COLUMN lad_data.lead_statuses.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.lead_statuses.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.lead_statuses.key IS
    'Word stored in leads.status: lower-case letters, digits, hyphen and underscore.';
COMMENT ON COLUMN lad_data.lead_statuses.label IS 'Name shown to people.';
COMMENT ON COLUMN lad_data.lead_statuses.color IS 'Colour it is shown in.';
COMMENT ON COLUMN lad_data.lead_statuses.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.lead_statuses.updated_at IS
    'When the row was last changed; kept by a trigger.';

CREATE TABLE lad_data.lead_notes (
    id                 uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id          uuid NOT NULL DEFAULT lad.current_tenant_id(),
    lead_id            uuid NOT NULL,
    created_by_user_id uuid,
    content            text NOT NULL,
    is_deleted         boolean NOT NULL DEFAULT false,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    deleted_at         timestamptz,
    created_by         uuid,
    metadata           jsonb DEFAULT '{}',
    CONSTRAINT lead_notes_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT lead_notes_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT lead_notes_lead_id_fkey FOREIGN KEY (tenant_id, lead_id)
        REFERENCES lad_data.leads (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT lead_notes_created_by_user_id_fkey FOREIGN KEY (tenant_id, created_by_user_id)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT lead_notes_created_by_fkey FOREIGN KEY (tenant_id, created_by)
        REFERENCES lad_data.memberships (tenant_id, user_id)
);

CREATE INDEX lead_notes_tenant_id_lead_id_created_at_idx
    ON lad_data.lead_notes (tenant_id, lead_id, created_at DESC);
CREATE INDEX lead_notes_tenant_id_created_by_user_id_idx
    ON lad_data.lead_notes (tenant_id, created_by_user_id) WHERE created_by_user_id IS NOT NULL;
CREATE INDEX lead_notes_tenant_id_created_by_idx
    ON lad_data.lead_notes (tenant_id, created_by) WHERE created_by IS NOT NULL;

CREATE TRIGGER lead_notes_write_sync_created_by
    BEFORE INSERT OR UPDATE ON lad_data.lead_notes
    FOR EACH ROW EXECUTE FUNCTION lad.sync_columns('created_by', 'created_by_user_id');

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.lead_notes TO lad_app, lad_service;

COMMENT ON TABLE lad_data.lead_notes IS 'Notes people wrote about a lead.';
COMMENT ON COLUMN lad_data.lead_notes.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.lead_notes.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.lead_notes.lead_id IS 'Lead the note is about.';
COMMENT ON COLUMN lad_data.lead_notes.created_by_user_id IS
    'Member who wrote the note. Kept equal to created_by.';
COMMENT ON COLUMN lad_data.lead_notes.content IS 'Text of the note.';
COMMENT ON COLUMN lad_data.lead_notes.is_deleted IS
    'True when the row is soft-deleted. Kept equal to deleted_at.';
COMMENT ON COLUMN lad_data.lead_notes.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.lead_notes.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.lead_notes.deleted_at IS
    'When the row was soft-deleted; NULL while it is live. Kept equal to is_deleted.';
COMMENT ON COLUMN lad_data.lead_notes.created_by IS
    'Member who wrote the note, in the application''s other spelling.';
COMMENT ON COLUMN lad_data.lead_notes.metadata IS
    'Anything else the application keeps with the note.';

CREATE TABLE lad_data.lead_attachments (
    id                  uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id           uuid NOT NULL DEFAULT lad.current_tenant_id(),
    lead_id             uuid NOT NULL,
    file_url            text NOT NULL,
    file_name           varchar(255),
    file_type           varchar(100),
    file_size           bigint,
    uploaded_by_user_id uuid,
    is_deleted          boolean NOT NULL DEFAULT false,
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),
    deleted_at          timestamptz,
    uploaded_by         uuid,
    metadata            jsonb DEFAULT '{}',
    link                text,
    CONSTRAINT lead_attachments_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT lead_attachments_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT lead_attachments_lead_id_fkey FOREIGN KEY (tenant_id, lead_id)
        REFERENCES lad_data.leads (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT lead_attachments_uploaded_by_user_id_fkey
        FOREIGN KEY (tenant_id, uploaded_by_user_id)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT lead_attachments_uploaded_by_fkey FOREIGN KEY (tenant_id, uploaded_by)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT lead_attachments_file_size_check CHECK (file_size >= 0)
);

CREATE INDEX lead_attachments_tenant_id_lead_id_idx
    ON lad_data.lead_attachments (tenant_id, lead_id);
CREATE INDEX lead_attachments_tenant_id_uploaded_by_user_id_idx
    ON lad_data.lead_attachments (tenant_id, uploaded_by_user_id)
    WHERE uploaded_by_user_id IS NOT NULL;
CREATE INDEX lead_attachments_tenant_id_uploaded_by_idx
    ON lad_data.lead_attachments (tenant_id, uploaded_by) WHERE uploaded_by IS NOT NULL;

CREATE TRIGGER lead_attachments_write_sync_uploaded_by
    BEFORE INSERT OR UPDATE ON lad_data.lead_attachments
    FOR EACH ROW EXECUTE FUNCTION lad.sync_columns('uploaded_by', 'uploaded_by_user_id');

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.lead_attachments TO lad_app, lad_service;

COMMENT ON TABLE lad_data.lead_attachments IS 'Files and links attached to a lead.';
COMMENT ON COLUMN lad_data.lead_attachments.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.lead_attachments.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.lead_attachments.lead_id IS 'Lead the file belongs to.';
COMMENT ON COLUMN lad_data.lead_attachments.file_url IS 'Where the file is stored.';
COMMENT ON COLUMN lad_data.lead_attachments.file_name IS 'Name of the file.';
COMMENT ON COLUMN lad_data.lead_attachments.file_type IS
    'Media type of the file, such as application/pdf.';
COMMENT ON COLUMN lad_data.lead_attachments.file_size IS 'Size of the file in bytes.';
COMMENT ON COLUMN lad_data.lead_attachments.uploaded_by_user_id IS
    'Member who added the file. Kept equal to uploaded_by.';
COMMENT ON COLUMN lad_data.lead_attachments.is_deleted IS
    'True when the row is soft-deleted. Kept equal to deleted_at.';
COMMENT ON COLUMN lad_data.lead_attachments.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.lead_attachments.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.lead_attachments.deleted_at IS
    'When the row was soft-deleted; NULL while it is live. Kept equal to is_deleted.';
COMMENT ON COLUMN lad_data.lead_attachments.uploaded_by IS
    'Member who added the file, in the application''s other spelling.';
COMMENT ON COLUMN lad_data.lead_attachments.metadata IS
    'Anything else the application keeps with the file.';
COMMENT ON COLUMN lad_data.lead_attachments.link IS 'Address of a page attached instead of a file.';

CREATE TABLE lad_data.lead_bookings (
    id                   uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id            uuid NOT NULL DEFAULT lad.current_tenant_id(),
    lead_id              uuid NOT NULL,
    assigned_user_id     uuid,
    parent_booking_id    uuid,
    booking_type         varchar(30) NOT NULL,
    booking_source       varchar(30) NOT NULL,
    scheduled_at         timestamptz NOT NULL,
    timezone             varchar(50) DEFAULT 'Asia/Dubai',
    status               varchar(30) NOT NULL DEFAULT 'scheduled',
    call_result          varchar(30),
    retry_count          int DEFAULT 0,
    notes                text,
    metadata             jsonb DEFAULT '{}',
    created_by_user_id   uuid,
    is_deleted           boolean NOT NULL DEFAULT false,
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),
    deleted_at           timestamptz,
    created_by           uuid,
    buffer_until         timestamptz,
    task_name            text,
    task_scheduled_at    timestamptz,
    task_status          varchar(20) DEFAULT 'pending',
    executed_at          timestamptz,
    execution_attempts   int DEFAULT 0,
    last_execution_error text,
    idempotency_key      varchar(255),
    CONSTRAINT lead_bookings_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT lead_bookings_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT lead_bookings_lead_id_fkey FOREIGN KEY (tenant_id, lead_id)
        REFERENCES lad_data.leads (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT lead_bookings_assigned_user_id_fkey FOREIGN KEY (tenant_id, assigned_user_id)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT lead_bookings_parent_booking_id_fkey FOREIGN KEY (tenant_id, parent_booking_id)
        REFERENCES lad_data.lead_bookings (tenant_id, id),
    CONSTRAINT lead_bookings_created_by_user_id_fkey FOREIGN KEY (tenant_id, created_by_user_id)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT lead_bookings_status_check
        CHECK (status IN (
            'scheduled', 'in_progress', 'completed', 'cancelled', 'missed', 'failed', 'no-show',
            'rescheduled', 'confirmed')),
    CONSTRAINT lead_bookings_retry_count_check CHECK (retry_count BETWEEN 0 AND 3),
    CONSTRAINT lead_bookings_task_status_check
        CHECK (task_status IN ('pending', 'scheduled', 'executed', 'cancelled', 'failed')),
    CONSTRAINT lead_bookings_execution_attempts_check CHECK (execution_attempts >= 0),
    CONSTRAINT lead_bookings_timezone_check
        CHECK ((timestamptz '2000-01-01 00:00:00+00' AT TIME ZONE timezone) IS NOT NULL),
    CONSTRAINT lead_bookings_duration_check
        CHECK (buffer_until > scheduled_at
            AND buffer_until - scheduled_at <= interval '495 minutes'),
    CONSTRAINT lead_bookings_assignee_time_excl
        EXCLUDE USING gist (
            tenant_id WITH =,
            assigned_user_id WITH =,
            tstzrange(
                scheduled_at,
                coalesce(buffer_until,
                    (scheduled_at AT TIME ZONE 'UTC' + interval '45 minutes') AT TIME ZONE 'UTC')
            ) WITH &&
        ) WHERE (status IN ('scheduled', 'in_progress') AND is_deleted = false)
);

CREATE INDEX lead_bookings_tenant_id_lead_id_status_scheduled_at_idx
    ON lad_data.lead_bookings (tenant_id, lead_id, status, scheduled_at);
CREATE UNIQUE INDEX lead_bookings_tenant_id_idempotency_key_key
    ON lad_data.lead_bookings (tenant_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
CREATE INDEX lead_bookings_tenant_id_assigned_user_id_scheduled_at_idx
    ON lad_data.lead_bookings (tenant_id, assigned_user_id, scheduled_at);
CREATE INDEX lead_bookings_tenant_id_parent_booking_id_idx
    ON lad_data.lead_bookings (tenant_id, parent_booking_id) WHERE parent_booking_id IS NOT NULL;
CREATE INDEX lead_bookings_tenant_id_created_by_user_id_idx
    ON lad_data.lead_bookings (tenant_id, created_by_user_id) WHERE created_by_user_id IS NOT NULL;

CREATE TRIGGER lead_bookings_write_sync_created_by
    BEFORE INSERT OR UPDATE ON lad_data.lead_bookings
    FOR EACH ROW EXECUTE FUNCTION lad.sync_columns('created_by', 'created_by_user_id');

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.lead_bookings TO lad_app, lad_service;

COMMENT ON TABLE lad_data.lead_bookings IS
    'Calls and meetings planned with a lead. A member is never booked twice for the same time.';
COMMENT ON COLUMN lad_data.lead_bookings.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.lead_bookings.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.lead_bookings.lead_id IS 'Lead the booking is for.';
COMMENT ON COLUMN lad_data.lead_bookings.assigned_user_id IS 'Member who takes the appointment.';
COMMENT ON COLUMN lad_data.lead_bookings.parent_booking_id IS
    'Booking this one repeats after a miss.';
COMMENT ON COLUMN lad_data.lead_bookings.booking_type IS
    'What is planned, such as consultation, follow_up, demo, onboarding or support.';
COMMENT ON COLUMN lad_data.lead_bookings.booking_source IS
    'Who or what made the booking, such as system or user.';
COMMENT ON COLUMN lad_data.lead_bookings.scheduled_at IS 'When the appointment starts.';
COMMENT ON COLUMN lad_data.lead_bookings.timezone IS
    'Name of the time zone the appointment was agreed in.';
COMMENT ON COLUMN lad_data.lead_bookings.status IS
    'State: scheduled, in_progress, completed, cancelled, missed, failed, no-show, rescheduled or '
    'confirmed.';
COMMENT ON COLUMN lad_data.lead_bookings.call_result IS 'Outcome of the call in one word.';
COMMENT ON COLUMN lad_data.lead_bookings.retry_count IS
    'How often the booking was repeated before this one; at most 3.';
COMMENT ON COLUMN lad_data.lead_bookings.notes IS 'Free text about the appointment.';
COMMENT ON COLUMN lad_data.lead_bookings.metadata IS
    'Anything else the application keeps with the booking.';
COMMENT ON COLUMN lad_data.lead_bookings.created_by_user_id IS
    'Member who made the booking. Kept equal to created_by.';
COMMENT ON COLUMN lad_data.lead_bookings.is_deleted IS
    'True when the row is soft-deleted. Kept equal to deleted_at.';
COMMENT ON COLUMN lad_data.lead_bookings.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.lead_bookings.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.lead_bookings.deleted_at IS
    'When the row was soft-deleted; NULL while it is live. Kept equal to is_deleted.';
COMMENT ON COLUMN lad_data.lead_bookings.created_by IS
    'Member who made the booking, in the application''s other spelling.';
COMMENT ON COLUMN lad_data.lead_bookings.buffer_until IS
    'End of the time kept free, the pause after the appointment included; NULL stands for 45 '
    'minutes (30 of talk, 15 of pause) after the start.';
COMMENT ON COLUMN lad_data.lead_bookings.task_name IS
    'Name of the follow-up task outside the database.';
COMMENT ON COLUMN lad_data.lead_bookings.task_scheduled_at IS 'When the follow-up task is to run.';
COMMENT ON COLUMN lad_data.lead_bookings.task_status IS
    'State of the follow-up task: pending, scheduled, executed, cancelled or failed.';
COMMENT ON COLUMN lad_data.lead_bookings.executed_at IS 'When the follow-up task ran.';
COMMENT ON COLUMN lad_data.lead_bookings.execution_attempts IS
    'How often the follow-up task was tried.';
COMMENT ON COLUMN lad_data.lead_bookings.last_execution_error IS 'Why the last try failed.';
COMMENT ON COLUMN lad_data.lead_bookings.idempotency_key IS
    'Key of the request that made the booking; the same key books once.';

CREATE TABLE lad_data.lead_social (
    id         uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id  uuid NOT NULL DEFAULT lad.current_tenant_id(),
    lead_id    uuid NOT NULL,
    data       jsonb DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    linkedin   varchar(500),
    whatsapp   varchar(50),
    instagram  varchar(255),
    facebook   varchar(255),
    CONSTRAINT lead_social_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT lead_social_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT lead_social_lead_id_fkey FOREIGN KEY (tenant_id, lead_id)
        REFERENCES lad_data.leads (tenant_id, id) ON DELETE CASCADE
);

CREATE INDEX lead_social_tenant_id_lead_id_idx ON lad_data.lead_social (tenant_id, lead_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.lead_social TO lad_app, lad_service;

COMMENT ON TABLE lad_data.lead_social IS 'Social profiles of a lead.';
COMMENT ON COLUMN lad_data.lead_social.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.lead_social.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.lead_social.lead_id IS 'Lead the profiles belong to.';
COMMENT ON COLUMN lad_data.lead_social.data IS 'What the networks tell about the lead.';
COMMENT ON COLUMN lad_data.lead_social.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.lead_social.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.lead_social.linkedin IS 'LinkedIn profile.';
COMMENT ON COLUMN lad_data.lead_social.whatsapp IS 'WhatsApp number.';
COMMENT ON COLUMN lad_data.lead_social.instagram IS 'Instagram name.';
COMMENT ON COLUMN lad_data.lead_social.facebook IS 'Facebook name.';
