-- Credits, the older way of billing: a balance per member. Kept for its history; wallets and the
-- ledger have taken its place.

CREATE TABLE lad_data.user_credits (
    id               uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id          uuid NOT NULL,
    tenant_id        uuid NOT NULL DEFAULT lad.current_tenant_id(),
    balance          numeric(20,6) DEFAULT 0,
    monthly_usage    numeric(20,6) DEFAULT 0,
    last_usage_reset timestamptz DEFAULT now(),
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_credits_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT user_credits_user_id_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT user_credits_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id),
    CONSTRAINT user_credits_balance_check CHECK (balance <> 'NaN'),
    CONSTRAINT user_credits_monthly_usage_check
        CHECK (monthly_usage >= 0 AND monthly_usage <> 'NaN')
);

CREATE INDEX user_credits_tenant_id_user_id_idx ON lad_data.user_credits (tenant_id, user_id);

GRANT SELECT ON lad_data.user_credits TO lad_app, lad_service;

COMMENT ON TABLE lad_data.user_credits IS 'Balance of a member before there were wallets.';
COMMENT ON COLUMN lad_data.user_credits.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.user_credits.user_id IS 'Member the credits belong to.';
COMMENT ON COLUMN lad_data.user_credits.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.user_credits.balance IS 'Credits left.';
COMMENT ON COLUMN lad_data.user_credits.monthly_usage IS 'Credits used since last_usage_reset.';
COMMENT ON COLUMN lad_data.user_credits.last_usage_reset IS
    'When monthly_usage was last set to zero.';
COMMENT ON COLUMN lad_data.user_credits.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.user_credits.updated_at IS
    'When the row was last changed; kept by a trigger.';

CREATE TABLE lad_data.credit_transactions (
    id               uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id          uuid NOT NULL,
    tenant_id        uuid NOT NULL DEFAULT lad.current_tenant_id(),
    user_credit_id   uuid,
    amount           numeric(20,6) NOT NULL,
    transaction_type varchar(50) NOT NULL,
    reference_type   varchar(50),
    reference_id     uuid,
    balance_before   numeric(20,6),
    balance_after    numeric(20,6),
    metadata         jsonb DEFAULT '{}',
    created_at       timestamptz NOT NULL DEFAULT now(),
    description      text,
    CONSTRAINT credit_transactions_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT credit_transactions_user_id_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT credit_transactions_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id),
    CONSTRAINT credit_transactions_user_credit_id_fkey FOREIGN KEY (tenant_id, user_credit_id)
        REFERENCES lad_data.user_credits (tenant_id, id),
    CONSTRAINT credit_transactions_amount_check CHECK (amount <> 'NaN'),
    CONSTRAINT credit_transactions_balance_before_check CHECK (balance_before <> 'NaN'),
    CONSTRAINT credit_transactions_balance_after_check CHECK (balance_after <> 'NaN')
);

CREATE INDEX credit_transactions_tenant_id_created_at_idx
    ON lad_data.credit_transactions (tenant_id, created_at DESC);
CREATE INDEX credit_transactions_tenant_id_user_id_idx
    ON lad_data.credit_transactions (tenant_id, user_id);
CREATE INDEX credit_transactions_tenant_id_user_credit_id_idx
    ON lad_data.credit_transactions (tenant_id, user_credit_id) WHERE user_credit_id IS NOT NULL;

GRANT SELECT ON lad_data.credit_transactions TO lad_app, lad_service;

COMMENT ON TABLE lad_data.credit_transactions IS 'Movements of the older balances.';
COMMENT ON COLUMN lad_data.credit_transactions.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.credit_transactions.user_id IS 'Member whose balance moved.';
COMMENT ON COLUMN lad_data.credit_transactions.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.credit_transactions.user_credit_id IS 'Balance that moved.';
COMMENT ON COLUMN lad_data.credit_transactions.amount IS
    'Change of the balance: positive adds, negative takes.';
COMMENT ON COLUMN lad_data.credit_transactions.transaction_type IS
    'Kind of movement, such as purchase or usage.';
COMMENT ON COLUMN lad_data.credit_transactions.reference_type IS 'What the movement was about.';
COMMENT ON COLUMN lad_data.credit_transactions.reference_id IS
    'Identifier of what the movement was about.';
COMMENT ON COLUMN lad_data.credit_transactions.balance_before IS 'Balance before the movement.';
COMMENT ON COLUMN lad_data.credit_transactions.balance_after IS 'Balance after the movement.';
COMMENT ON COLUMN lad_data.credit_transactions.metadata IS 'Anything else kept with the movement.';
COMMENT ON COLUMN lad_data.credit_transactions.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.credit_transactions.description IS
    'What people read about the movement.';
