-- Billing, money: wallets, the ledger that explains every movement of them, holds and credit
-- grants.
--
-- billing_ledger_transactions is the truth; a wallet's balance is the balance after its last row.
-- Rows are added by the posting functions alone and never change. The ledger has no foreign key to
-- the wallet and the wallet no index on a balance: both would slow down the one row that all calls
-- of a tenant debit. Their CHECKs are few, because PostgreSQL reads each one anew for each
-- statement: a NaN anywhere makes a sum NaN, and the guard checks what posting functions cannot get
-- wrong. A tenant that has money cannot be deleted.

CREATE TABLE lad_data.billing_wallets (
    id                      uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id               uuid NOT NULL DEFAULT lad.current_tenant_id(),
    user_id                 uuid,
    current_balance         numeric(20,6) NOT NULL DEFAULT 0,
    reserved_balance        numeric(20,6) NOT NULL DEFAULT 0,
    currency                varchar(10) NOT NULL DEFAULT 'CREDIT',
    status                  varchar(20) NOT NULL DEFAULT 'active',
    low_balance_threshold   numeric(20,6),
    low_balance_notified_at timestamptz,
    metadata                jsonb DEFAULT '{}',
    created_at              timestamptz NOT NULL DEFAULT now(),
    updated_at              timestamptz NOT NULL DEFAULT now(),
    credit_limit            numeric(20,6) NOT NULL DEFAULT 0,
    debt_allowed            numeric(20,6) NOT NULL DEFAULT 0,
    last_seq                bigint NOT NULL DEFAULT 0,
    last_hash               bytea,
    granted_balance         numeric(20,6) NOT NULL DEFAULT 0,
    CONSTRAINT billing_wallets_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT billing_wallets_tenant_id_user_id_key UNIQUE NULLS NOT DISTINCT (tenant_id, user_id),
    CONSTRAINT billing_wallets_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id),
    CONSTRAINT billing_wallets_user_id_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT billing_wallets_status_check CHECK (status IN ('active', 'suspended', 'closed')),
    CONSTRAINT billing_wallets_low_balance_threshold_check CHECK (low_balance_threshold <> 'NaN'),
    CONSTRAINT billing_wallets_numbers_check
        CHECK (current_balance + reserved_balance + credit_limit + debt_allowed + granted_balance
               <> 'NaN'),
    CONSTRAINT billing_wallets_limits_check
        CHECK (least(reserved_balance, credit_limit, debt_allowed, granted_balance) >= 0),
    CONSTRAINT billing_wallets_last_seq_check CHECK (last_seq >= 0),
    CONSTRAINT billing_wallets_balance_check
        CHECK (current_balance >= -(credit_limit + debt_allowed))
) WITH (fillfactor = 50);

GRANT SELECT ON lad_data.billing_wallets TO lad_app, lad_service;

COMMENT ON TABLE lad_data.billing_wallets IS
    'Purses money is charged to: one of the tenant (no member) and at most one per member.';
COMMENT ON COLUMN lad_data.billing_wallets.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.billing_wallets.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.billing_wallets.user_id IS
    'Member who owns the wallet; NULL for the wallet of the tenant.';
COMMENT ON COLUMN lad_data.billing_wallets.current_balance IS
    'Balance, in units of currency; what of it is reserved cannot be spent.';
COMMENT ON COLUMN lad_data.billing_wallets.reserved_balance IS
    'Sum of the open holds, in units of currency.';
COMMENT ON COLUMN lad_data.billing_wallets.currency IS
    'Currency of the wallet: CREDIT or an ISO 4217 code such as USD; never converted silently.';
COMMENT ON COLUMN lad_data.billing_wallets.status IS
    'State: active; suspended, which takes no debits; closed, which takes nothing.';
COMMENT ON COLUMN lad_data.billing_wallets.low_balance_threshold IS
    'Balance under which a warning is due; NULL for no warning.';
COMMENT ON COLUMN lad_data.billing_wallets.low_balance_notified_at IS
    'When the last warning was sent.';
COMMENT ON COLUMN lad_data.billing_wallets.metadata IS 'Anything else kept with the wallet.';
COMMENT ON COLUMN lad_data.billing_wallets.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.billing_wallets.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.billing_wallets.credit_limit IS
    'How far the balance may go below zero, in units of currency.';
COMMENT ON COLUMN lad_data.billing_wallets.debt_allowed IS
    'Debt left by charged-back payments, in units of currency.';
COMMENT ON COLUMN lad_data.billing_wallets.last_seq IS
    'Sequence number of the wallet''s newest ledger row; 0 before the first.';
COMMENT ON COLUMN lad_data.billing_wallets.last_hash IS
    'Hash of the wallet''s newest ledger row, the head of its chain; NULL before the first.';
COMMENT ON COLUMN lad_data.billing_wallets.granted_balance IS
    'What remains of the wallet''s credit grants, in units of currency; a part of the balance.';

CREATE TABLE lad_data.billing_ledger_transactions (
    id               uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id        uuid NOT NULL DEFAULT lad.current_tenant_id(),
    wallet_id        uuid NOT NULL,
    transaction_type varchar(20) NOT NULL,
    amount           numeric(20,6) NOT NULL,
    balance_before   numeric(20,6) NOT NULL,
    balance_after    numeric(20,6) NOT NULL,
    reference_type   varchar(50),
    reference_id     uuid,
    idempotency_key  varchar(255) NOT NULL,
    created_by       uuid,
    description      text,
    metadata         jsonb DEFAULT '{}',
    created_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    seq              bigint NOT NULL,
    reserved_delta   numeric(20,6) NOT NULL DEFAULT 0,
    counter_account  varchar(80),
    currency         varchar(10) NOT NULL,
    effective_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    request_hash     bytea NOT NULL,
    prev_hash        bytea,
    row_hash         bytea NOT NULL,
    reverses_id      uuid,
    CONSTRAINT billing_ledger_transactions_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT billing_ledger_transactions_tenant_id_idempotency_key_key
        UNIQUE (tenant_id, idempotency_key),
    CONSTRAINT billing_ledger_transactions_tenant_id_wallet_id_seq_key
        UNIQUE (tenant_id, wallet_id, seq),
    CONSTRAINT billing_ledger_transactions_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id),
    CONSTRAINT billing_ledger_transactions_created_by_fkey FOREIGN KEY (tenant_id, created_by)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT billing_ledger_transactions_reverses_id_fkey FOREIGN KEY (tenant_id, reverses_id)
        REFERENCES lad_data.billing_ledger_transactions (tenant_id, id),
    CONSTRAINT billing_ledger_transactions_transaction_type_check
        CHECK (transaction_type IN (
            'topup', 'debit', 'credit', 'adjustment', 'reservation', 'release', 'transfer',
            'expiry', 'reversal')),
    CONSTRAINT billing_ledger_transactions_reference_type_check
        CHECK (reference_type ~ '^[a-z0-9]+([_-][a-z0-9]+)*$'),
    CONSTRAINT billing_ledger_transactions_seq_check CHECK (seq > 0),
    CONSTRAINT billing_ledger_transactions_numbers_check
        CHECK (balance_before + amount + balance_after + reserved_delta <> 'NaN'),
    CONSTRAINT billing_ledger_transactions_sum_check
        CHECK (balance_after = balance_before + amount)
);

CREATE INDEX billing_ledger_transactions_tenant_id_created_at_idx
    ON lad_data.billing_ledger_transactions (tenant_id, created_at DESC);
CREATE INDEX billing_ledger_transactions_tenant_id_created_by_idx
    ON lad_data.billing_ledger_transactions (tenant_id, created_by) WHERE created_by IS NOT NULL;
CREATE INDEX billing_ledger_transactions_tenant_id_reverses_id_idx
    ON lad_data.billing_ledger_transactions (tenant_id, reverses_id) WHERE reverses_id IS NOT NULL;

CREATE TRIGGER billing_ledger_transactions_write_guard
    BEFORE INSERT OR UPDATE OR DELETE ON lad_data.billing_ledger_transactions
    FOR EACH ROW EXECUTE FUNCTION lad.guard_ledger();

CREATE TRIGGER billing_ledger_transactions_truncate_guard
    BEFORE TRUNCATE ON lad_data.billing_ledger_transactions
    FOR EACH STATEMENT EXECUTE FUNCTION lad.guard_ledger();

GRANT SELECT ON lad_data.billing_ledger_transactions TO lad_app, lad_service;

COMMENT ON TABLE lad_data.billing_ledger_transactions IS
    'Every movement of every wallet, in an unbroken sequence per wallet. Rows never change and '
    'never go.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.wallet_id IS
    'Wallet that was moved; checked by the posting functions.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.transaction_type IS
    'Kind of movement: topup, debit, credit (refund), adjustment, reservation, release, transfer, '
    'expiry or reversal.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.amount IS
    'Change of the balance: positive adds, negative takes; 0 for a reservation or release.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.balance_before IS
    'Balance before the movement.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.balance_after IS
    'Balance after the movement.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.reference_type IS
    'What the movement is about: usage_event, invoice, manual, stripe_payment, campaign, or the '
    'key of a feature.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.reference_id IS
    'Identifier of what the movement is about.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.idempotency_key IS
    'Key of the request; posts once per tenant, for ever.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.created_by IS
    'Member who asked for the movement; NULL for a machine.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.description IS
    'What people read on the statement.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.metadata IS
    'Anything else kept with the movement.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.created_at IS
    'When the movement was posted, read under the lock of the wallet.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.seq IS
    'Place of the row in the wallet''s sequence: 1, 2, 3 without gaps.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.reserved_delta IS
    'Change of the reserved balance: positive reserves, negative releases.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.counter_account IS
    'Account on the other side: funding, revenue, refunds, adjustments, expired, or the other '
    'wallet; NULL where the balance does not move.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.currency IS
    'Currency of the amounts, that of the wallet.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.effective_at IS
    'When the movement counts for the business; may be before created_at.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.request_hash IS
    'SHA-256 fingerprint of the request, to tell a repeated request from another one with the '
    'same key.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.prev_hash IS
    'Hash of the wallet''s previous row; NULL in the first row.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.row_hash IS
    'SHA-256 over the previous hash and the content of this row.';
COMMENT ON COLUMN lad_data.billing_ledger_transactions.reverses_id IS
    'Movement that this one takes back, wholly or in part.';

CREATE TABLE lad_data.billing_holds (
    id              uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id       uuid NOT NULL DEFAULT lad.current_tenant_id(),
    wallet_id       uuid NOT NULL,
    amount          numeric(20,6) NOT NULL,
    captured        numeric(20,6) NOT NULL DEFAULT 0,
    status          varchar(20) NOT NULL DEFAULT 'open',
    expires_at      timestamptz NOT NULL,
    idempotency_key varchar(255) NOT NULL,
    currency        varchar(10) NOT NULL,
    reference_type  varchar(50),
    reference_id    uuid,
    metadata        jsonb DEFAULT '{}',
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT billing_holds_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT billing_holds_tenant_id_idempotency_key_key UNIQUE (tenant_id, idempotency_key),
    CONSTRAINT billing_holds_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id),
    CONSTRAINT billing_holds_amount_check CHECK (amount > 0 AND amount <> 'NaN'),
    CONSTRAINT billing_holds_captured_check CHECK (captured <> 'NaN'),
    CONSTRAINT billing_holds_status_check
        CHECK (status IN ('open', 'captured', 'released', 'expired')),
    CONSTRAINT billing_holds_captured_range_check CHECK (captured BETWEEN 0 AND amount)
);

CREATE INDEX billing_holds_tenant_id_wallet_id_expires_at_idx
    ON lad_data.billing_holds (tenant_id, wallet_id, expires_at)
    WHERE status = 'open';

GRANT SELECT ON lad_data.billing_holds TO lad_app, lad_service;

COMMENT ON TABLE lad_data.billing_holds IS
    'Money set aside for something that is going on, such as a call, until it is captured, '
    'released or expires.';
COMMENT ON COLUMN lad_data.billing_holds.id IS 'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.billing_holds.tenant_id IS 'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.billing_holds.wallet_id IS
    'Wallet the money is set aside in; checked by the posting functions.';
COMMENT ON COLUMN lad_data.billing_holds.amount IS
    'Amount set aside, in the currency of the wallet.';
COMMENT ON COLUMN lad_data.billing_holds.captured IS 'Part of the amount that was taken.';
COMMENT ON COLUMN lad_data.billing_holds.status IS 'State: open, captured, released or expired.';
COMMENT ON COLUMN lad_data.billing_holds.expires_at IS 'When the hold stops counting by itself.';
COMMENT ON COLUMN lad_data.billing_holds.idempotency_key IS
    'Key of the request that made the hold.';
COMMENT ON COLUMN lad_data.billing_holds.currency IS 'Currency of the wallet.';
COMMENT ON COLUMN lad_data.billing_holds.reference_type IS 'What the hold is for, such as call.';
COMMENT ON COLUMN lad_data.billing_holds.reference_id IS 'Identifier of what the hold is for.';
COMMENT ON COLUMN lad_data.billing_holds.metadata IS 'Anything else kept with the hold.';
COMMENT ON COLUMN lad_data.billing_holds.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.billing_holds.updated_at IS
    'When the row was last changed; kept by a trigger.';

CREATE TABLE lad_data.billing_credit_grants (
    id              uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id       uuid NOT NULL DEFAULT lad.current_tenant_id(),
    wallet_id       uuid NOT NULL,
    source          varchar(50) NOT NULL,
    amount          numeric(20,6) NOT NULL,
    remaining       numeric(20,6) NOT NULL,
    priority        int NOT NULL DEFAULT 50,
    effective_at    timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz,
    voided_at       timestamptz,
    idempotency_key varchar(255) NOT NULL,
    metadata        jsonb DEFAULT '{}',
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    transaction_id  uuid NOT NULL,
    CONSTRAINT billing_credit_grants_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT billing_credit_grants_tenant_id_idempotency_key_key
        UNIQUE (tenant_id, idempotency_key),
    CONSTRAINT billing_credit_grants_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id),
    CONSTRAINT billing_credit_grants_wallet_id_fkey FOREIGN KEY (tenant_id, wallet_id)
        REFERENCES lad_data.billing_wallets (tenant_id, id),
    CONSTRAINT billing_credit_grants_transaction_id_fkey FOREIGN KEY (tenant_id, transaction_id)
        REFERENCES lad_data.billing_ledger_transactions (tenant_id, id),
    CONSTRAINT billing_credit_grants_amount_check CHECK (amount > 0 AND amount <> 'NaN'),
    CONSTRAINT billing_credit_grants_remaining_check CHECK (remaining <> 'NaN'),
    CONSTRAINT billing_credit_grants_remaining_range_check CHECK (remaining BETWEEN 0 AND amount),
    CONSTRAINT billing_credit_grants_period_check CHECK (expires_at > effective_at)
);

CREATE INDEX billing_credit_grants_spending_idx
    ON lad_data.billing_credit_grants (tenant_id, wallet_id, priority, expires_at, created_at)
    WHERE remaining > 0;
CREATE INDEX billing_credit_grants_tenant_id_wallet_id_idx
    ON lad_data.billing_credit_grants (tenant_id, wallet_id);
CREATE INDEX billing_credit_grants_tenant_id_transaction_id_idx
    ON lad_data.billing_credit_grants (tenant_id, transaction_id);

GRANT SELECT ON lad_data.billing_credit_grants TO lad_app, lad_service;

COMMENT ON TABLE lad_data.billing_credit_grants IS
    'Credits that were given and may expire, spent in order of priority, then expiry, then age. '
    'What remains of them is part of the balance of their wallet.';
COMMENT ON COLUMN lad_data.billing_credit_grants.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.billing_credit_grants.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.billing_credit_grants.wallet_id IS 'Wallet the credits were given to.';
COMMENT ON COLUMN lad_data.billing_credit_grants.source IS
    'Where they came from: grant, or transfer for credits of another wallet''s grant.';
COMMENT ON COLUMN lad_data.billing_credit_grants.amount IS 'Credits given.';
COMMENT ON COLUMN lad_data.billing_credit_grants.remaining IS 'Credits not yet spent or expired.';
COMMENT ON COLUMN lad_data.billing_credit_grants.priority IS
    'Order of spending: lower numbers first.';
COMMENT ON COLUMN lad_data.billing_credit_grants.effective_at IS
    'When the credits can be spent from.';
COMMENT ON COLUMN lad_data.billing_credit_grants.expires_at IS
    'When what remains is lost; NULL for never.';
COMMENT ON COLUMN lad_data.billing_credit_grants.voided_at IS
    'When all of the grant was taken back; NULL while it stands.';
COMMENT ON COLUMN lad_data.billing_credit_grants.idempotency_key IS
    'Key of the request that gave the credits.';
COMMENT ON COLUMN lad_data.billing_credit_grants.metadata IS 'Anything else kept with the grant.';
COMMENT ON COLUMN lad_data.billing_credit_grants.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.billing_credit_grants.updated_at IS
    'When the row was last changed; kept by a trigger.';
COMMENT ON COLUMN lad_data.billing_credit_grants.transaction_id IS
    'Ledger row that brought the credits.';

CREATE TABLE lad_data.billing_grant_burns (
    id             uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id      uuid NOT NULL DEFAULT lad.current_tenant_id(),
    transaction_id uuid NOT NULL,
    grant_id       uuid NOT NULL,
    amount         numeric(20,6) NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT billing_grant_burns_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT billing_grant_burns_tenant_id_transaction_id_grant_id_key
        UNIQUE (tenant_id, transaction_id, grant_id),
    CONSTRAINT billing_grant_burns_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id),
    CONSTRAINT billing_grant_burns_transaction_id_fkey FOREIGN KEY (tenant_id, transaction_id)
        REFERENCES lad_data.billing_ledger_transactions (tenant_id, id),
    CONSTRAINT billing_grant_burns_grant_id_fkey FOREIGN KEY (tenant_id, grant_id)
        REFERENCES lad_data.billing_credit_grants (tenant_id, id),
    CONSTRAINT billing_grant_burns_amount_check CHECK (amount <> 0 AND amount <> 'NaN')
);

CREATE INDEX billing_grant_burns_tenant_id_grant_id_idx
    ON lad_data.billing_grant_burns (tenant_id, grant_id);

GRANT SELECT ON lad_data.billing_grant_burns TO lad_app, lad_service;

COMMENT ON TABLE lad_data.billing_grant_burns IS
    'Which ledger row spent how much of which grant; a reversal adds a negative row. Expiry and '
    'the reversal of a grant count as spending.';
COMMENT ON COLUMN lad_data.billing_grant_burns.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.billing_grant_burns.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.billing_grant_burns.transaction_id IS
    'Ledger row that spent the credits.';
COMMENT ON COLUMN lad_data.billing_grant_burns.grant_id IS 'Grant the credits came from.';
COMMENT ON COLUMN lad_data.billing_grant_burns.amount IS
    'Credits spent; negative where a reversal gave them back.';
COMMENT ON COLUMN lad_data.billing_grant_burns.created_at IS 'When the row was created.';

CREATE TABLE lad_data.billing_ledger_checkpoints (
    id             uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id      uuid NOT NULL DEFAULT lad.current_tenant_id(),
    wallet_id      uuid NOT NULL,
    seq            bigint NOT NULL,
    row_hash       bytea NOT NULL,
    balance_after  numeric(20,6) NOT NULL,
    reserved_after numeric(20,6) NOT NULL DEFAULT 0,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT billing_ledger_checkpoints_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT billing_ledger_checkpoints_tenant_id_wallet_id_seq_key
        UNIQUE (tenant_id, wallet_id, seq),
    CONSTRAINT billing_ledger_checkpoints_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id),
    CONSTRAINT billing_ledger_checkpoints_wallet_id_fkey FOREIGN KEY (tenant_id, wallet_id)
        REFERENCES lad_data.billing_wallets (tenant_id, id),
    CONSTRAINT billing_ledger_checkpoints_seq_check CHECK (seq > 0),
    CONSTRAINT billing_ledger_checkpoints_row_hash_check CHECK (octet_length(row_hash) = 32),
    CONSTRAINT billing_ledger_checkpoints_balance_after_check CHECK (balance_after <> 'NaN'),
    CONSTRAINT billing_ledger_checkpoints_reserved_after_check CHECK (reserved_after <> 'NaN')
);

GRANT SELECT ON lad_data.billing_ledger_checkpoints TO lad_app, lad_service;

COMMENT ON TABLE lad_data.billing_ledger_checkpoints IS
    'Points up to which a wallet''s chain was verified, so that the next check starts there.';
COMMENT ON COLUMN lad_data.billing_ledger_checkpoints.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.billing_ledger_checkpoints.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.billing_ledger_checkpoints.wallet_id IS 'Wallet that was verified.';
COMMENT ON COLUMN lad_data.billing_ledger_checkpoints.seq IS
    'Sequence number of the last row that was verified.';
COMMENT ON COLUMN lad_data.billing_ledger_checkpoints.row_hash IS 'Hash of that row.';
COMMENT ON COLUMN lad_data.billing_ledger_checkpoints.balance_after IS 'Balance after that row.';
COMMENT ON COLUMN lad_data.billing_ledger_checkpoints.reserved_after IS
    'Reserved balance after that row.';
COMMENT ON COLUMN lad_data.billing_ledger_checkpoints.created_at IS 'When the row was created.';

CREATE TABLE lad_data.voice_call_starts (
    id              uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id       uuid NOT NULL DEFAULT lad.current_tenant_id(),
    idempotency_key varchar(255) NOT NULL,
    call_log_id     uuid NOT NULL,
    call_created_at timestamptz NOT NULL,
    hold_id         uuid,
    request_hash    bytea NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT voice_call_starts_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT voice_call_starts_tenant_id_idempotency_key_key UNIQUE (tenant_id, idempotency_key),
    CONSTRAINT voice_call_starts_tenant_id_call_log_id_key UNIQUE (tenant_id, call_log_id),
    CONSTRAINT voice_call_starts_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id),
    CONSTRAINT voice_call_starts_hold_id_fkey FOREIGN KEY (tenant_id, hold_id)
        REFERENCES lad_data.billing_holds (tenant_id, id),
    CONSTRAINT voice_call_starts_request_hash_check CHECK (octet_length(request_hash) = 32)
);

CREATE INDEX voice_call_starts_tenant_id_hold_id_idx
    ON lad_data.voice_call_starts (tenant_id, hold_id) WHERE hold_id IS NOT NULL;

GRANT SELECT ON lad_data.voice_call_starts TO lad_app, lad_service;

COMMENT ON TABLE lad_data.voice_call_starts IS
    'Which request started which call, so that a repeated request starts no second one.';
COMMENT ON COLUMN lad_data.voice_call_starts.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.voice_call_starts.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.voice_call_starts.idempotency_key IS 'Key of the request.';
COMMENT ON COLUMN lad_data.voice_call_starts.call_log_id IS 'Call that was started.';
COMMENT ON COLUMN lad_data.voice_call_starts.call_created_at IS
    'When the call was created, to find it in one partition.';
COMMENT ON COLUMN lad_data.voice_call_starts.hold_id IS
    'Hold that covers the call; NULL when nothing was held.';
COMMENT ON COLUMN lad_data.voice_call_starts.request_hash IS 'SHA-256 fingerprint of the request.';
COMMENT ON COLUMN lad_data.voice_call_starts.created_at IS 'When the row was created.';
