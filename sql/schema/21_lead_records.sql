-- Leads, continued: what people write, attach, plan and find out about a lead. The rows belong to
-- their lead and go with it.

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
    duration_minutes     int NOT NULL DEFAULT 30,
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
    CONSTRAINT lead_bookings_duration_minutes_check CHECK (duration_minutes BETWEEN 1 AND 480),
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

CREATE TRIGGER lead_bookings_write_time
    BEFORE INSERT OR UPDATE ON lad_data.lead_bookings
    FOR EACH ROW EXECUTE FUNCTION lad.keep_booking_time();

CREATE TRIGGER lead_bookings_write_assignee
    BEFORE INSERT OR UPDATE ON lad_data.lead_bookings
    FOR EACH ROW EXECUTE FUNCTION lad.assign_booking();

CREATE TRIGGER lead_bookings_write_retry
    BEFORE INSERT OR UPDATE ON lad_data.lead_bookings
    FOR EACH ROW EXECUTE FUNCTION lad.count_booking_retry();

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.lead_bookings TO lad_app, lad_service;

COMMENT ON TABLE lad_data.lead_bookings IS
    'Calls and meetings planned with a lead. A member is never booked twice for the same time.';
COMMENT ON COLUMN lad_data.lead_bookings.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.lead_bookings.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.lead_bookings.lead_id IS 'Lead the booking is for.';
COMMENT ON COLUMN lad_data.lead_bookings.assigned_user_id IS
    'Member who takes the appointment: who the lead is assigned to, unless another is named.';
COMMENT ON COLUMN lad_data.lead_bookings.parent_booking_id IS
    'Booking this one repeats after a miss; set when the booking is made. One booking is repeated at '
    'most 3 times, the repeats of its repeats included.';
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
    'How often the booking was repeated up to this one, at most 3: its parent''s and one more.';
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
    'End of the time kept free: the start, duration_minutes and a pause of 15 minutes, unless '
    'another end is given. Moves along with the two.';
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
COMMENT ON COLUMN lad_data.lead_bookings.duration_minutes IS
    'Length of the appointment in minutes, without the pause: 30 unless given, at most 480.';

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
