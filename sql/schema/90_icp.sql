-- Ideal customer profile: conversations of members with the assistant, the profiles that come of
-- them, and the cache of keyword expansions.
--
-- The application names the tenant organization_id here; tenant_id is the same value, and writing
-- either is enough.

CREATE TABLE lad_data.ai_conversations (
    id               uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id          uuid NOT NULL,
    organization_id  uuid NOT NULL DEFAULT lad.current_tenant_id(),
    title            varchar(255),
    status           varchar(20) NOT NULL DEFAULT 'active',
    icp_data         jsonb DEFAULT '{}',
    search_params    jsonb,
    search_triggered boolean DEFAULT false,
    metadata         jsonb DEFAULT '{}',
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    archived_at      timestamptz,
    tenant_id        uuid NOT NULL DEFAULT lad.current_tenant_id(),
    is_deleted       boolean NOT NULL DEFAULT false,
    deleted_at       timestamptz,
    CONSTRAINT ai_conversations_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT ai_conversations_user_id_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT ai_conversations_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT ai_conversations_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT ai_conversations_status_check CHECK (status IN ('active', 'completed', 'archived')),
    CONSTRAINT ai_conversations_organization_check
        CHECK (organization_id IS NOT DISTINCT FROM tenant_id)
);

CREATE INDEX ai_conversations_tenant_id_user_id_created_at_idx
    ON lad_data.ai_conversations (tenant_id, user_id, created_at DESC);
CREATE INDEX ai_conversations_organization_id_idx ON lad_data.ai_conversations (organization_id);
-- For lad.json_contains on either column.
CREATE INDEX ai_conversations_tenant_id_icp_data_metadata_idx
    ON lad_data.ai_conversations
    USING gin (tenant_id, icp_data jsonb_path_ops, metadata jsonb_path_ops);

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.ai_conversations TO lad_app, lad_service;

COMMENT ON TABLE lad_data.ai_conversations IS
    'Conversations in which a member describes the customers looked for.';
COMMENT ON COLUMN lad_data.ai_conversations.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.ai_conversations.user_id IS 'Member who talks with the assistant.';
COMMENT ON COLUMN lad_data.ai_conversations.organization_id IS
    'Tenant, in the application''s other spelling. Kept equal to tenant_id.';
COMMENT ON COLUMN lad_data.ai_conversations.title IS 'Title shown for the conversation.';
COMMENT ON COLUMN lad_data.ai_conversations.status IS
    'State: active, completed once its search was triggered, or archived.';
COMMENT ON COLUMN lad_data.ai_conversations.icp_data IS
    'What is known of the customer looked for; new facts are merged into it.';
COMMENT ON COLUMN lad_data.ai_conversations.search_params IS
    'Search derived from icp_data: keywords, industry, location, company_size and more.';
COMMENT ON COLUMN lad_data.ai_conversations.search_triggered IS 'True when the search was started.';
COMMENT ON COLUMN lad_data.ai_conversations.metadata IS
    'Anything else the application keeps with the conversation.';
COMMENT ON COLUMN lad_data.ai_conversations.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.ai_conversations.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.ai_conversations.archived_at IS 'When the conversation was archived.';
COMMENT ON COLUMN lad_data.ai_conversations.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.ai_conversations.is_deleted IS
    'True when the row is soft-deleted. Kept equal to deleted_at.';
COMMENT ON COLUMN lad_data.ai_conversations.deleted_at IS
    'When the row was soft-deleted; NULL while it is live. Kept equal to is_deleted.';

CREATE TABLE lad_data.ai_messages (
    id              uuid NOT NULL DEFAULT gen_random_uuid(),
    conversation_id uuid NOT NULL,
    role            varchar(20) NOT NULL DEFAULT 'user',
    content         text NOT NULL,
    message_data    jsonb DEFAULT '{}',
    tokens_used     int,
    model           varchar(100),
    created_at      timestamptz NOT NULL DEFAULT now(),
    tenant_id       uuid NOT NULL DEFAULT lad.current_tenant_id(),
    is_deleted      boolean NOT NULL DEFAULT false,
    deleted_at      timestamptz,
    CONSTRAINT ai_messages_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT ai_messages_conversation_id_fkey FOREIGN KEY (tenant_id, conversation_id)
        REFERENCES lad_data.ai_conversations (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT ai_messages_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT ai_messages_role_check CHECK (role IN ('user', 'assistant', 'system')),
    CONSTRAINT ai_messages_tokens_used_check CHECK (tokens_used >= 0)
);

CREATE INDEX ai_messages_tenant_id_conversation_id_created_at_idx
    ON lad_data.ai_messages (tenant_id, conversation_id, created_at);

CREATE TRIGGER ai_messages_insert_usage
    AFTER INSERT ON lad_data.ai_messages REFERENCING NEW TABLE AS new_messages
    FOR EACH STATEMENT EXECUTE FUNCTION lad.record_message_usage();

CREATE TRIGGER ai_messages_update_usage
    AFTER UPDATE ON lad_data.ai_messages REFERENCING NEW TABLE AS new_messages
    FOR EACH STATEMENT EXECUTE FUNCTION lad.record_message_usage();

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.ai_messages TO lad_app, lad_service;

COMMENT ON TABLE lad_data.ai_messages IS 'Messages of a conversation, in order of created_at.';
COMMENT ON COLUMN lad_data.ai_messages.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.ai_messages.conversation_id IS 'Conversation the message belongs to.';
COMMENT ON COLUMN lad_data.ai_messages.role IS 'Who speaks: user, assistant or system.';
COMMENT ON COLUMN lad_data.ai_messages.content IS 'Text of the message.';
COMMENT ON COLUMN lad_data.ai_messages.message_data IS 'Structured part of the message.';
COMMENT ON COLUMN lad_data.ai_messages.tokens_used IS 'Tokens the model used for the message; a trigger makes them a usage event.';
COMMENT ON COLUMN lad_data.ai_messages.model IS 'Model that wrote the message.';
COMMENT ON COLUMN lad_data.ai_messages.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.ai_messages.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.ai_messages.is_deleted IS
    'True when the row is soft-deleted. Kept equal to deleted_at.';
COMMENT ON COLUMN lad_data.ai_messages.deleted_at IS
    'When the row was soft-deleted; NULL while it is live. Kept equal to is_deleted.';

CREATE TABLE lad_data.ai_icp_profiles (
    id                     uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id                uuid NOT NULL,
    organization_id        uuid NOT NULL DEFAULT lad.current_tenant_id(),
    name                   varchar(255) NOT NULL,
    description            text,
    icp_data               jsonb DEFAULT '{}',
    search_params          jsonb,
    source_conversation_id uuid,
    is_active              boolean DEFAULT true,
    usage_count            int DEFAULT 0,
    last_used_at           timestamptz,
    created_at             timestamptz NOT NULL DEFAULT now(),
    updated_at             timestamptz NOT NULL DEFAULT now(),
    tenant_id              uuid NOT NULL DEFAULT lad.current_tenant_id(),
    is_deleted             boolean NOT NULL DEFAULT false,
    deleted_at             timestamptz,
    CONSTRAINT ai_icp_profiles_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT ai_icp_profiles_user_id_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT ai_icp_profiles_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT ai_icp_profiles_source_conversation_id_fkey
        FOREIGN KEY (tenant_id, source_conversation_id)
        REFERENCES lad_data.ai_conversations (tenant_id, id),
    CONSTRAINT ai_icp_profiles_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT ai_icp_profiles_usage_count_check CHECK (usage_count >= 0),
    CONSTRAINT ai_icp_profiles_organization_check
        CHECK (organization_id IS NOT DISTINCT FROM tenant_id)
);

CREATE INDEX ai_icp_profiles_tenant_id_user_id_idx ON lad_data.ai_icp_profiles (tenant_id, user_id);
CREATE INDEX ai_icp_profiles_organization_id_idx ON lad_data.ai_icp_profiles (organization_id);
-- For lad.json_contains.
CREATE INDEX ai_icp_profiles_tenant_id_icp_data_idx
    ON lad_data.ai_icp_profiles USING gin (tenant_id, icp_data jsonb_path_ops);
CREATE INDEX ai_icp_profiles_tenant_id_source_conversation_id_idx
    ON lad_data.ai_icp_profiles (tenant_id, source_conversation_id)
    WHERE source_conversation_id IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.ai_icp_profiles TO lad_app, lad_service;

COMMENT ON TABLE lad_data.ai_icp_profiles IS
    'Saved descriptions of customers, to search with again.';
COMMENT ON COLUMN lad_data.ai_icp_profiles.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.ai_icp_profiles.user_id IS 'Member who saved the profile.';
COMMENT ON COLUMN lad_data.ai_icp_profiles.organization_id IS
    'Tenant, in the application''s other spelling. Kept equal to tenant_id.';
COMMENT ON COLUMN lad_data.ai_icp_profiles.name IS 'Name of the profile.';
COMMENT ON COLUMN lad_data.ai_icp_profiles.description IS 'What the profile is for.';
COMMENT ON COLUMN lad_data.ai_icp_profiles.icp_data IS 'What is known of the customer looked for.';
COMMENT ON COLUMN lad_data.ai_icp_profiles.search_params IS 'Search derived from icp_data.';
COMMENT ON COLUMN lad_data.ai_icp_profiles.source_conversation_id IS
    'Conversation the profile came from.';
COMMENT ON COLUMN lad_data.ai_icp_profiles.is_active IS 'False when the profile is put aside.';
COMMENT ON COLUMN lad_data.ai_icp_profiles.usage_count IS
    'How often the profile was searched with.';
COMMENT ON COLUMN lad_data.ai_icp_profiles.last_used_at IS 'When it was last searched with.';
COMMENT ON COLUMN lad_data.ai_icp_profiles.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.ai_icp_profiles.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.ai_icp_profiles.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.ai_icp_profiles.is_deleted IS
    'True when the row is soft-deleted. Kept equal to deleted_at.';
COMMENT ON COLUMN lad_data.ai_icp_profiles.deleted_at IS
    'When the row was soft-deleted; NULL while it is live. Kept equal to is_deleted.';

CREATE TABLE lad_data.ai_keyword_expansions (
    id                 uuid NOT NULL DEFAULT gen_random_uuid(),
    original_keyword   varchar(255) NOT NULL,
    expanded_keywords  jsonb NOT NULL DEFAULT '[]',
    context            varchar(50) NOT NULL DEFAULT 'general',
    model              varchar(100),
    organization_id    uuid DEFAULT lad.current_tenant_id(),
    usage_count        int DEFAULT 0,
    last_used_at       timestamptz,
    created_at         timestamptz NOT NULL DEFAULT now(),
    tenant_id          uuid DEFAULT lad.current_tenant_id(),
    is_deleted         boolean NOT NULL DEFAULT false,
    deleted_at         timestamptz,
    normalized_keyword varchar(255),
    prompt_version     varchar(100) NOT NULL DEFAULT '',
    expires_at         timestamptz,
    rejected           jsonb,
    CONSTRAINT ai_keyword_expansions_pkey PRIMARY KEY (id),
    CONSTRAINT ai_keyword_expansions_tenant_id_original_keyword_context_key
        UNIQUE NULLS NOT DISTINCT (tenant_id, original_keyword, context),
    CONSTRAINT ai_keyword_expansions_organization_id_keyword_context_key
        UNIQUE NULLS NOT DISTINCT (organization_id, original_keyword, context),
    CONSTRAINT ai_keyword_expansions_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT ai_keyword_expansions_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT ai_keyword_expansions_context_check
        CHECK (context IN ('general', 'title', 'industry', 'technology')),
    CONSTRAINT ai_keyword_expansions_usage_count_check CHECK (usage_count >= 0),
    CONSTRAINT ai_keyword_expansions_organization_check
        CHECK (organization_id IS NOT DISTINCT FROM tenant_id)
);

-- Of one tenant, of everyone, or of all tenants: each is one range.
CREATE INDEX ai_keyword_expansions_normalized_idx
    ON lad_data.ai_keyword_expansions (normalized_keyword, context, tenant_id);
CREATE INDEX ai_keyword_expansions_expires_at_idx
    ON lad_data.ai_keyword_expansions (expires_at);

CREATE TRIGGER ai_keyword_expansions_write_normalized
    BEFORE INSERT OR UPDATE OF original_keyword, normalized_keyword ON lad_data.ai_keyword_expansions
    FOR EACH ROW EXECUTE FUNCTION lad.normalize_expansion();

CREATE POLICY ai_keyword_expansions_tenant ON lad_data.ai_keyword_expansions
    USING (tenant_id = lad.current_tenant_id()) WITH CHECK (tenant_id = lad.current_tenant_id());

CREATE POLICY ai_keyword_expansions_everyone ON lad_data.ai_keyword_expansions FOR SELECT
    USING (tenant_id IS NULL AND lad.current_tenant_id() IS NOT NULL);

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.ai_keyword_expansions TO lad_app, lad_service;

COMMENT ON TABLE lad_data.ai_keyword_expansions IS
    'Expansions of keywords that a model produced, kept per tenant or (no tenant) for everyone.';
COMMENT ON COLUMN lad_data.ai_keyword_expansions.id IS 'Identifier of the expansion.';
COMMENT ON COLUMN lad_data.ai_keyword_expansions.original_keyword IS
    'Keyword in lower case without outer spaces.';
COMMENT ON COLUMN lad_data.ai_keyword_expansions.expanded_keywords IS
    'Terms the keyword stands for, as an array of text.';
COMMENT ON COLUMN lad_data.ai_keyword_expansions.context IS
    'What the keyword is about: general, title, industry or technology.';
COMMENT ON COLUMN lad_data.ai_keyword_expansions.model IS 'Model that produced the terms.';
COMMENT ON COLUMN lad_data.ai_keyword_expansions.organization_id IS
    'Tenant, in the application''s other spelling. Kept equal to tenant_id.';
COMMENT ON COLUMN lad_data.ai_keyword_expansions.usage_count IS 'How often the expansion was used.';
COMMENT ON COLUMN lad_data.ai_keyword_expansions.last_used_at IS 'When it was last used.';
COMMENT ON COLUMN lad_data.ai_keyword_expansions.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.ai_keyword_expansions.tenant_id IS
    'Tenant the expansion belongs to; NULL for everyone.';
COMMENT ON COLUMN lad_data.ai_keyword_expansions.is_deleted IS
    'True when the row is soft-deleted. Kept equal to deleted_at.';
COMMENT ON COLUMN lad_data.ai_keyword_expansions.deleted_at IS
    'When the row was soft-deleted; NULL while it is live. Kept equal to is_deleted.';
COMMENT ON COLUMN lad_data.ai_keyword_expansions.normalized_keyword IS
    'Keyword as the cache compares it: folded, without punctuation.';
COMMENT ON COLUMN lad_data.ai_keyword_expansions.prompt_version IS
    'Version of the prompt that produced the terms.';
COMMENT ON COLUMN lad_data.ai_keyword_expansions.expires_at IS
    'When the terms count as stale; NULL for never.';
COMMENT ON COLUMN lad_data.ai_keyword_expansions.rejected IS
    'Terms of the model that were refused, with the reason.';

CREATE TABLE lad_data.ai_keyword_claims (
    id                 uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id          uuid NOT NULL DEFAULT lad.current_tenant_id(),
    normalized_keyword varchar(255) NOT NULL,
    context            varchar(50) NOT NULL DEFAULT 'general',
    original_keyword   varchar(255) NOT NULL,
    prompt_version     varchar(100) NOT NULL DEFAULT '',
    claim              uuid,
    lease              interval NOT NULL DEFAULT '30 s',
    lease_until        timestamptz,
    failure_count      int NOT NULL DEFAULT 0,
    error_class        varchar(50),
    retry_at           timestamptz,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ai_keyword_claims_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT ai_keyword_claims_tenant_id_normalized_keyword_context_key
        UNIQUE (tenant_id, normalized_keyword, context),
    CONSTRAINT ai_keyword_claims_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT ai_keyword_claims_context_check
        CHECK (context IN ('general', 'title', 'industry', 'technology')),
    CONSTRAINT ai_keyword_claims_failure_count_check CHECK (failure_count >= 0)
);

CREATE INDEX ai_keyword_claims_tenant_id_claim_idx
    ON lad_data.ai_keyword_claims (tenant_id, claim)
    WHERE claim IS NOT NULL;

GRANT SELECT ON lad_data.ai_keyword_claims TO lad_app, lad_service;

COMMENT ON TABLE lad_data.ai_keyword_claims IS
    'Who is producing an expansion right now, and what failed lately; one row per keyword.';
COMMENT ON COLUMN lad_data.ai_keyword_claims.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.ai_keyword_claims.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.ai_keyword_claims.normalized_keyword IS
    'Keyword as the cache compares it.';
COMMENT ON COLUMN lad_data.ai_keyword_claims.context IS
    'What the keyword is about: general, title, industry or technology.';
COMMENT ON COLUMN lad_data.ai_keyword_claims.original_keyword IS
    'Keyword as the last claimant wrote it, in lower case without outer spaces.';
COMMENT ON COLUMN lad_data.ai_keyword_claims.prompt_version IS 'Version of the prompt in use.';
COMMENT ON COLUMN lad_data.ai_keyword_claims.claim IS
    'Token of the caller who produces the terms; NULL when nobody does.';
COMMENT ON COLUMN lad_data.ai_keyword_claims.lease IS
    'How long the claim holds without being renewed.';
COMMENT ON COLUMN lad_data.ai_keyword_claims.lease_until IS
    'When the claim passes to the next caller.';
COMMENT ON COLUMN lad_data.ai_keyword_claims.failure_count IS 'Failures in a row.';
COMMENT ON COLUMN lad_data.ai_keyword_claims.error_class IS 'Kind of the last failure.';
COMMENT ON COLUMN lad_data.ai_keyword_claims.retry_at IS
    'When the next try is allowed after a failure.';
COMMENT ON COLUMN lad_data.ai_keyword_claims.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.ai_keyword_claims.updated_at IS
    'When the row was last changed; kept by a trigger.';
