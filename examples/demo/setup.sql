-- The DBA's part: extension, tables, logins, three tenants with wallets in USD.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT format('  %s objects %s', count(*), action) FROM lad.install_schema() GROUP BY action;

CREATE ROLE demo_app LOGIN IN ROLE lad_app;
CREATE SCHEMA demo AUTHORIZATION demo_app;
CREATE ROLE demo_auth LOGIN IN ROLE lad_auth;
CREATE ROLE demo_service LOGIN IN ROLE lad_service;

INSERT INTO lad_data.users (id, email, first_name)
SELECT md5('user ' || slug)::uuid, 'owner@' || slug || '.example', initcap(slug)
FROM unnest(ARRAY['acme', 'globex', 'initech']) AS slug;

INSERT INTO lad_data.tenants (id, name, slug, status)
SELECT md5('tenant ' || slug)::uuid, initcap(slug), slug, 'active'
FROM unnest(ARRAY['acme', 'globex', 'initech']) AS slug;

INSERT INTO lad_data.memberships (tenant_id, user_id, role)
SELECT id, md5('user ' || slug)::uuid, 'owner' FROM lad_data.tenants;

INSERT INTO lad_data.voice_agents (tenant_id, id, name)
SELECT t.id, n, 'Agent ' || n FROM lad_data.tenants t, generate_series(1, 3) AS n;

INSERT INTO lad_data.leads (tenant_id, id, first_name, last_name)
SELECT t.id, md5(t.slug || ' lead ' || n)::uuid, 'Lead', n::text
FROM lad_data.tenants t, generate_series(1, 200) AS n;

-- The service's part: wallets, and the money that was paid in.
SET SESSION AUTHORIZATION demo_service;
BEGIN;
SELECT lad.authenticate_service(md5('tenant acme')::uuid, 'demo set-up') \g /dev/null
SELECT lad.topup(lad.create_wallet(currency => 'USD'), 2500, 'stripe_acme', 'stripe_payment') \g /dev/null
SELECT lad.authenticate_service(md5('tenant globex')::uuid, 'demo set-up') \g /dev/null
SELECT lad.topup(lad.create_wallet(currency => 'USD'), 2000, 'stripe_globex', 'stripe_payment') \g /dev/null
SELECT lad.authenticate_service(md5('tenant initech')::uuid, 'demo set-up') \g /dev/null
SELECT lad.topup(lad.create_wallet(currency => 'USD'), 1000.50, 'stripe_initech', 'stripe_payment') \g /dev/null
COMMIT;
