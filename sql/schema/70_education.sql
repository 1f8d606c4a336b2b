-- Education: what tenants in education keep about a lead who is a student, and about their
-- counsellors.

CREATE TABLE lad_data.education_students (
    id                    uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id             uuid NOT NULL DEFAULT lad.current_tenant_id(),
    lead_id               uuid NOT NULL,
    student_parent_name   varchar(255),
    parent_designation    varchar(255),
    program_interested_in varchar(255),
    country_interested    varchar(255),
    intake_year           int,
    intake_month          varchar(20),
    metadata              jsonb NOT NULL DEFAULT '{}',
    is_deleted            boolean NOT NULL DEFAULT false,
    created_at            timestamptz NOT NULL DEFAULT now(),
    updated_at            timestamptz NOT NULL DEFAULT now(),
    deleted_at            timestamptz,
    counsellor_id         uuid,
    country_of_residence  varchar(255),
    CONSTRAINT education_students_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT education_students_tenant_id_lead_id_key UNIQUE (tenant_id, lead_id),
    CONSTRAINT education_students_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT education_students_lead_id_fkey FOREIGN KEY (tenant_id, lead_id)
        REFERENCES lad_data.leads (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT education_students_intake_year_check CHECK (intake_year BETWEEN 1900 AND 2200)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.education_students TO lad_app, lad_service;

COMMENT ON TABLE lad_data.education_students IS 'A lead as a student; one row per lead.';
COMMENT ON COLUMN lad_data.education_students.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.education_students.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.education_students.lead_id IS 'Lead who is the student.';
COMMENT ON COLUMN lad_data.education_students.student_parent_name IS 'Name of the parent.';
COMMENT ON COLUMN lad_data.education_students.parent_designation IS 'Occupation of the parent.';
COMMENT ON COLUMN lad_data.education_students.program_interested_in IS
    'Programme the student wants to take.';
COMMENT ON COLUMN lad_data.education_students.country_interested IS
    'Country the student wants to study in.';
COMMENT ON COLUMN lad_data.education_students.intake_year IS 'Year the student wants to start.';
COMMENT ON COLUMN lad_data.education_students.intake_month IS 'Month the student wants to start.';
COMMENT ON COLUMN lad_data.education_students.metadata IS
    'Anything else the application keeps with the student.';
COMMENT ON COLUMN lad_data.education_students.is_deleted IS
    'True when the row is soft-deleted. Kept equal to deleted_at.';
COMMENT ON COLUMN lad_data.education_students.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.education_students.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.education_students.deleted_at IS
    'When the row was soft-deleted; NULL while it is live. Kept equal to is_deleted.';
COMMENT ON COLUMN lad_data.education_students.counsellor_id IS
    'Counsellor in charge, as the application names it.';
COMMENT ON COLUMN lad_data.education_students.country_of_residence IS
    'Country the student lives in.';

CREATE TABLE lad_data.education_counsellors (
    id                   uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id            uuid NOT NULL DEFAULT lad.current_tenant_id(),
    user_id              uuid NOT NULL,
    counselor_code       varchar(50),
    specialization       varchar(255),
    timezone             varchar(64) DEFAULT 'UTC',
    availability_rules   jsonb,
    metadata             jsonb NOT NULL DEFAULT '{}',
    is_deleted           boolean NOT NULL DEFAULT false,
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),
    deleted_at           timestamptz,
    display_name         varchar(255),
    designation          varchar(255),
    is_active            boolean NOT NULL DEFAULT true,
    max_sessions_per_day int DEFAULT 20,
    CONSTRAINT education_counsellors_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT education_counsellors_tenant_id_user_id_key UNIQUE (tenant_id, user_id),
    CONSTRAINT education_counsellors_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT education_counsellors_user_id_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT education_counsellors_max_sessions_per_day_check CHECK (max_sessions_per_day >= 0),
    CONSTRAINT education_counsellors_timezone_check
        CHECK ((timestamptz '2000-01-01 00:00:00+00' AT TIME ZONE timezone) IS NOT NULL)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.education_counsellors TO lad_app, lad_service;

COMMENT ON TABLE lad_data.education_counsellors IS 'A member as a counsellor; one row per member.';
COMMENT ON COLUMN lad_data.education_counsellors.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.education_counsellors.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.education_counsellors.user_id IS 'Member who is the counsellor.';
COMMENT ON COLUMN lad_data.education_counsellors.counselor_code IS 'Short name of the counsellor.';
COMMENT ON COLUMN lad_data.education_counsellors.specialization IS
    'What the counsellor knows best.';
COMMENT ON COLUMN lad_data.education_counsellors.timezone IS
    'Name of the time zone the counsellor works in.';
COMMENT ON COLUMN lad_data.education_counsellors.availability_rules IS
    'When the counsellor can be booked.';
COMMENT ON COLUMN lad_data.education_counsellors.metadata IS
    'Anything else the application keeps with the counsellor.';
COMMENT ON COLUMN lad_data.education_counsellors.is_deleted IS
    'True when the row is soft-deleted. Kept equal to deleted_at.';
COMMENT ON COLUMN lad_data.education_counsellors.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.education_counsellors.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.education_counsellors.deleted_at IS
    'When the row was soft-deleted; NULL while it is live. Kept equal to is_deleted.';
COMMENT ON COLUMN lad_data.education_counsellors.display_name IS 'Name shown to students.';
COMMENT ON COLUMN lad_data.education_counsellors.designation IS 'Job title.';
COMMENT ON COLUMN lad_data.education_counsellors.is_active IS
    'False when the counsellor takes no students.';
COMMENT ON COLUMN lad_data.education_counsellors.max_sessions_per_day IS
    'Sessions the counsellor takes per day.';
