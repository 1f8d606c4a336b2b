-- Communication: templates of messages, and the mail and LinkedIn accounts they are sent from.
--
-- Passwords and tokens of accounts can be written by the application but not read back by it.

CREATE TABLE lad_data.communication_templates (
    id               uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id        uuid NOT NULL DEFAULT lad.current_tenant_id(),
    channel          varchar(50) NOT NULL,
    template_key     varchar(100),
    language         varchar(10),
    subject          varchar,
    body             text,
    variables_schema jsonb,
    is_active        boolean DEFAULT true,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    name             text,
    category         varchar(100),
    subject_template text,
    content          text,
    html_content     text,
    description      text,
    placeholders     jsonb DEFAULT '[]',
    is_builtin       boolean DEFAULT false,
    agent_id         bigint,
    CONSTRAINT communication_templates_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT communication_templates_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT communication_templates_agent_id_fkey FOREIGN KEY (tenant_id, agent_id)
        REFERENCES lad_data.voice_agents (tenant_id, id),
    CONSTRAINT communication_templates_channel_check
        CHECK (channel IN ('linkedin', 'email', 'voice', 'whatsapp', 'sms', 'web'))
);

CREATE INDEX communication_templates_tenant_id_channel_template_key_idx
    ON lad_data.communication_templates (tenant_id, channel, template_key);
CREATE INDEX communication_templates_tenant_id_agent_id_idx
    ON lad_data.communication_templates (tenant_id, agent_id) WHERE agent_id IS NOT NULL;

CREATE TRIGGER communication_templates_write_sync_body
    BEFORE INSERT OR UPDATE ON lad_data.communication_templates
    FOR EACH ROW EXECUTE FUNCTION lad.sync_columns('body', 'content');

CREATE TRIGGER communication_templates_write_sync_subject
    BEFORE INSERT OR UPDATE ON lad_data.communication_templates
    FOR EACH ROW EXECUTE FUNCTION lad.sync_columns('subject', 'subject_template');

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.communication_templates TO lad_app, lad_service;

COMMENT ON TABLE lad_data.communication_templates IS
    'Templates of messages per channel and language.';
COMMENT ON COLUMN lad_data.communication_templates.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.communication_templates.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.communication_templates.channel IS
    'Channel the template is for: linkedin, email, voice, whatsapp, sms or web.';
COMMENT ON COLUMN lad_data.communication_templates.template_key IS
    'Name programs know the template by.';
COMMENT ON COLUMN lad_data.communication_templates.language IS
    'Language of the text, as a code such as en.';
COMMENT ON COLUMN lad_data.communication_templates.subject IS
    'Subject line. Kept equal to subject_template.';
COMMENT ON COLUMN lad_data.communication_templates.body IS
    'Text of the message with placeholders. Kept equal to content.';
COMMENT ON COLUMN lad_data.communication_templates.variables_schema IS
    'JSON schema of the placeholders.';
COMMENT ON COLUMN lad_data.communication_templates.is_active IS
    'False when the template must not be used.';
COMMENT ON COLUMN lad_data.communication_templates.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.communication_templates.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.communication_templates.name IS 'Name shown to people.';
COMMENT ON COLUMN lad_data.communication_templates.category IS
    'Group the template is listed under.';
COMMENT ON COLUMN lad_data.communication_templates.subject_template IS
    'Subject line, in the application''s other spelling.';
COMMENT ON COLUMN lad_data.communication_templates.content IS
    'Text of the message, in the application''s other spelling.';
COMMENT ON COLUMN lad_data.communication_templates.html_content IS 'The message in HTML.';
COMMENT ON COLUMN lad_data.communication_templates.description IS 'What the template is for.';
COMMENT ON COLUMN lad_data.communication_templates.placeholders IS
    'Names of the placeholders, as an array of text.';
COMMENT ON COLUMN lad_data.communication_templates.is_builtin IS
    'True when the template came with the application.';
COMMENT ON COLUMN lad_data.communication_templates.agent_id IS
    'Agent the template is for; NULL for any.';

CREATE TABLE lad_data.email_accounts (
    id               uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id        uuid NOT NULL DEFAULT lad.current_tenant_id(),
    email            varchar(255) NOT NULL,
    smtp_host        varchar(255),
    smtp_port        int,
    smtp_username    varchar(255),
    smtp_password    text,
    smtp_secure      boolean DEFAULT true,
    is_active        boolean DEFAULT true,
    daily_send_limit int DEFAULT 200,
    sent_today       int DEFAULT 0,
    last_reset_date  date,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    metadata         jsonb DEFAULT '{}',
    CONSTRAINT email_accounts_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT email_accounts_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT email_accounts_smtp_port_check CHECK (smtp_port BETWEEN 1 AND 65535),
    CONSTRAINT email_accounts_daily_send_limit_check CHECK (daily_send_limit >= 0),
    CONSTRAINT email_accounts_sent_today_check CHECK (sent_today >= 0)
);

CREATE INDEX email_accounts_tenant_id_email_idx ON lad_data.email_accounts (tenant_id, email);

GRANT SELECT (
    id, tenant_id, email, smtp_host, smtp_port, smtp_username, smtp_secure, is_active,
    daily_send_limit, sent_today, last_reset_date, created_at, updated_at, metadata
) ON lad_data.email_accounts TO lad_app;
GRANT INSERT, UPDATE, DELETE ON lad_data.email_accounts TO lad_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.email_accounts TO lad_service;

COMMENT ON TABLE lad_data.email_accounts IS 'Mail accounts a tenant sends from.';
COMMENT ON COLUMN lad_data.email_accounts.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.email_accounts.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.email_accounts.email IS 'Address mails are sent from.';
COMMENT ON COLUMN lad_data.email_accounts.smtp_host IS 'Host of the mail server.';
COMMENT ON COLUMN lad_data.email_accounts.smtp_port IS 'Port of the mail server.';
COMMENT ON COLUMN lad_data.email_accounts.smtp_username IS 'Name to log in with.';
COMMENT ON COLUMN lad_data.email_accounts.smtp_password IS
    'Password to log in with. Secret: not readable by the application.';
COMMENT ON COLUMN lad_data.email_accounts.smtp_secure IS 'True when the connection is encrypted.';
COMMENT ON COLUMN lad_data.email_accounts.is_active IS
    'False when nothing must be sent from the account.';
COMMENT ON COLUMN lad_data.email_accounts.daily_send_limit IS 'Mails that may be sent per day.';
COMMENT ON COLUMN lad_data.email_accounts.sent_today IS 'Mails sent on last_reset_date.';
COMMENT ON COLUMN lad_data.email_accounts.last_reset_date IS 'Day sent_today counts for.';
COMMENT ON COLUMN lad_data.email_accounts.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.email_accounts.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.email_accounts.metadata IS
    'Anything else the application keeps with the account.';

CREATE TABLE lad_data.social_linkedin_accounts (
    id                    uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id             uuid NOT NULL DEFAULT lad.current_tenant_id(),
    account_name          varchar(255),
    unipile_account_id    varchar(255),
    session_cookies       text,
    is_active             boolean DEFAULT true,
    daily_action_limit    int DEFAULT 20,
    actions_today         int DEFAULT 0,
    last_reset_date       date,
    created_at            timestamptz NOT NULL DEFAULT now(),
    updated_at            timestamptz NOT NULL DEFAULT now(),
    user_id               uuid,
    provider              varchar(50) DEFAULT 'unipile',
    provider_account_id   varchar(255),
    access_token          text,
    refresh_token         text,
    token_expires_at      timestamptz,
    status                varchar(30) DEFAULT 'active',
    last_verified_at      timestamptz,
    default_daily_limit   int,
    default_hourly_limit  int,
    metadata              jsonb DEFAULT '{}',
    is_deleted            boolean NOT NULL DEFAULT false,
    deleted_at            timestamptz,
    default_weekly_limit  int DEFAULT 140,
    detected_weekly_limit int,
    CONSTRAINT social_linkedin_accounts_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT social_linkedin_accounts_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT social_linkedin_accounts_user_id_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT social_linkedin_accounts_daily_action_limit_check CHECK (daily_action_limit >= 0),
    CONSTRAINT social_linkedin_accounts_actions_today_check CHECK (actions_today >= 0),
    CONSTRAINT social_linkedin_accounts_default_daily_limit_check CHECK (default_daily_limit >= 0),
    CONSTRAINT social_linkedin_accounts_default_hourly_limit_check
        CHECK (default_hourly_limit >= 0),
    CONSTRAINT social_linkedin_accounts_default_weekly_limit_check
        CHECK (default_weekly_limit >= 0),
    CONSTRAINT social_linkedin_accounts_detected_weekly_limit_check
        CHECK (detected_weekly_limit >= 0)
);

CREATE INDEX social_linkedin_accounts_tenant_id_user_id_idx
    ON lad_data.social_linkedin_accounts (tenant_id, user_id) WHERE user_id IS NOT NULL;

CREATE TRIGGER social_linkedin_accounts_write_sync_account
    BEFORE INSERT OR UPDATE ON lad_data.social_linkedin_accounts
    FOR EACH ROW WHEN (NEW.provider = 'unipile')
    EXECUTE FUNCTION lad.sync_columns('unipile_account_id', 'provider_account_id');

GRANT SELECT (
    id, tenant_id, account_name, unipile_account_id, is_active, daily_action_limit,
    actions_today, last_reset_date, created_at, updated_at, user_id, provider,
    provider_account_id, token_expires_at, status, last_verified_at, default_daily_limit,
    default_hourly_limit, metadata, is_deleted, deleted_at, default_weekly_limit,
    detected_weekly_limit
) ON lad_data.social_linkedin_accounts TO lad_app;
GRANT INSERT, UPDATE, DELETE ON lad_data.social_linkedin_accounts TO lad_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.social_linkedin_accounts TO lad_service;

COMMENT ON TABLE lad_data.social_linkedin_accounts IS
    'LinkedIn accounts a tenant acts from, connected through a provider.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.account_name IS 'Name shown for the account.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.unipile_account_id IS
    'Identifier of the account at Unipile. Kept equal to provider_account_id where provider is '
    'unipile.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.session_cookies IS
    'Cookies of a signed-in session. Secret: not readable by the application.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.is_active IS
    'False when nothing must be done from the account.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.daily_action_limit IS
    'Actions allowed per day.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.actions_today IS
    'Actions taken on last_reset_date.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.last_reset_date IS
    'Day actions_today counts for.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.user_id IS 'Member whose account it is.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.provider IS
    'Service that connects the account, such as unipile.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.provider_account_id IS
    'Identifier of the account at that service.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.access_token IS
    'Token for calls in the account''s name. Secret: not readable by the application.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.refresh_token IS
    'Token that renews the access token. Secret: not readable by the application.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.token_expires_at IS
    'When the access token stops working.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.status IS
    'State of the connection, such as active.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.last_verified_at IS
    'When the connection was last seen to work.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.default_daily_limit IS
    'Connection requests a campaign may send per day, unless it says otherwise.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.default_hourly_limit IS
    'Connection requests a campaign may send per hour, unless it says otherwise.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.metadata IS
    'Anything else the application keeps with the account.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.is_deleted IS
    'True when the row is soft-deleted. Kept equal to deleted_at.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.deleted_at IS
    'When the row was soft-deleted; NULL while it is live. Kept equal to is_deleted.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.default_weekly_limit IS
    'Connection requests allowed per week.';
COMMENT ON COLUMN lad_data.social_linkedin_accounts.detected_weekly_limit IS
    'Weekly limit found out by watching refusals.';

CREATE TABLE lad_data.campaign_linkedin_accounts (
    id                   uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id            uuid NOT NULL DEFAULT lad.current_tenant_id(),
    campaign_id          uuid NOT NULL,
    linkedin_account_id  uuid NOT NULL,
    status               varchar(30) DEFAULT 'active',
    daily_requests_limit int,
    daily_requests_used  int DEFAULT 0,
    last_reset_date      date,
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),
    daily_limit          int,
    hourly_limit         int,
    actions_today        int DEFAULT 0,
    is_primary           boolean DEFAULT true,
    priority             int DEFAULT 0,
    metadata             jsonb DEFAULT '{}',
    is_deleted           boolean NOT NULL DEFAULT false,
    deleted_at           timestamptz,
    CONSTRAINT campaign_linkedin_accounts_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT campaign_linkedin_accounts_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT campaign_linkedin_accounts_campaign_id_fkey FOREIGN KEY (tenant_id, campaign_id)
        REFERENCES lad_data.campaigns (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT campaign_linkedin_accounts_linkedin_account_id_fkey
        FOREIGN KEY (tenant_id, linkedin_account_id)
        REFERENCES lad_data.social_linkedin_accounts (tenant_id, id),
    CONSTRAINT campaign_linkedin_accounts_daily_requests_limit_check
        CHECK (daily_requests_limit >= 0),
    CONSTRAINT campaign_linkedin_accounts_daily_requests_used_check
        CHECK (daily_requests_used >= 0),
    CONSTRAINT campaign_linkedin_accounts_daily_limit_check CHECK (daily_limit >= 0),
    CONSTRAINT campaign_linkedin_accounts_hourly_limit_check CHECK (hourly_limit >= 0),
    CONSTRAINT campaign_linkedin_accounts_actions_today_check CHECK (actions_today >= 0)
);

CREATE INDEX campaign_linkedin_accounts_tenant_id_campaign_id_idx
    ON lad_data.campaign_linkedin_accounts (tenant_id, campaign_id);
CREATE INDEX campaign_linkedin_accounts_tenant_id_linkedin_account_id_idx
    ON lad_data.campaign_linkedin_accounts (tenant_id, linkedin_account_id);

CREATE TRIGGER campaign_linkedin_accounts_write_sync_limit
    BEFORE INSERT OR UPDATE ON lad_data.campaign_linkedin_accounts
    FOR EACH ROW EXECUTE FUNCTION lad.sync_columns('daily_requests_limit', 'daily_limit');

CREATE TRIGGER campaign_linkedin_accounts_write_sync_used
    BEFORE INSERT OR UPDATE ON lad_data.campaign_linkedin_accounts
    FOR EACH ROW EXECUTE FUNCTION lad.sync_columns('daily_requests_used', 'actions_today', '0');

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.campaign_linkedin_accounts TO lad_app, lad_service;

COMMENT ON TABLE lad_data.campaign_linkedin_accounts IS
    'Which LinkedIn accounts a campaign acts from, and how much it may do from each.';
COMMENT ON COLUMN lad_data.campaign_linkedin_accounts.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.campaign_linkedin_accounts.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.campaign_linkedin_accounts.campaign_id IS
    'Campaign that uses the account.';
COMMENT ON COLUMN lad_data.campaign_linkedin_accounts.linkedin_account_id IS
    'Account that is used.';
COMMENT ON COLUMN lad_data.campaign_linkedin_accounts.status IS
    'State of the use, such as active or paused.';
COMMENT ON COLUMN lad_data.campaign_linkedin_accounts.daily_requests_limit IS
    'Connection requests allowed per day. Kept equal to daily_limit.';
COMMENT ON COLUMN lad_data.campaign_linkedin_accounts.daily_requests_used IS
    'Connection requests sent on last_reset_date. Kept equal to actions_today.';
COMMENT ON COLUMN lad_data.campaign_linkedin_accounts.last_reset_date IS
    'Day the counters count for.';
COMMENT ON COLUMN lad_data.campaign_linkedin_accounts.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.campaign_linkedin_accounts.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.campaign_linkedin_accounts.daily_limit IS
    'Connection requests allowed per day, in the application''s other spelling.';
COMMENT ON COLUMN lad_data.campaign_linkedin_accounts.hourly_limit IS
    'Connection requests allowed per hour.';
COMMENT ON COLUMN lad_data.campaign_linkedin_accounts.actions_today IS
    'Connection requests sent on last_reset_date, in the application''s other spelling.';
COMMENT ON COLUMN lad_data.campaign_linkedin_accounts.is_primary IS
    'True when the campaign prefers this account.';
COMMENT ON COLUMN lad_data.campaign_linkedin_accounts.priority IS
    'Order of use: lower numbers first.';
COMMENT ON COLUMN lad_data.campaign_linkedin_accounts.metadata IS
    'Anything else the application keeps with the use.';
COMMENT ON COLUMN lad_data.campaign_linkedin_accounts.is_deleted IS
    'True when the row is soft-deleted. Kept equal to deleted_at.';
COMMENT ON COLUMN lad_data.campaign_linkedin_accounts.deleted_at IS
    'When the row was soft-deleted; NULL while it is live. Kept equal to is_deleted.';
