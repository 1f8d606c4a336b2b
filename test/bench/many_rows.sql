-- Fills the ledger as if it had grown for years: rows of 19 tenants, in chains that nobody verifies here.
SET session_replication_role = replica;
SET synchronous_commit = off;
INSERT INTO lad_data.billing_ledger_transactions (tenant_id, wallet_id, seq, transaction_type, amount, balance_before,
    balance_after, idempotency_key, counter_account, currency, request_hash, prev_hash, row_hash)
SELECT md5('tenant ' || 2 + n % 19)::uuid, md5('old wallet ' || n % 10000)::uuid, 1 + n / 10000, 'debit', -1, 1, 0,
       md5(n::text), 'revenue', 'USD', sha256('q'), sha256('p'), sha256('r')
FROM generate_series(1, :rows) AS n;
RESET session_replication_role;
VACUUM ANALYZE lad_data.billing_ledger_transactions;
CHECKPOINT;
