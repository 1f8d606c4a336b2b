-- Core, continued: what a tenant and its members may use, who is invited, and what happened.
--
-- The chain of access is: role in memberships, user_capabilities, voice_permissions (voice), then
-- tenant_features and feature_flags. Functions of the schema lad change these tables; applications
-- read.

CREATE TABLE lad_data.tenant_epochs (
    id         uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id  uuid NOT NULL DEFAULT lad.current_tenant_id(),
    epoch      bigint NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tenant_epochs_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT tenant_epochs_tenant_id_key UNIQUE (tenant_id),
    CONSTRAINT tenant_epochs_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT tenant_epochs_epoch_check CHECK (epoch > 0)
);

CREATE TRIGGER tenant_epochs_insert_forget
    AFTER INSERT ON lad_data.tenant_epochs REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION lad.forget_epochs('tenant_id');

CREATE TRIGGER tenant_epochs_update_forget
    AFTER UPDATE ON lad_data.tenant_epochs REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION lad.forget_epochs('tenant_id');

CREATE TRIGGER tenant_epochs_delete_forget
    AFTER DELETE ON lad_data.tenant_epochs REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION lad.forget_epochs('tenant_id');

GRANT SELECT ON lad_data.tenant_epochs TO lad_service;

COMMENT ON TABLE lad_data.tenant_epochs IS
    'Revocation counter of each tenant: a token issued under an older epoch is refused.';
COMMENT ON COLUMN lad_data.tenant_epochs.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.tenant_epochs.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.tenant_epochs.epoch IS
    'Current epoch; grows whenever a membership, role, capability or feature changes.';
COMMENT ON COLUMN lad_data.tenant_epochs.updated_at IS
    'When the row was last changed; kept by a trigger.';

CREATE TABLE lad_data.tenant_counters (
    id         uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id  uuid NOT NULL DEFAULT lad.current_tenant_id(),
    name       varchar(100) NOT NULL,
    value      bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tenant_counters_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT tenant_counters_tenant_id_name_key UNIQUE (tenant_id, name),
    CONSTRAINT tenant_counters_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT tenant_counters_value_check CHECK (value >= 0)
);

GRANT SELECT ON lad_data.tenant_counters TO lad_app, lad_service;

COMMENT ON TABLE lad_data.tenant_counters IS
    'Counters that must not have gaps, such as invoice numbers; the row is locked by whoever '
    'draws the next number.';
COMMENT ON COLUMN lad_data.tenant_counters.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.tenant_counters.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.tenant_counters.name IS 'What is counted, such as invoice.';
COMMENT ON COLUMN lad_data.tenant_counters.value IS 'Last number given out; 0 before the first.';
COMMENT ON COLUMN lad_data.tenant_counters.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.tenant_counters.updated_at IS
    'When the row was last changed; kept by a trigger.';

CREATE TABLE lad_data.tenant_features (
    id          uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id   uuid NOT NULL DEFAULT lad.current_tenant_id(),
    feature_key varchar(100) NOT NULL,
    enabled     boolean DEFAULT true,
    config      jsonb DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tenant_features_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT tenant_features_tenant_id_feature_key_key UNIQUE (tenant_id, feature_key),
    CONSTRAINT tenant_features_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT tenant_features_feature_key_check CHECK (feature_key ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
);

CREATE TRIGGER tenant_features_insert_revoke
    AFTER INSERT ON lad_data.tenant_features REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION lad.revoke_tokens('tenant_id');

CREATE TRIGGER tenant_features_update_revoke
    AFTER UPDATE ON lad_data.tenant_features REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION lad.revoke_tokens('tenant_id', 'feature_key', 'enabled');

CREATE TRIGGER tenant_features_delete_revoke
    AFTER DELETE ON lad_data.tenant_features REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION lad.revoke_tokens('tenant_id');

GRANT SELECT ON lad_data.tenant_features TO lad_app, lad_service;

COMMENT ON TABLE lad_data.tenant_features IS
    'Features a tenant has switched on, with their settings.';
COMMENT ON COLUMN lad_data.tenant_features.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.tenant_features.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.tenant_features.feature_key IS
    'Key of the feature in kebab case, such as voice-agent or apollo-leads.';
COMMENT ON COLUMN lad_data.tenant_features.enabled IS 'True when the feature is on.';
COMMENT ON COLUMN lad_data.tenant_features.config IS 'Settings of the feature for this tenant.';
COMMENT ON COLUMN lad_data.tenant_features.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.tenant_features.updated_at IS
    'When the row was last changed; kept by a trigger.';

CREATE TABLE lad_data.user_capabilities (
    id             uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id        uuid NOT NULL,
    tenant_id      uuid NOT NULL DEFAULT lad.current_tenant_id(),
    capability_key varchar(100) NOT NULL,
    feature_key    varchar(100),
    enabled        boolean DEFAULT true,
    metadata       jsonb DEFAULT '{}',
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_capabilities_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT user_capabilities_tenant_id_user_id_capability_key_key
        UNIQUE (tenant_id, user_id, capability_key),
    CONSTRAINT user_capabilities_user_id_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT user_capabilities_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT user_capabilities_feature_key_check CHECK (feature_key ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
);

CREATE TRIGGER user_capabilities_insert_revoke
    AFTER INSERT ON lad_data.user_capabilities REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION lad.revoke_tokens('tenant_id');

CREATE TRIGGER user_capabilities_update_revoke
    AFTER UPDATE ON lad_data.user_capabilities REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION lad.revoke_tokens('tenant_id', 'user_id', 'capability_key', 'feature_key', 'enabled');

CREATE TRIGGER user_capabilities_delete_revoke
    AFTER DELETE ON lad_data.user_capabilities REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION lad.revoke_tokens('tenant_id');

GRANT SELECT ON lad_data.user_capabilities TO lad_app, lad_service;

COMMENT ON TABLE lad_data.user_capabilities IS
    'Permissions granted to one member beyond the role, within one feature or all.';
COMMENT ON COLUMN lad_data.user_capabilities.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.user_capabilities.user_id IS 'Member who holds the capability.';
COMMENT ON COLUMN lad_data.user_capabilities.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.user_capabilities.capability_key IS
    'What is allowed, such as billing.view, billing.admin, manage_campaigns or make_calls; '
    'tenants may add keys.';
COMMENT ON COLUMN lad_data.user_capabilities.feature_key IS
    'Feature the capability is limited to; NULL for all features.';
COMMENT ON COLUMN lad_data.user_capabilities.enabled IS
    'False when the capability is withheld although the row exists.';
COMMENT ON COLUMN lad_data.user_capabilities.metadata IS 'Why and by whom it was granted.';
COMMENT ON COLUMN lad_data.user_capabilities.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.user_capabilities.updated_at IS
    'When the row was last changed; kept by a trigger.';

CREATE TABLE lad_data.tenant_invitations (
    id               uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id        uuid NOT NULL DEFAULT lad.current_tenant_id(),
    email            varchar(255) NOT NULL,
    role             varchar(20) NOT NULL DEFAULT 'member',
    invited_by       uuid NOT NULL,
    invitation_token varchar(255) NOT NULL,
    accepted_at      timestamptz,
    accepted_by      uuid,
    expires_at       timestamptz NOT NULL,
    message          text,
    metadata         jsonb DEFAULT '{}',
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    deleted_at       timestamptz,
    is_deleted       boolean NOT NULL DEFAULT false,
    CONSTRAINT tenant_invitations_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT tenant_invitations_tenant_id_invitation_token_key
        UNIQUE (tenant_id, invitation_token),
    CONSTRAINT tenant_invitations_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT tenant_invitations_invited_by_fkey FOREIGN KEY (tenant_id, invited_by)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT tenant_invitations_accepted_by_fkey FOREIGN KEY (tenant_id, accepted_by)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT tenant_invitations_role_check CHECK (role IN ('member', 'owner', 'admin', 'viewer'))
);

CREATE UNIQUE INDEX tenant_invitations_pending_key
    ON lad_data.tenant_invitations (tenant_id, lower(email))
    WHERE accepted_at IS NULL AND deleted_at IS NULL;
CREATE INDEX tenant_invitations_tenant_id_invited_by_idx
    ON lad_data.tenant_invitations (tenant_id, invited_by);
CREATE INDEX tenant_invitations_tenant_id_accepted_by_idx
    ON lad_data.tenant_invitations (tenant_id, accepted_by) WHERE accepted_by IS NOT NULL;

GRANT SELECT ON lad_data.tenant_invitations TO lad_app, lad_service;

COMMENT ON TABLE lad_data.tenant_invitations IS
    'Invitations to join a tenant, sent by mail; at most one is pending per address.';
COMMENT ON COLUMN lad_data.tenant_invitations.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.tenant_invitations.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.tenant_invitations.email IS 'Address the invitation was sent to.';
COMMENT ON COLUMN lad_data.tenant_invitations.role IS
    'Role the person gets on accepting: owner, admin, member or viewer.';
COMMENT ON COLUMN lad_data.tenant_invitations.invited_by IS 'Member who invited.';
COMMENT ON COLUMN lad_data.tenant_invitations.invitation_token IS
    'Hash of the token in the mail; the token itself is shown once and not stored.';
COMMENT ON COLUMN lad_data.tenant_invitations.accepted_at IS
    'When the invitation was accepted; NULL while pending.';
COMMENT ON COLUMN lad_data.tenant_invitations.accepted_by IS
    'Member the person became by accepting.';
COMMENT ON COLUMN lad_data.tenant_invitations.expires_at IS
    'When the invitation stops being valid.';
COMMENT ON COLUMN lad_data.tenant_invitations.message IS 'Words of the inviter to the invited.';
COMMENT ON COLUMN lad_data.tenant_invitations.metadata IS
    'Anything else the application keeps with the invitation.';
COMMENT ON COLUMN lad_data.tenant_invitations.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.tenant_invitations.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.tenant_invitations.deleted_at IS
    'When the row was soft-deleted; NULL while it is live. Kept equal to is_deleted.';
COMMENT ON COLUMN lad_data.tenant_invitations.is_deleted IS
    'True when the row is soft-deleted. Kept equal to deleted_at.';

CREATE TABLE lad_data.domain_events (
    id             uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id      uuid NOT NULL DEFAULT lad.current_tenant_id(),
    event_type     varchar(100) NOT NULL,
    aggregate_type varchar(100),
    aggregate_id   uuid,
    payload        jsonb NOT NULL,
    processed      boolean NOT NULL DEFAULT false,
    processed_at   timestamptz,
    retry_count    int NOT NULL DEFAULT 0,
    metadata       jsonb DEFAULT '{}',
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT domain_events_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT domain_events_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT domain_events_retry_count_check CHECK (retry_count >= 0)
);

CREATE INDEX domain_events_tenant_id_created_at_idx
    ON lad_data.domain_events (tenant_id, created_at)
    WHERE processed = false;

GRANT SELECT ON lad_data.domain_events TO lad_app, lad_service;
GRANT UPDATE (processed, processed_at, retry_count) ON lad_data.domain_events TO lad_service;

COMMENT ON TABLE lad_data.domain_events IS
    'What happened in a tenant, in order, for consumers outside the database; rows are only added '
    'and marked as processed.';
COMMENT ON COLUMN lad_data.domain_events.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.domain_events.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.domain_events.event_type IS
    'What happened, such as wallet.low_balance or batch.completed.';
COMMENT ON COLUMN lad_data.domain_events.aggregate_type IS
    'Kind of thing it happened to, such as lead or call.';
COMMENT ON COLUMN lad_data.domain_events.aggregate_id IS 'Identifier of that thing.';
COMMENT ON COLUMN lad_data.domain_events.payload IS
    'What a consumer needs to know about the event.';
COMMENT ON COLUMN lad_data.domain_events.processed IS 'True when consumers have handled the event.';
COMMENT ON COLUMN lad_data.domain_events.processed_at IS 'When it was handled.';
COMMENT ON COLUMN lad_data.domain_events.retry_count IS 'How often handling failed.';
COMMENT ON COLUMN lad_data.domain_events.metadata IS
    'Who caused the event and through which request.';
COMMENT ON COLUMN lad_data.domain_events.created_at IS 'When the row was created.';

CREATE TABLE lad_data.feature_flags (
    id          uuid NOT NULL DEFAULT gen_random_uuid(),
    feature_key varchar(100) NOT NULL,
    tenant_id   uuid DEFAULT lad.current_tenant_id(),
    user_id     uuid,
    is_enabled  boolean NOT NULL DEFAULT false,
    config      jsonb DEFAULT '{}',
    expires_at  timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT feature_flags_pkey PRIMARY KEY (id),
    CONSTRAINT feature_flags_tenant_id_feature_key_user_id_key
        UNIQUE NULLS NOT DISTINCT (tenant_id, feature_key, user_id),
    CONSTRAINT feature_flags_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT feature_flags_user_id_fkey FOREIGN KEY (user_id)
        REFERENCES lad_data.users (id),
    CONSTRAINT feature_flags_feature_key_check CHECK (feature_key ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT feature_flags_user_needs_tenant_check
        CHECK (user_id IS NULL OR tenant_id IS NOT NULL)
);

CREATE INDEX feature_flags_user_id_idx
    ON lad_data.feature_flags (user_id) WHERE user_id IS NOT NULL;

CREATE POLICY feature_flags_tenant ON lad_data.feature_flags
    USING (tenant_id = lad.current_tenant_id()) WITH CHECK (tenant_id = lad.current_tenant_id());

CREATE POLICY feature_flags_everyone ON lad_data.feature_flags FOR SELECT
    USING (tenant_id IS NULL AND lad.current_tenant_id() IS NOT NULL);

GRANT SELECT ON lad_data.feature_flags TO lad_app, lad_service;

COMMENT ON TABLE lad_data.feature_flags IS
    'Switches for gradual roll-out: for everyone (no tenant), one tenant, or one person in it.';
COMMENT ON COLUMN lad_data.feature_flags.id IS 'Identifier of the switch.';
COMMENT ON COLUMN lad_data.feature_flags.feature_key IS 'Key of the feature in kebab case.';
COMMENT ON COLUMN lad_data.feature_flags.tenant_id IS
    'Tenant the switch applies to; NULL for everyone.';
COMMENT ON COLUMN lad_data.feature_flags.user_id IS
    'Person the switch applies to; NULL for the whole tenant.';
COMMENT ON COLUMN lad_data.feature_flags.is_enabled IS 'True when the feature is on.';
COMMENT ON COLUMN lad_data.feature_flags.config IS 'Settings that come with the switch.';
COMMENT ON COLUMN lad_data.feature_flags.expires_at IS
    'When the switch stops counting; NULL for never.';
COMMENT ON COLUMN lad_data.feature_flags.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.feature_flags.updated_at IS
    'When the row was last changed; kept by a trigger.';
