-- Core: organisations, people, and who may do what in which organisation.
--
-- tenants, users and user_identities are global: a person exists once and joins tenants through
-- memberships. Every other table belongs to a tenant. A reference to a person in a tenant's table
-- goes to memberships (tenant_id, user_id), so nobody outside the tenant can be named in it.

CREATE TABLE lad_data.tenants (
    id         uuid NOT NULL DEFAULT gen_random_uuid(),
    name       varchar(255) NOT NULL,
    slug       varchar(100),
    status     varchar(20) NOT NULL DEFAULT 'trial',
    plan_tier  varchar(20) NOT NULL DEFAULT 'free',
    email      varchar(255),
    phone      varchar(50),
    website    varchar(255),
    metadata   jsonb DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    is_deleted boolean NOT NULL DEFAULT false,
    vertical   varchar(50),
    CONSTRAINT tenants_pkey PRIMARY KEY (id),
    CONSTRAINT tenants_status_check CHECK (status IN ('trial', 'active', 'suspended', 'cancelled')),
    CONSTRAINT tenants_plan_tier_check
        CHECK (plan_tier IN ('free', 'starter', 'professional', 'enterprise'))
);

CREATE UNIQUE INDEX tenants_lower_name_key
    ON lad_data.tenants (lower(name))
    WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX tenants_slug_key ON lad_data.tenants (slug) WHERE slug IS NOT NULL;
CREATE INDEX tenants_status_idx ON lad_data.tenants (status) WHERE status = 'active';

CREATE POLICY tenants_tenant ON lad_data.tenants
    USING (id = lad.current_tenant_id()) WITH CHECK (id = lad.current_tenant_id());

CREATE POLICY tenants_service ON lad_data.tenants TO lad_service
    USING (true) WITH CHECK (true);

CREATE TRIGGER tenants_update_revoke
    AFTER UPDATE ON lad_data.tenants REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION lad.revoke_tokens('id', 'status', 'deleted_at', 'is_deleted');

CREATE TRIGGER tenants_delete_forget
    AFTER DELETE ON lad_data.tenants REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION lad.forget_epochs('id');

GRANT SELECT ON lad_data.tenants TO lad_app, lad_service;

COMMENT ON TABLE lad_data.tenants IS
    'Organisations that use LAD; everything else belongs to one of them.';
COMMENT ON COLUMN lad_data.tenants.id IS 'Identifier of the tenant.';
COMMENT ON COLUMN lad_data.tenants.name IS
    'Name of the organisation; unique among live tenants whatever the case.';
COMMENT ON COLUMN lad_data.tenants.slug IS 'Short name used in addresses; unique.';
COMMENT ON COLUMN lad_data.tenants.status IS
    'Standing of the tenant: trial, active, suspended or cancelled.';
COMMENT ON COLUMN lad_data.tenants.plan_tier IS
    'Plan the tenant is on: free, starter, professional or enterprise.';
COMMENT ON COLUMN lad_data.tenants.email IS 'Contact address of the organisation.';
COMMENT ON COLUMN lad_data.tenants.phone IS
    'Contact phone of the organisation, as written by its people.';
COMMENT ON COLUMN lad_data.tenants.website IS 'Address of the website.';
COMMENT ON COLUMN lad_data.tenants.metadata IS
    'Settings of the tenant: timezone (name of a time zone), business_hours {timezone, days, '
    'from, to} and more.';
COMMENT ON COLUMN lad_data.tenants.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.tenants.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.tenants.deleted_at IS
    'When the row was soft-deleted; NULL while it is live. Kept equal to is_deleted.';
COMMENT ON COLUMN lad_data.tenants.is_deleted IS
    'True when the row is soft-deleted. Kept equal to deleted_at.';
COMMENT ON COLUMN lad_data.tenants.vertical IS
    'Line of business that switches special modules on, such as education.';

CREATE TABLE lad_data.users (
    id                  uuid NOT NULL DEFAULT gen_random_uuid(),
    email               varchar(255) NOT NULL,
    password_hash       varchar(255),
    first_name          varchar(100),
    last_name           varchar(100),
    phone               varchar(50),
    avatar_url          text,
    primary_tenant_id   uuid,
    is_active           boolean DEFAULT true,
    email_verified      boolean DEFAULT false,
    phone_verified      boolean DEFAULT false,
    last_login_at       timestamptz,
    password_changed_at timestamptz,
    metadata            jsonb DEFAULT '{}',
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),
    deleted_at          timestamptz,
    is_deleted          boolean NOT NULL DEFAULT false,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_primary_tenant_id_fkey FOREIGN KEY (primary_tenant_id)
        REFERENCES lad_data.tenants (id)
);

CREATE UNIQUE INDEX users_lower_email_key ON lad_data.users (lower(email)) WHERE deleted_at IS NULL;
CREATE INDEX users_is_active_idx ON lad_data.users (is_active) WHERE is_active = true;
CREATE INDEX users_primary_tenant_id_idx
    ON lad_data.users (primary_tenant_id) WHERE primary_tenant_id IS NOT NULL;

GRANT SELECT (
    id, email, first_name, last_name, phone, avatar_url, primary_tenant_id, is_active,
    email_verified, phone_verified, last_login_at, password_changed_at, metadata, created_at,
    updated_at, deleted_at, is_deleted
) ON lad_data.users TO lad_app, lad_service;

COMMENT ON TABLE lad_data.users IS
    'People who sign in, once each, whatever the number of tenants they belong to.';
COMMENT ON COLUMN lad_data.users.id IS 'Identifier of the person.';
COMMENT ON COLUMN lad_data.users.email IS
    'Address the person signs in with; unique among live people whatever the case.';
COMMENT ON COLUMN lad_data.users.password_hash IS
    'bcrypt hash of the password; NULL for people who sign in through a provider only. Readable '
    'by nobody but the owner of the tables.';
COMMENT ON COLUMN lad_data.users.first_name IS 'Given name.';
COMMENT ON COLUMN lad_data.users.last_name IS 'Family name.';
COMMENT ON COLUMN lad_data.users.phone IS 'Phone number, as written by the person.';
COMMENT ON COLUMN lad_data.users.avatar_url IS 'Address of the picture shown for the person.';
COMMENT ON COLUMN lad_data.users.primary_tenant_id IS
    'Tenant the person lands in after signing in.';
COMMENT ON COLUMN lad_data.users.is_active IS 'False when the person may not sign in.';
COMMENT ON COLUMN lad_data.users.email_verified IS
    'True when the address was proved to be the person''s.';
COMMENT ON COLUMN lad_data.users.phone_verified IS
    'True when the phone number was proved to be the person''s.';
COMMENT ON COLUMN lad_data.users.last_login_at IS 'When the person last signed in.';
COMMENT ON COLUMN lad_data.users.password_changed_at IS 'When the password was last changed.';
COMMENT ON COLUMN lad_data.users.metadata IS 'Preferences of the person.';
COMMENT ON COLUMN lad_data.users.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.users.updated_at IS 'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.users.deleted_at IS
    'When the row was soft-deleted; NULL while it is live. Kept equal to is_deleted.';
COMMENT ON COLUMN lad_data.users.is_deleted IS
    'True when the row is soft-deleted. Kept equal to deleted_at.';

CREATE TABLE lad_data.user_identities (
    id               uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id          uuid NOT NULL,
    provider         varchar(50) NOT NULL,
    provider_user_id varchar(255) NOT NULL,
    access_token     text,
    refresh_token    text,
    token_expires_at timestamptz,
    provider_data    jsonb DEFAULT '{}',
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_identities_pkey PRIMARY KEY (id),
    CONSTRAINT user_identities_provider_provider_user_id_key UNIQUE (provider, provider_user_id),
    CONSTRAINT user_identities_user_id_provider_key UNIQUE (user_id, provider),
    CONSTRAINT user_identities_user_id_fkey FOREIGN KEY (user_id)
        REFERENCES lad_data.users (id) ON DELETE CASCADE
);

CREATE POLICY user_identities_tenant ON lad_data.user_identities
    USING (user_id = lad.current_user_id()) WITH CHECK (user_id = lad.current_user_id());

CREATE POLICY user_identities_service ON lad_data.user_identities TO lad_service
    USING (true) WITH CHECK (true);

GRANT SELECT (
    id, user_id, provider, provider_user_id, token_expires_at, provider_data, created_at,
    updated_at
) ON lad_data.user_identities TO lad_app;
GRANT SELECT ON lad_data.user_identities TO lad_service;

COMMENT ON TABLE lad_data.user_identities IS
    'Accounts at outside providers (Google, LinkedIn and others) a person signs in with.';
COMMENT ON COLUMN lad_data.user_identities.id IS 'Identifier of the account.';
COMMENT ON COLUMN lad_data.user_identities.user_id IS 'Person the account belongs to.';
COMMENT ON COLUMN lad_data.user_identities.provider IS 'Name of the provider, such as google.';
COMMENT ON COLUMN lad_data.user_identities.provider_user_id IS
    'The provider''s own identifier of the person.';
COMMENT ON COLUMN lad_data.user_identities.access_token IS
    'Token the provider issued for calls in the person''s name. Secret.';
COMMENT ON COLUMN lad_data.user_identities.refresh_token IS
    'Token that renews the access token. Secret.';
COMMENT ON COLUMN lad_data.user_identities.token_expires_at IS
    'When the access token stops working.';
COMMENT ON COLUMN lad_data.user_identities.provider_data IS
    'What the provider told about the person.';
COMMENT ON COLUMN lad_data.user_identities.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.user_identities.updated_at IS
    'When the row was last changed; kept by a trigger.';

CREATE TABLE lad_data.memberships (
    id         uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id    uuid NOT NULL,
    tenant_id  uuid NOT NULL DEFAULT lad.current_tenant_id(),
    role       varchar(20) NOT NULL DEFAULT 'member',
    invited_by uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    is_deleted boolean NOT NULL DEFAULT false,
    CONSTRAINT memberships_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT memberships_tenant_id_user_id_key UNIQUE (tenant_id, user_id),
    CONSTRAINT memberships_user_id_fkey FOREIGN KEY (user_id)
        REFERENCES lad_data.users (id) ON DELETE CASCADE,
    CONSTRAINT memberships_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT memberships_invited_by_fkey FOREIGN KEY (tenant_id, invited_by)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT memberships_role_check CHECK (role IN ('member', 'owner', 'admin', 'viewer'))
);

CREATE UNIQUE INDEX memberships_live_owner_key
    ON lad_data.memberships (tenant_id)
    WHERE role = 'owner' AND deleted_at IS NULL;
CREATE INDEX memberships_user_id_idx ON lad_data.memberships (user_id);
CREATE INDEX memberships_tenant_id_invited_by_idx
    ON lad_data.memberships (tenant_id, invited_by) WHERE invited_by IS NOT NULL;

CREATE TRIGGER memberships_update_revoke
    AFTER UPDATE ON lad_data.memberships REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION lad.revoke_tokens('tenant_id', 'user_id', 'role', 'deleted_at', 'is_deleted');

CREATE TRIGGER memberships_delete_revoke
    AFTER DELETE ON lad_data.memberships REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION lad.revoke_tokens('tenant_id');

GRANT SELECT ON lad_data.memberships TO lad_app, lad_service;

COMMENT ON TABLE lad_data.memberships IS
    'Who belongs to which tenant, and in which role. Never removed while something in the tenant '
    'names the person.';
COMMENT ON COLUMN lad_data.memberships.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.memberships.user_id IS 'Person who belongs to the tenant.';
COMMENT ON COLUMN lad_data.memberships.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.memberships.role IS
    'What the person may do: owner, admin, member, or viewer who only reads.';
COMMENT ON COLUMN lad_data.memberships.invited_by IS 'Member who brought the person in.';
COMMENT ON COLUMN lad_data.memberships.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.memberships.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.memberships.deleted_at IS
    'When the person left the tenant; NULL while a member. Kept equal to is_deleted.';
COMMENT ON COLUMN lad_data.memberships.is_deleted IS
    'True when the person has left the tenant. Kept equal to deleted_at.';

CREATE POLICY users_tenant ON lad_data.users FOR SELECT
    USING (id = lad.current_user_id()
        OR EXISTS (SELECT FROM lad_data.memberships AS member
                   WHERE member.tenant_id = lad.current_tenant_id()
                     AND member.user_id = users.id
                     AND member.deleted_at IS NULL));

CREATE POLICY users_service ON lad_data.users TO lad_service
    USING (true) WITH CHECK (true);
