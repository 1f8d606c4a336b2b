-- Billing, usage: prices, what was used, invoices and quotas.
--
-- The CHECKs of usage events are few, because PostgreSQL reads each one anew for each statement.
--
-- A price, or a rate between currencies, belongs to one tenant or (no tenant) to everyone; a
-- tenant's own comes first. Prices of one key never overlap in time.

CREATE TABLE lad_data.billing_pricing_catalog (
    id             uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id      uuid DEFAULT lad.current_tenant_id(),
    category       varchar(50) NOT NULL,
    provider       varchar(50) NOT NULL,
    model          varchar(255) NOT NULL,
    unit           varchar(30) NOT NULL,
    unit_price     numeric(20,10) NOT NULL,
    description    text,
    effective_from timestamptz NOT NULL DEFAULT now(),
    effective_to   timestamptz,
    is_active      boolean NOT NULL DEFAULT true,
    metadata       jsonb NOT NULL DEFAULT '{}',
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    currency       varchar(10) NOT NULL DEFAULT 'USD',
    CONSTRAINT billing_pricing_catalog_pkey PRIMARY KEY (id),
    CONSTRAINT billing_pricing_catalog_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id),
    CONSTRAINT billing_pricing_catalog_category_check
        CHECK (category IN ('enrichment', 'llm', 'stt', 'tts', 'telephony', 'vm_infrastructure')),
    CONSTRAINT billing_pricing_catalog_unit_check
        CHECK (unit IN ('record', 'token', 'second', 'minute', 'character', 'message')),
    CONSTRAINT billing_pricing_catalog_unit_price_check
        CHECK (unit_price >= 0 AND unit_price <> 'NaN'),
    CONSTRAINT billing_pricing_catalog_period_check CHECK (effective_to > effective_from),
    CONSTRAINT billing_pricing_catalog_period_excl
        EXCLUDE USING gist (
            coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'::uuid) WITH =,
            category WITH =,
            provider WITH =,
            model WITH =,
            unit WITH =,
            currency WITH =,
            tstzrange(effective_from, effective_to) WITH &&
        ) WHERE (is_active)
);

CREATE INDEX billing_pricing_catalog_lookup_idx
    ON lad_data.billing_pricing_catalog (tenant_id, category, provider, model);

CREATE POLICY billing_pricing_catalog_tenant ON lad_data.billing_pricing_catalog
    USING (tenant_id = lad.current_tenant_id()) WITH CHECK (tenant_id = lad.current_tenant_id());

CREATE POLICY billing_pricing_catalog_everyone ON lad_data.billing_pricing_catalog FOR SELECT
    USING (tenant_id IS NULL AND lad.current_tenant_id() IS NOT NULL);

GRANT SELECT ON lad_data.billing_pricing_catalog TO lad_app, lad_service;

COMMENT ON TABLE lad_data.billing_pricing_catalog IS
    'Prices of what is used, per unit; a tenant''s own price comes before the one for everyone.';
COMMENT ON COLUMN lad_data.billing_pricing_catalog.id IS 'Identifier of the price.';
COMMENT ON COLUMN lad_data.billing_pricing_catalog.tenant_id IS
    'Tenant the price is for; NULL for everyone.';
COMMENT ON COLUMN lad_data.billing_pricing_catalog.category IS
    'Kind of thing: enrichment, llm, stt, tts, telephony or vm_infrastructure.';
COMMENT ON COLUMN lad_data.billing_pricing_catalog.provider IS
    'Who provides it, such as openai, google, deepgram, twilio, apollo or lad.';
COMMENT ON COLUMN lad_data.billing_pricing_catalog.model IS
    'Which of the provider''s models or products; * for any.';
COMMENT ON COLUMN lad_data.billing_pricing_catalog.unit IS
    'What is counted: record, token, second, minute, character or message.';
COMMENT ON COLUMN lad_data.billing_pricing_catalog.unit_price IS
    'Price of one unit, of a package, or of a unit of the first tier, in units of currency, with '
    'up to ten decimals.';
COMMENT ON COLUMN lad_data.billing_pricing_catalog.description IS
    'What the price is for, in words.';
COMMENT ON COLUMN lad_data.billing_pricing_catalog.effective_from IS
    'When the price starts to count.';
COMMENT ON COLUMN lad_data.billing_pricing_catalog.effective_to IS
    'When the price stops to count; NULL for open.';
COMMENT ON COLUMN lad_data.billing_pricing_catalog.is_active IS
    'False when the price must not be used whatever its dates.';
COMMENT ON COLUMN lad_data.billing_pricing_catalog.metadata IS
    'Terms: model (per_unit, package, graduated, volume), package_size, tiers [{up_to, '
    'unit_price}], minimum_charge, free_quantity (of each item).';
COMMENT ON COLUMN lad_data.billing_pricing_catalog.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.billing_pricing_catalog.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.billing_pricing_catalog.currency IS
    'Currency of the price: CREDIT or an ISO 4217 code.';

CREATE TABLE lad_data.billing_exchange_rates (
    id             uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id      uuid DEFAULT lad.current_tenant_id(),
    from_currency  varchar(10) NOT NULL,
    to_currency    varchar(10) NOT NULL,
    rate           numeric(20,10) NOT NULL,
    effective_from timestamptz NOT NULL DEFAULT now(),
    effective_to   timestamptz,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT billing_exchange_rates_pkey PRIMARY KEY (id),
    CONSTRAINT billing_exchange_rates_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id),
    CONSTRAINT billing_exchange_rates_rate_check CHECK (rate > 0 AND rate <> 'NaN'),
    CONSTRAINT billing_exchange_rates_period_check CHECK (effective_to > effective_from),
    CONSTRAINT billing_exchange_rates_currencies_check CHECK (from_currency <> to_currency),
    CONSTRAINT billing_exchange_rates_period_excl
        EXCLUDE USING gist (
            coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'::uuid) WITH =,
            from_currency WITH =,
            to_currency WITH =,
            tstzrange(effective_from, effective_to) WITH &&
        )
);

CREATE INDEX billing_exchange_rates_lookup_idx
    ON lad_data.billing_exchange_rates (tenant_id, from_currency, to_currency);

CREATE POLICY billing_exchange_rates_tenant ON lad_data.billing_exchange_rates
    USING (tenant_id = lad.current_tenant_id()) WITH CHECK (tenant_id = lad.current_tenant_id());

CREATE POLICY billing_exchange_rates_everyone ON lad_data.billing_exchange_rates FOR SELECT
    USING (tenant_id IS NULL AND lad.current_tenant_id() IS NOT NULL);

GRANT SELECT ON lad_data.billing_exchange_rates TO lad_app, lad_service;

COMMENT ON TABLE lad_data.billing_exchange_rates IS
    'Rates between currencies; a tenant''s own rate comes before the one for everyone.';
COMMENT ON COLUMN lad_data.billing_exchange_rates.id IS 'Identifier of the rate.';
COMMENT ON COLUMN lad_data.billing_exchange_rates.tenant_id IS
    'Tenant the rate is for; NULL for everyone.';
COMMENT ON COLUMN lad_data.billing_exchange_rates.from_currency IS 'Currency that is converted.';
COMMENT ON COLUMN lad_data.billing_exchange_rates.to_currency IS 'Currency it is converted to.';
COMMENT ON COLUMN lad_data.billing_exchange_rates.rate IS
    'Units of to_currency for one unit of from_currency.';
COMMENT ON COLUMN lad_data.billing_exchange_rates.effective_from IS
    'When the rate starts to count.';
COMMENT ON COLUMN lad_data.billing_exchange_rates.effective_to IS
    'When the rate stops to count; NULL for open.';
COMMENT ON COLUMN lad_data.billing_exchange_rates.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.billing_exchange_rates.updated_at IS
    'When the row was last changed; kept by a trigger.';

CREATE TABLE lad_data.billing_invoices (
    id             uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id      uuid NOT NULL DEFAULT lad.current_tenant_id(),
    invoice_number varchar(50) NOT NULL,
    status         varchar(20) NOT NULL DEFAULT 'draft',
    subtotal       numeric(20,6) NOT NULL,
    tax            numeric(20,6) NOT NULL DEFAULT 0,
    total          numeric(20,6) NOT NULL,
    currency       varchar(10) NOT NULL DEFAULT 'USD',
    period_start   timestamptz NOT NULL,
    period_end     timestamptz NOT NULL,
    paid_at        timestamptz,
    payment_method varchar(50),
    due_at         timestamptz,
    line_items     jsonb DEFAULT '[]',
    metadata       jsonb DEFAULT '{}',
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    taxes          jsonb NOT NULL DEFAULT '[]',
    drafted_at     timestamptz,
    finalized_at   timestamptz,
    voided_at      timestamptz,
    void_reason    text,
    payment_transaction_id uuid,
    CONSTRAINT billing_invoices_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT billing_invoices_tenant_id_invoice_number_key UNIQUE (tenant_id, invoice_number),
    CONSTRAINT billing_invoices_period_excl
        EXCLUDE USING gist (
            tenant_id WITH =,
            currency WITH =,
            tstzrange(period_start, period_end) WITH &&
        ) WHERE (status <> 'voided'),
    CONSTRAINT billing_invoices_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id),
    CONSTRAINT billing_invoices_payment_transaction_id_fkey
        FOREIGN KEY (tenant_id, payment_transaction_id)
        REFERENCES lad_data.billing_ledger_transactions (tenant_id, id),
    CONSTRAINT billing_invoices_status_check
        CHECK (status IN ('draft', 'pending', 'paid', 'voided', 'overdue')),
    CONSTRAINT billing_invoices_subtotal_check CHECK (subtotal >= 0 AND subtotal <> 'NaN'),
    CONSTRAINT billing_invoices_tax_check CHECK (tax >= 0 AND tax <> 'NaN'),
    CONSTRAINT billing_invoices_total_check CHECK (total <> 'NaN'),
    CONSTRAINT billing_invoices_sum_check CHECK (total = subtotal + tax),
    CONSTRAINT billing_invoices_period_check CHECK (period_end > period_start)
);

CREATE INDEX billing_invoices_tenant_id_period_start_idx
    ON lad_data.billing_invoices (tenant_id, period_start);
CREATE UNIQUE INDEX billing_invoices_tenant_id_payment_transaction_id_key
    ON lad_data.billing_invoices (tenant_id, payment_transaction_id)
    WHERE payment_transaction_id IS NOT NULL;

CREATE TRIGGER billing_invoices_write_guard
    BEFORE INSERT OR UPDATE OR DELETE ON lad_data.billing_invoices
    FOR EACH ROW EXECUTE FUNCTION lad.guard_invoice();

CREATE TRIGGER billing_invoices_truncate_guard
    BEFORE TRUNCATE ON lad_data.billing_invoices
    FOR EACH STATEMENT EXECUTE FUNCTION lad.guard_invoice();

GRANT SELECT ON lad_data.billing_invoices TO lad_app, lad_service;

COMMENT ON TABLE lad_data.billing_invoices IS
    'Invoices of a tenant, numbered without gaps. Written by functions alone; once finalised only '
    'its state moves.';
COMMENT ON COLUMN lad_data.billing_invoices.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.billing_invoices.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.billing_invoices.invoice_number IS
    'Number of the invoice, such as INV-000042; a draft has DRAFT- and its identifier.';
COMMENT ON COLUMN lad_data.billing_invoices.status IS
    'State: draft, pending, paid, voided or overdue.';
COMMENT ON COLUMN lad_data.billing_invoices.subtotal IS 'Sum of the lines, in units of currency.';
COMMENT ON COLUMN lad_data.billing_invoices.tax IS 'Tax on the subtotal.';
COMMENT ON COLUMN lad_data.billing_invoices.total IS 'Subtotal and tax.';
COMMENT ON COLUMN lad_data.billing_invoices.currency IS 'Currency of the invoice.';
COMMENT ON COLUMN lad_data.billing_invoices.period_start IS 'Start of the period, included.';
COMMENT ON COLUMN lad_data.billing_invoices.period_end IS 'End of the period, excluded.';
COMMENT ON COLUMN lad_data.billing_invoices.paid_at IS 'When it was paid.';
COMMENT ON COLUMN lad_data.billing_invoices.payment_method IS 'How it was paid, such as card.';
COMMENT ON COLUMN lad_data.billing_invoices.due_at IS 'When it must be paid.';
COMMENT ON COLUMN lad_data.billing_invoices.line_items IS
    'Lines of the invoice: an array of kind (usage, overage, correction, refund, credit), '
    'feature_key, category, provider, model, unit, quantity, unit_price, exact and amount.';
COMMENT ON COLUMN lad_data.billing_invoices.metadata IS
    'buyer, issuer and note of the document, and anything else kept with the invoice.';
COMMENT ON COLUMN lad_data.billing_invoices.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.billing_invoices.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.billing_invoices.taxes IS
    'Taxes: an array of name, rate (a fraction of the subtotal) and amount.';
COMMENT ON COLUMN lad_data.billing_invoices.drafted_at IS
    'When the draft was made: it is about what was charged until then.';
COMMENT ON COLUMN lad_data.billing_invoices.finalized_at IS
    'When it got its number and stopped changing; NULL for a draft.';
COMMENT ON COLUMN lad_data.billing_invoices.voided_at IS 'When it was voided.';
COMMENT ON COLUMN lad_data.billing_invoices.void_reason IS 'Why it was voided.';
COMMENT ON COLUMN lad_data.billing_invoices.payment_transaction_id IS
    'Movement of the ledger that paid it; it pays no other invoice.';

CREATE TABLE lad_data.billing_usage_events (
    id                    uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id             uuid NOT NULL DEFAULT lad.current_tenant_id(),
    user_id               uuid,
    feature_key           varchar(100) NOT NULL,
    usage_items           jsonb NOT NULL,
    total_quantity        numeric(20,6) NOT NULL,
    total_cost            numeric(20,6) NOT NULL,
    currency              varchar(10) NOT NULL DEFAULT 'USD',
    status                varchar(20) NOT NULL DEFAULT 'pending',
    ledger_transaction_id uuid,
    charged_at            timestamptz,
    idempotency_key       varchar(255) NOT NULL,
    external_reference_id varchar(255),
    error_message         text,
    retry_count           int NOT NULL DEFAULT 0,
    metadata              jsonb DEFAULT '{}',
    created_at            timestamptz NOT NULL DEFAULT now(),
    updated_at            timestamptz NOT NULL DEFAULT now(),
    occurred_at           timestamptz NOT NULL DEFAULT now(),
    invoice_id            uuid,
    attempted_at          timestamptz,
    archived_transaction_id uuid,
    CONSTRAINT billing_usage_events_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT billing_usage_events_tenant_id_idempotency_key_key
        UNIQUE (tenant_id, idempotency_key),
    CONSTRAINT billing_usage_events_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id),
    CONSTRAINT billing_usage_events_user_id_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT billing_usage_events_ledger_transaction_id_fkey
        FOREIGN KEY (tenant_id, ledger_transaction_id)
        REFERENCES lad_data.billing_ledger_transactions (tenant_id, id)
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT billing_usage_events_invoice_id_fkey FOREIGN KEY (tenant_id, invoice_id)
        REFERENCES lad_data.billing_invoices (tenant_id, id),
    CONSTRAINT billing_usage_events_feature_key_check
        CHECK (feature_key ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT billing_usage_events_numbers_check
        CHECK (least(total_quantity, total_cost, retry_count) >= 0
            AND total_quantity + total_cost <> 'NaN'),
    CONSTRAINT billing_usage_events_status_check
        CHECK (status IN ('pending', 'charged', 'voided', 'failed'))
);

CREATE INDEX billing_usage_events_feature_key_status_created_at_idx
    ON lad_data.billing_usage_events (tenant_id, feature_key, status, created_at);
CREATE INDEX billing_usage_events_unsettled_idx
    ON lad_data.billing_usage_events (tenant_id, created_at)
    WHERE status IN ('pending', 'failed');
CREATE INDEX billing_usage_events_tenant_id_user_id_idx
    ON lad_data.billing_usage_events (tenant_id, user_id) WHERE user_id IS NOT NULL;
CREATE INDEX billing_usage_events_tenant_id_ledger_transaction_id_idx
    ON lad_data.billing_usage_events (tenant_id, ledger_transaction_id)
    WHERE ledger_transaction_id IS NOT NULL;
CREATE INDEX billing_usage_events_tenant_id_invoice_id_occurred_at_idx
    ON lad_data.billing_usage_events (tenant_id, invoice_id, occurred_at);
CREATE INDEX billing_usage_events_tenant_id_archived_transaction_id_idx
    ON lad_data.billing_usage_events (tenant_id, archived_transaction_id)
    WHERE archived_transaction_id IS NOT NULL;
CREATE INDEX billing_usage_events_tenant_id_occurred_at_idx
    ON lad_data.billing_usage_events (tenant_id, occurred_at);

CREATE TRIGGER billing_usage_events_update_keep_invoiced
    BEFORE UPDATE ON lad_data.billing_usage_events
    FOR EACH ROW WHEN (OLD.invoice_id IS NOT NULL)
    EXECUTE FUNCTION lad.keep_invoiced();
CREATE TRIGGER billing_usage_events_delete_keep_invoiced
    BEFORE DELETE ON lad_data.billing_usage_events
    FOR EACH ROW WHEN (OLD.invoice_id IS NOT NULL)
    EXECUTE FUNCTION lad.keep_invoiced();

-- What is charged or voided is part of the books, whoever writes.
CREATE TRIGGER billing_usage_events_update_guard
    BEFORE UPDATE ON lad_data.billing_usage_events
    FOR EACH ROW WHEN (OLD.status IN ('charged', 'voided'))
    EXECUTE FUNCTION lad.guard_usage_event();

CREATE TRIGGER billing_usage_events_delete_guard
    BEFORE DELETE ON lad_data.billing_usage_events
    FOR EACH ROW WHEN (OLD.status IN ('charged', 'voided'))
    EXECUTE FUNCTION lad.guard_usage_event();

GRANT SELECT ON lad_data.billing_usage_events TO lad_app, lad_service;

COMMENT ON TABLE lad_data.billing_usage_events IS
    'What was used, priced, and charged once through the ledger.';
COMMENT ON COLUMN lad_data.billing_usage_events.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.billing_usage_events.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.billing_usage_events.user_id IS
    'Member who used it; NULL for a machine.';
COMMENT ON COLUMN lad_data.billing_usage_events.feature_key IS
    'Feature that was used, such as voice-agent or apollo-leads.';
COMMENT ON COLUMN lad_data.billing_usage_events.usage_items IS
    'Components: an array of category, provider, model, unit, quantity, and once priced '
    'unit_price, cost, price_id and the terms and exchange rate that were used.';
COMMENT ON COLUMN lad_data.billing_usage_events.total_quantity IS
    'Units used that count against the quota.';
COMMENT ON COLUMN lad_data.billing_usage_events.total_cost IS
    'Sum of the costs of the components, each rounded to six decimals.';
COMMENT ON COLUMN lad_data.billing_usage_events.currency IS 'Currency of total_cost.';
COMMENT ON COLUMN lad_data.billing_usage_events.status IS
    'State: pending, charged, voided or failed.';
COMMENT ON COLUMN lad_data.billing_usage_events.ledger_transaction_id IS
    'Ledger row that charged the event; NULL while uncharged or when it was free.';
COMMENT ON COLUMN lad_data.billing_usage_events.charged_at IS 'When the event was charged.';
COMMENT ON COLUMN lad_data.billing_usage_events.idempotency_key IS
    'Key of the use; recorded once per tenant, for ever.';
COMMENT ON COLUMN lad_data.billing_usage_events.external_reference_id IS
    'Identifier of the use outside the database.';
COMMENT ON COLUMN lad_data.billing_usage_events.error_message IS 'Why charging failed.';
COMMENT ON COLUMN lad_data.billing_usage_events.retry_count IS
    'How often charging was tried again.';
COMMENT ON COLUMN lad_data.billing_usage_events.metadata IS 'Anything else kept with the event.';
COMMENT ON COLUMN lad_data.billing_usage_events.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.billing_usage_events.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.billing_usage_events.occurred_at IS
    'When the use took place; decides price, quota window and invoice.';
COMMENT ON COLUMN lad_data.billing_usage_events.archived_transaction_id IS
    'Row of billing_ledger_archive that charged the event, in place of ledger_transaction_id.';
COMMENT ON COLUMN lad_data.billing_usage_events.invoice_id IS
    'Finalised invoice the event is on; NULL while not invoiced.';
COMMENT ON COLUMN lad_data.billing_usage_events.attempted_at IS
    'When settlement last failed to charge the event; NULL: not yet, it tries at once.';

CREATE TABLE lad_data.billing_feature_entitlements (
    id             uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id      uuid NOT NULL DEFAULT lad.current_tenant_id(),
    feature_key    varchar(100) NOT NULL,
    enabled        boolean NOT NULL DEFAULT true,
    monthly_quota  numeric(20,6),
    daily_quota    numeric(20,6),
    allow_overages boolean NOT NULL DEFAULT false,
    overage_rate   numeric(20,10),
    metadata       jsonb DEFAULT '{}',
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT billing_feature_entitlements_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT billing_feature_entitlements_tenant_id_feature_key_key
        UNIQUE (tenant_id, feature_key),
    CONSTRAINT billing_feature_entitlements_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id),
    CONSTRAINT billing_feature_entitlements_feature_key_check
        CHECK (feature_key ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT billing_feature_entitlements_monthly_quota_check
        CHECK (monthly_quota >= 0 AND monthly_quota <> 'NaN'),
    CONSTRAINT billing_feature_entitlements_daily_quota_check
        CHECK (daily_quota >= 0 AND daily_quota <> 'NaN'),
    CONSTRAINT billing_feature_entitlements_overage_rate_check
        CHECK (overage_rate >= 0 AND overage_rate <> 'NaN')
);

GRANT SELECT ON lad_data.billing_feature_entitlements TO lad_app, lad_service;

COMMENT ON TABLE lad_data.billing_feature_entitlements IS
    'Quotas of a tenant per feature, and what use beyond them costs.';
COMMENT ON COLUMN lad_data.billing_feature_entitlements.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.billing_feature_entitlements.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.billing_feature_entitlements.feature_key IS
    'Feature the quota is for, in kebab case.';
COMMENT ON COLUMN lad_data.billing_feature_entitlements.enabled IS
    'False when the feature may not be used at all.';
COMMENT ON COLUMN lad_data.billing_feature_entitlements.monthly_quota IS
    'Units per calendar month; NULL for no limit.';
COMMENT ON COLUMN lad_data.billing_feature_entitlements.daily_quota IS
    'Units per day; NULL for no limit.';
COMMENT ON COLUMN lad_data.billing_feature_entitlements.allow_overages IS
    'True when use beyond the quota is allowed and charged.';
COMMENT ON COLUMN lad_data.billing_feature_entitlements.overage_rate IS
    'Price of one unit beyond the quota.';
COMMENT ON COLUMN lad_data.billing_feature_entitlements.metadata IS
    'unit, which says what is counted, and other settings.';
COMMENT ON COLUMN lad_data.billing_feature_entitlements.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.billing_feature_entitlements.updated_at IS
    'When the row was last changed; kept by a trigger.';

INSERT INTO lad_data.billing_pricing_catalog
    (id, tenant_id, category, provider, model, unit, unit_price, currency,
     description, effective_from)
VALUES
    ('5eed0000-0000-4000-8000-000000000001', NULL,
        'stt', 'openai', 'whisper-1', 'second', 0.0001, 'USD', 'Speech to text',
        '2020-01-01 00:00:00+00'),
    ('5eed0000-0000-4000-8000-000000000002', NULL,
        'llm', 'openai', 'gpt-4', 'token', 0.00003, 'USD', 'Language model',
        '2020-01-01 00:00:00+00'),
    ('5eed0000-0000-4000-8000-000000000003', NULL,
        'llm', 'openai', 'gpt-3.5-turbo', 'token', 0.000002, 'USD', 'Language model',
        '2020-01-01 00:00:00+00'),
    ('5eed0000-0000-4000-8000-000000000004', NULL,
        'tts', 'openai', 'tts-1', 'character', 0.000015, 'USD', 'Text to speech',
        '2020-01-01 00:00:00+00'),
    ('5eed0000-0000-4000-8000-000000000005', NULL,
        'tts', 'openai', 'tts-1-hd', 'character', 0.00003, 'USD', 'Text to speech, high definition',
        '2020-01-01 00:00:00+00'),
    ('5eed0000-0000-4000-8000-000000000006', NULL,
        'telephony', 'twilio', 'voice', 'minute', 0.013, 'USD', 'Phone line',
        '2020-01-01 00:00:00+00'),
    ('5eed0000-0000-4000-8000-000000000007', NULL,
        'telephony', 'twilio', 'sms', 'message', 0.0075, 'USD', 'Text message',
        '2020-01-01 00:00:00+00'),
    ('5eed0000-0000-4000-8000-000000000008', NULL,
        'vm_infrastructure', 'runpod', '*', 'second', 0.0002, 'USD', 'Computing time',
        '2020-01-01 00:00:00+00'),
    ('5eed0000-0000-4000-8000-000000000009', NULL,
        'enrichment', 'apollo', 'contact', 'record', 0.02, 'USD', 'Contact found',
        '2020-01-01 00:00:00+00'),
    ('5eed0000-0000-4000-8000-000000000010', NULL,
        'enrichment', 'apollo', 'company', 'record', 0.05, 'USD', 'Company found',
        '2020-01-01 00:00:00+00'),
    ('5eed0000-0000-4000-8000-000000000011', NULL,
        'telephony', 'lad', 'voice', 'minute', 3, 'CREDIT', 'Started minute of a call',
        '2020-01-01 00:00:00+00'),
    ('5eed0000-0000-4000-8000-000000000012', NULL,
        'enrichment', 'apollo', 'search', 'record', 1, 'CREDIT', 'Search',
        '2020-01-01 00:00:00+00'),
    ('5eed0000-0000-4000-8000-000000000013', NULL,
        'enrichment', 'apollo', 'email-reveal', 'record', 2, 'CREDIT', 'Mail address and profile',
        '2020-01-01 00:00:00+00'),
    ('5eed0000-0000-4000-8000-000000000014', NULL,
        'enrichment', 'apollo', 'phone-reveal', 'record', 10, 'CREDIT', 'Phone number',
        '2020-01-01 00:00:00+00'),
    ('5eed0000-0000-4000-8000-000000000015', NULL,
        'enrichment', 'linkedin', 'connection', 'record', 1, 'CREDIT', 'Connection request',
        '2020-01-01 00:00:00+00'),
    ('5eed0000-0000-4000-8000-000000000016', NULL,
        'enrichment', 'linkedin', 'template-message', 'message', 5, 'CREDIT', 'Template message',
        '2020-01-01 00:00:00+00')
ON CONFLICT DO NOTHING;
