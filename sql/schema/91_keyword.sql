-- Keyword expansion: a tenant's own vocabulary, and the lexicons that were loaded for everyone.

CREATE TABLE lad_data.keyword_terms (
    id                   uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id            uuid NOT NULL DEFAULT lad.current_tenant_id(),
    term                 varchar(255) NOT NULL,
    normalized_term      varchar(1024) NOT NULL,
    expansion            varchar(255) NOT NULL,
    normalized_expansion varchar(1024) NOT NULL,
    relation             varchar(20) NOT NULL DEFAULT 'synonym',
    context              varchar(20) NOT NULL DEFAULT 'general',
    weight               numeric(20,6) NOT NULL DEFAULT 1,
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT keyword_terms_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT keyword_terms_tenant_id_normalized_term_expansion_context_key
        UNIQUE (tenant_id, normalized_term, normalized_expansion, context),
    CONSTRAINT keyword_terms_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id) ON DELETE CASCADE,
    CONSTRAINT keyword_terms_term_check CHECK (normalized_term <> '' AND normalized_expansion <> ''),
    CONSTRAINT keyword_terms_relation_check
        CHECK (relation IN ('synonym', 'abbreviation', 'spelling', 'narrower', 'broader',
            'sibling', 'related')),
    CONSTRAINT keyword_terms_context_check
        CHECK (context IN ('general', 'title', 'industry', 'technology')),
    CONSTRAINT keyword_terms_weight_check CHECK (weight > 0 AND weight <= 1 AND weight <> 'NaN')
);

GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.keyword_terms TO lad_app, lad_service;

COMMENT ON TABLE lad_data.keyword_terms IS
    'A tenant''s own vocabulary: what lad.expand_keyword adds for that tenant. Written by lad.add_term.';
COMMENT ON COLUMN lad_data.keyword_terms.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.keyword_terms.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.keyword_terms.term IS 'Keyword, as it was written.';
COMMENT ON COLUMN lad_data.keyword_terms.normalized_term IS
    'Keyword as lad.normalize_keyword gives it; it is found by that.';
COMMENT ON COLUMN lad_data.keyword_terms.expansion IS 'What the keyword stands for.';
COMMENT ON COLUMN lad_data.keyword_terms.normalized_expansion IS
    'The expansion as lad.normalize_keyword gives it.';
COMMENT ON COLUMN lad_data.keyword_terms.relation IS
    'What the expansion is to the keyword: synonym, abbreviation, spelling, narrower, broader, '
    'sibling or related.';
COMMENT ON COLUMN lad_data.keyword_terms.context IS
    'Where it holds: title, industry, technology, or general for everywhere.';
COMMENT ON COLUMN lad_data.keyword_terms.weight IS 'How sure it is, 0.001 to 1.';
COMMENT ON COLUMN lad_data.keyword_terms.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.keyword_terms.updated_at IS
    'When the row was last changed; kept by a trigger.';

CREATE TABLE lad_data.keyword_lexicons (
    id        uuid NOT NULL DEFAULT gen_random_uuid(),
    name      varchar(63) NOT NULL,
    format    varchar(20) NOT NULL,
    version   int NOT NULL DEFAULT 1,
    terms     int NOT NULL,
    edges     int NOT NULL,
    bytes     bigint NOT NULL,
    rejected  bigint NOT NULL DEFAULT 0,
    sha256    varchar(64) NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT keyword_lexicons_pkey PRIMARY KEY (id),
    CONSTRAINT keyword_lexicons_name_key UNIQUE (name),
    CONSTRAINT keyword_lexicons_name_check CHECK (name ~ '^[a-z][a-z0-9_-]*$'),
    CONSTRAINT keyword_lexicons_version_check CHECK (version > 0),
    CONSTRAINT keyword_lexicons_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$')
);

COMMENT ON TABLE lad_data.keyword_lexicons IS
    'The lexicons that lad.load_lexicon has loaded for all tenants. Only the extension reads and '
    'writes it; lad.lexicons() shows it.';
COMMENT ON COLUMN lad_data.keyword_lexicons.id IS 'Identifier of the lexicon.';
COMMENT ON COLUMN lad_data.keyword_lexicons.name IS 'Name it was loaded under.';
COMMENT ON COLUMN lad_data.keyword_lexicons.format IS 'Format it was read from.';
COMMENT ON COLUMN lad_data.keyword_lexicons.version IS
    'Grows by one each time a lexicon of that name is loaded.';
COMMENT ON COLUMN lad_data.keyword_lexicons.terms IS 'Different terms in it.';
COMMENT ON COLUMN lad_data.keyword_lexicons.edges IS 'Expansions in it.';
COMMENT ON COLUMN lad_data.keyword_lexicons.bytes IS 'Size of its binary form.';
COMMENT ON COLUMN lad_data.keyword_lexicons.rejected IS 'Lines that could not be read.';
COMMENT ON COLUMN lad_data.keyword_lexicons.sha256 IS
    'SHA-256 of its binary form, in hexadecimal; the shared file bears it in its name.';
COMMENT ON COLUMN lad_data.keyword_lexicons.loaded_at IS 'When it was loaded.';

CREATE TABLE lad_data.keyword_lexicon_parts (
    id         uuid NOT NULL DEFAULT gen_random_uuid(),
    lexicon_id uuid NOT NULL,
    part       int NOT NULL,
    content    bytea NOT NULL,
    CONSTRAINT keyword_lexicon_parts_pkey PRIMARY KEY (id),
    CONSTRAINT keyword_lexicon_parts_lexicon_id_part_key UNIQUE (lexicon_id, part),
    CONSTRAINT keyword_lexicon_parts_lexicon_id_fkey FOREIGN KEY (lexicon_id)
        REFERENCES lad_data.keyword_lexicons (id) ON DELETE CASCADE,
    CONSTRAINT keyword_lexicon_parts_part_check CHECK (part >= 0)
);

COMMENT ON TABLE lad_data.keyword_lexicon_parts IS
    'The binary form of loaded lexicons, in parts that a dump can carry. The shared file of a '
    'lexicon is written from it wherever it is missing.';
COMMENT ON COLUMN lad_data.keyword_lexicon_parts.id IS 'Identifier of the part.';
COMMENT ON COLUMN lad_data.keyword_lexicon_parts.lexicon_id IS 'Lexicon the part belongs to.';
COMMENT ON COLUMN lad_data.keyword_lexicon_parts.part IS 'Place of the part, from 0.';
COMMENT ON COLUMN lad_data.keyword_lexicon_parts.content IS 'Bytes of the part.';
