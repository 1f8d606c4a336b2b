-- One tenant, 1,000 member wallets with money, the baselines beside them, and leads of 20 tenants.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE bench_app LOGIN IN ROLE lad_app;
-- The same privileges, checked the same way, without row-level security.
CREATE ROLE bench_plain BYPASSRLS IN ROLE lad_app;
INSERT INTO lad_data.tenants (id, name, slug, status)
SELECT md5('tenant ' || n)::uuid, 'Tenant ' || n, 'tenant-' || n, 'active' FROM generate_series(1, 20) n;
INSERT INTO lad_data.users (id, email) SELECT md5('user ' || n)::uuid, n || '@example.com' FROM generate_series(1, 1000) n;
INSERT INTO lad_data.memberships (tenant_id, user_id)
SELECT md5('tenant 1')::uuid, md5('user ' || n)::uuid FROM generate_series(1, 1000) n;
BEGIN;
SELECT lad.authenticate_service(md5('tenant 1')::uuid, 'bench');
SELECT count(lad.topup(lad.create_wallet(md5('user ' || n)::uuid, 'USD'), 1000000000, 'open ' || n))
FROM generate_series(1, 1000) n;
COMMIT;

-- Baselines: a table with the same columns and indexes, and a post written by hand in PL/pgSQL.
CREATE SCHEMA bench;
CREATE TABLE bench.wallet_numbers AS
    SELECT row_number() OVER (ORDER BY id) AS n, id FROM lad_data.billing_wallets;
ALTER TABLE bench.wallet_numbers ADD PRIMARY KEY (n);
CREATE TABLE bench.bare (LIKE lad_data.billing_ledger_transactions INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE);
CREATE TABLE bench.ledger (LIKE lad_data.billing_ledger_transactions INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE);
CREATE TABLE bench.wallets (LIKE lad_data.billing_wallets INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE) WITH (fillfactor = 50);
INSERT INTO bench.wallets SELECT * FROM lad_data.billing_wallets;

CREATE FUNCTION bench.post(wallet uuid, amount numeric, key text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    w bench.wallets;
    tenant CONSTANT uuid := md5('tenant 1')::uuid;
BEGIN
    PERFORM FROM bench.ledger l WHERE l.tenant_id = tenant AND l.idempotency_key = key;
    IF FOUND THEN RETURN NULL; END IF;
    SELECT * INTO w FROM bench.wallets b WHERE b.tenant_id = tenant AND b.id = wallet FOR UPDATE;
    IF w.current_balance - w.reserved_balance < amount THEN RAISE 'insufficient funds'; END IF;
    INSERT INTO bench.ledger (id, tenant_id, wallet_id, transaction_type, amount, balance_before, balance_after,
        idempotency_key, metadata, created_at, seq, reserved_delta, counter_account, currency, effective_at, request_hash, row_hash)
    VALUES (gen_random_uuid(), tenant, wallet, 'debit', -amount, w.current_balance, w.current_balance - amount,
        key, '{}', clock_timestamp(), w.last_seq + 1, 0, 'revenue', 'USD', now(),
        sha256(key::bytea), sha256(coalesce(w.last_hash, '') || key::bytea));
    UPDATE bench.wallets b SET current_balance = b.current_balance - amount, last_seq = b.last_seq + 1
    WHERE b.tenant_id = tenant AND b.id = wallet;
    RETURN w.current_balance - amount;
END $$;

INSERT INTO lad_data.leads (tenant_id, id, first_name, email, created_at)
SELECT md5('tenant ' || 1 + n % 20)::uuid, md5('lead ' || n)::uuid, 'Lead ' || n, n || '@example.com',
       now() - n * interval '1 second'
FROM generate_series(1, 200000) n;
GRANT USAGE ON SCHEMA bench TO bench_app;
GRANT SELECT ON bench.wallet_numbers TO bench_app;
VACUUM ANALYZE;
