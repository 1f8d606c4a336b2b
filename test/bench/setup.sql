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

-- Baselines: a table with the same columns and indexes, and a ledger written by hand.
CREATE SCHEMA bench;
CREATE TABLE bench.wallet_numbers AS
    SELECT row_number() OVER (ORDER BY id) AS n, id FROM lad_data.billing_wallets;
ALTER TABLE bench.wallet_numbers ADD PRIMARY KEY (n);
CREATE TABLE bench.bare (LIKE lad_data.billing_ledger_transactions INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE);
\ir double_entry.sql

INSERT INTO lad_data.leads (tenant_id, id, first_name, email, created_at)
SELECT md5('tenant ' || 1 + n % 20)::uuid, md5('lead ' || n)::uuid, 'Lead ' || n, n || '@example.com',
       now() - n * interval '1 second'
FROM generate_series(1, 200000) n;
GRANT USAGE ON SCHEMA bench TO bench_app;
GRANT SELECT ON bench.wallet_numbers TO bench_app;
VACUUM ANALYZE;
