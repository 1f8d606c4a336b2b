-- Billing, archive: old rows of the ledger, out of the way of new ones.
--
-- Readers of the ledger read both tables. No key refers to a row here, so the row of a usage event is
-- named by archived_transaction_id; a row that is to be reversed is taken back into the ledger first.

CREATE TABLE lad_data.billing_ledger_archive (
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
    CONSTRAINT billing_ledger_archive_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT billing_ledger_archive_tenant_id_idempotency_key_key
        UNIQUE (tenant_id, idempotency_key),
    CONSTRAINT billing_ledger_archive_tenant_id_wallet_id_seq_key
        UNIQUE (tenant_id, wallet_id, seq),
    CONSTRAINT billing_ledger_archive_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id),
    CONSTRAINT billing_ledger_archive_created_by_fkey FOREIGN KEY (tenant_id, created_by)
        REFERENCES lad_data.memberships (tenant_id, user_id),
    CONSTRAINT billing_ledger_archive_numbers_check
        CHECK (balance_before + amount + balance_after + reserved_delta <> 'NaN'),
    CONSTRAINT billing_ledger_archive_sum_check
        CHECK (balance_after = balance_before + amount),
    CONSTRAINT billing_ledger_archive_reverses_id_check CHECK (reverses_id IS NULL)
);

CREATE INDEX billing_ledger_archive_tenant_id_created_at_idx
    ON lad_data.billing_ledger_archive (tenant_id, created_at DESC);
CREATE INDEX billing_ledger_archive_tenant_id_created_by_idx
    ON lad_data.billing_ledger_archive (tenant_id, created_by) WHERE created_by IS NOT NULL;

CREATE TRIGGER billing_ledger_archive_write_guard
    BEFORE INSERT OR UPDATE OR DELETE ON lad_data.billing_ledger_archive
    FOR EACH ROW EXECUTE FUNCTION lad.guard_ledger();

CREATE TRIGGER billing_ledger_archive_truncate_guard
    BEFORE TRUNCATE ON lad_data.billing_ledger_archive
    FOR EACH STATEMENT EXECUTE FUNCTION lad.guard_ledger();

GRANT SELECT ON lad_data.billing_ledger_archive TO lad_app, lad_service;

COMMENT ON TABLE lad_data.billing_ledger_archive IS
    'Movements of before the last paid invoice, as they were in billing_ledger_transactions; moved '
    'by lad.archive_ledger, and as immutable.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.id IS
    'Identifier of the row, unique within the tenant.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.tenant_id IS
    'Tenant the row belongs to; never changes.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.wallet_id IS
    'Wallet that was moved; checked by the posting functions.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.transaction_type IS
    'Kind of movement: topup, debit, credit (refund), adjustment, reservation, release, transfer, '
    'expiry or reversal.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.amount IS
    'Change of the balance: positive adds, negative takes; 0 for a reservation or release.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.balance_before IS
    'Balance before the movement.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.balance_after IS
    'Balance after the movement.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.reference_type IS
    'What the movement is about: usage_event, invoice, manual, stripe_payment, campaign, or the '
    'key of a feature.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.reference_id IS
    'Identifier of what the movement is about.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.idempotency_key IS
    'Key of the request; posts once per tenant, for ever.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.created_by IS
    'Member who asked for the movement; NULL for a machine.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.description IS
    'What people read on the statement.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.metadata IS
    'Anything else kept with the movement.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.created_at IS
    'When the movement was posted, read under the lock of the wallet.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.seq IS
    'Place of the row in the wallet''s sequence: 1, 2, 3 without gaps.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.reserved_delta IS
    'Change of the reserved balance: positive reserves, negative releases.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.counter_account IS
    'Account on the other side: funding, revenue, refunds, adjustments, expired, or the other '
    'wallet; NULL where the balance does not move.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.currency IS
    'Currency of the amounts, that of the wallet.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.effective_at IS
    'When the movement counts for the business; may be before created_at.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.request_hash IS
    'SHA-256 fingerprint of the request, to tell a repeated request from another one with the '
    'same key.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.prev_hash IS
    'Hash of the wallet''s previous row; NULL in the first row.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.row_hash IS
    'SHA-256 over the previous hash and the content of this row.';
COMMENT ON COLUMN lad_data.billing_ledger_archive.reverses_id IS
    'Movement that this one takes back, wholly or in part.';
