-- Leads: the people a tenant sells to, and the pipeline they move through.

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
    search_words       tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('pg_catalog.english', coalesce(title, '')), 'A')
        || setweight(to_tsvector('pg_catalog.english', coalesce(company_name, '')), 'B')
        || CASE WHEN length(tags::text) <= 20000
               THEN setweight(jsonb_to_tsvector('pg_catalog.english', tags, '["string"]'), 'C')
               ELSE '' END
        || setweight(to_tsvector('pg_catalog.english', left(coalesce(notes, ''), 20000)), 'D')
    ) STORED,
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
    CONSTRAINT leads_source_id_check
        CHECK (source NOT LIKE 'apollo%'
            OR source_id !~* '^[{]?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}[}]?$'),
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
-- For lad.text_ilike and lad.json_contains on any of the columns.
CREATE INDEX leads_tenant_id_first_name_last_name_email_company_name_idx
    ON lad_data.leads USING gin (tenant_id, first_name gin_trgm_ops, last_name gin_trgm_ops,
        email gin_trgm_ops, company_name gin_trgm_ops);
CREATE INDEX leads_tenant_id_tags_custom_fields_idx
    ON lad_data.leads USING gin (tenant_id, tags jsonb_path_ops, custom_fields jsonb_path_ops);
-- For lad.text_matches.
CREATE INDEX leads_tenant_id_search_words_idx
    ON lad_data.leads USING gin (tenant_id, search_words);

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
COMMENT ON COLUMN lad_data.leads.source_id IS
    'Identifier of the lead at its source; of a lead from Apollo never a UUID.';
COMMENT ON COLUMN lad_data.leads.company_domain IS 'Web domain of the company.';
COMMENT ON COLUMN lad_data.leads.location IS 'Place the lead lives or works at.';
COMMENT ON COLUMN lad_data.leads.tags IS 'Labels, as an array of text.';
COMMENT ON COLUMN lad_data.leads.raw_data IS 'What the source delivered, unchanged.';
COMMENT ON COLUMN lad_data.leads.last_contacted_at IS 'When the lead was last contacted.';
COMMENT ON COLUMN lad_data.leads.assigned_at IS 'When the lead was assigned.';
COMMENT ON COLUMN lad_data.leads.country_code IS
    'Country calling code with a plus sign, such as +971.';
COMMENT ON COLUMN lad_data.leads.base_number IS 'Phone number without the country code.';
COMMENT ON COLUMN lad_data.leads.search_words IS
    'Words of title (A), company_name (B), tags (C) and notes (D), for lad.text_matches and '
    'lad.match_leads; kept by the database.';

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
    'Place in the pipeline, counted from the left; lad.reorder_stages sets all of them.';
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
