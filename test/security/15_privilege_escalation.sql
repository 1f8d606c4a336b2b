-- More rights than a member of lad_app has.

-- attack: another role
-- expects: !42501 / !42501 / !42501 / app
-- without context: !42501 / !42501 / !42501 / app
SET ROLE lad_owner;
SET LOCAL ROLE lad_service;
SET ROLE postgres;
SELECT current_user;

-- attack: the group role that one is a member of
-- expects: !42501 / !42501 / app
-- without context: !42501 / !42501 / app
SET ROLE lad_app;
SELECT set_config('role', 'lad_app', true);
SELECT current_user;

-- attack: another session user
-- expects: !42501 / !42501
-- without context: !42501 / !42501
SET SESSION AUTHORIZATION postgres;
SELECT set_config('session_authorization', 'lad_owner', false);

-- attack: roles granted, made and changed
-- expects: !42501 / !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501 / !42501
GRANT lad_owner TO app;
CREATE ROLE mole SUPERUSER;
ALTER ROLE app BYPASSRLS;
ALTER ROLE lad_app SET row_security = off;

-- attack: row-level security switched off
-- expects: !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501
ALTER TABLE lad_data.leads DISABLE ROW LEVEL SECURITY;
ALTER TABLE lad_data.leads NO FORCE ROW LEVEL SECURITY;
ALTER TABLE lad_data.leads DISABLE TRIGGER ALL;

-- attack: policies
-- expects: !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501
CREATE POLICY open ON lad_data.leads USING (true);
DROP POLICY leads_tenant ON lad_data.leads;
ALTER POLICY leads_tenant ON lad_data.leads USING (true);

-- attack: ownership and grants
-- expects: !42501 / !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501 / !42501
ALTER TABLE lad_data.leads OWNER TO app;
REASSIGN OWNED BY lad_owner TO app;
GRANT SELECT ON ALL TABLES IN SCHEMA pg_catalog TO app;
ALTER FUNCTION lad.debit_usage(uuid, numeric, uuid) OWNER TO app;

-- attack: grants on what one does not own
-- expects: f / !42501
-- without context: f / !42501
GRANT ALL ON lad_data.billing_wallets TO PUBLIC;
SELECT has_table_privilege('lad_auth', 'lad_data.billing_wallets', 'SELECT');
ALTER DEFAULT PRIVILEGES FOR ROLE lad_owner GRANT ALL ON TABLES TO app;

-- attack: emptying and locking everybody's rows
-- expects: !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501
TRUNCATE lad_data.leads CASCADE;
LOCK TABLE lad_data.leads IN ACCESS EXCLUSIVE MODE;
LOCK TABLE lad_data.billing_wallets IN ROW SHARE MODE;

-- attack: commands for owners
-- expects: !42501 / !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501 / !42501
CREATE INDEX ON lad_data.leads (email);
ALTER TABLE lad_data.leads ADD COLUMN mole text;
COMMENT ON TABLE lad_data.leads IS 'mole';
DROP TABLE lad_data.lead_notes;

-- attack: settings for superusers
-- expects: !42501 / !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501 / !42501
SET session_replication_role = replica;
SELECT set_config('session_replication_role', 'replica', true);
SET allow_system_table_mods = on;
ALTER ROLE ALL SET lad.guard = off;

-- attack: files and directories of the server
-- expects: !42501 / !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501 / !42501
SELECT pg_read_file('postgresql.conf');
SELECT pg_read_binary_file('PG_VERSION');
SELECT pg_ls_dir('.');
SELECT pg_stat_file('PG_VERSION');

-- attack: files through large objects
-- expects: !42501 / !42501
-- without context: !42501 / !42501
SELECT lo_import('PG_VERSION');
SELECT lo_export(1, 'stolen');

-- attack: where the keys are
-- expects: !42501 / !42501 / 0
-- without context: !42501 / !42501 / 0
SHOW lad.key_file;
SELECT current_setting('data_directory');
SELECT count(*) FROM pg_settings WHERE name IN ('lad.key_file', 'hba_file', 'config_file') AND setting IS NOT NULL;

-- attack: extensions that reach out
-- expects: !42501 / !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501 / !42501
CREATE EXTENSION dblink;
CREATE EXTENSION postgres_fdw;
CREATE EXTENSION file_fdw;
CREATE EXTENSION adminpack;

-- attack: connections out of the database
-- expects: ~^(!\w{5} / )+!\w{5}$
-- without context: ~^(!\w{5} / )+!\w{5}$
SELECT * FROM dblink('dbname=security user=postgres', 'SELECT 1') AS t (n int);
CREATE SUBSCRIPTION spy CONNECTION 'dbname=security user=postgres' PUBLICATION spy;
CREATE PUBLICATION spy FOR TABLE lad_data.leads;
SELECT pg_create_logical_replication_slot('spy', 'test_decoding');

-- attack: languages that are not trusted
-- expects: !42501 / !42501
-- without context: !42501 / !42501
CREATE FUNCTION playground.sh(text) RETURNS int LANGUAGE c AS 'libc.so.6', 'system';
CREATE FUNCTION playground.raw(uuid) RETURNS text LANGUAGE internal AS 'pg_read_file_all';

-- attack: functions for other roles
-- expects: !42501 / !42501 / !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501 / !42501 / !42501
SELECT lad.create_tenant('mole', 'mole');
SELECT lad.register_user('mole@example.com', 'x');
SELECT * FROM lad.verify_password('zq7canary@example.com', 'zq7canary');
SELECT lad.accept_invitation('x', :'own_user');
SELECT * FROM lad.purge_deleted('0 days');

-- attack: functions for owners and superusers
-- expects: !42501 / !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501 / !42501
SELECT * FROM lad.install_schema();
SELECT * FROM lad.protect('lad_data.leads');
SELECT * FROM lad.lint();
SELECT lad.debit_usage(:'own_wallet', 1, :'own_event');

-- attack: secret columns
-- expects: !42501 / !42501 / !42501 / !42501
SELECT password_hash FROM lad_data.users;
SELECT access_token, refresh_token FROM lad_data.user_identities;
SELECT smtp_password FROM lad_data.email_accounts;
SELECT session_cookies FROM lad_data.social_linkedin_accounts;

-- attack: secret columns by whole rows
-- expects: !42501 / !42501 / !42501 / !42501
SELECT u FROM lad_data.users AS u;
SELECT row_to_json(u) FROM lad_data.users AS u;
SELECT to_jsonb(i) FROM lad_data.user_identities AS i;
UPDATE lad_data.email_accounts SET smtp_host = 'x' RETURNING smtp_password;

-- attack: secret columns in conditions and orders
-- expects: !42501 / !42501 / !42501
SELECT count(*) FROM lad_data.users WHERE password_hash LIKE '$2a$%';
SELECT id FROM lad_data.users ORDER BY password_hash;
SELECT count(*) FROM lad_data.email_accounts AS a JOIN lad_data.email_accounts AS b USING (smtp_password);

-- attack: rights written directly
-- expects: !42501 / !42501 / !42501 / !42501
UPDATE lad_data.memberships SET role = 'owner' WHERE user_id = :'own_member';
INSERT INTO lad_data.user_capabilities (user_id, capability_key) VALUES (:'own_member', 'billing.admin');
UPDATE lad_data.tenant_features SET enabled = true;
INSERT INTO lad_data.feature_flags (feature_key, is_enabled) VALUES ('voice-agent', true);

-- attack: a plan of one's own choice
-- expects: !42501 / !42501 / !42501
UPDATE lad_data.tenants SET plan_tier = 'enterprise', status = 'active' WHERE id = :'own';
UPDATE lad_data.users SET email = 'other@example.com' WHERE id = :'own_user';
SELECT lad.set_feature('something-new', true);

-- attack: a member who raises himself
-- expects: !42501 / !42501 / !42501 / f
-- as: member
SELECT lad.set_member(:'own_member', 'owner');
SELECT lad.grant_capability(:'own_member', 'billing.admin');
SELECT lad.invite('mole@example.com', 'admin');
SELECT lad.has_role('admin');

-- attack: a machine that administers
-- expects: !42501 / !42501 / f
-- as: machine
SELECT lad.set_member(:'own_member', 'owner');
SELECT lad.remove_member(:'own_user');
SELECT lad.has_role('viewer');

-- attack: a viewer who writes
-- expects: !42501 / !42501 / !42501 / !42501 / ownlead
-- as: viewer
INSERT INTO lad_data.leads (first_name) VALUES ('mole');
UPDATE lad_data.leads SET first_name = 'mole' WHERE id = :'own_lead';
DELETE FROM lad_data.leads WHERE id = :'own_lead';
SELECT lad.debit(:'own_wallet', 1, 'viewer');
SELECT first_name FROM lad_data.leads WHERE id = :'own_lead';

-- attack: a viewer who writes in other ways
-- expects: !42501 / !42501 / !42501 / !42501 / !42501
-- as: viewer
MERGE INTO lad_data.leads AS l USING (VALUES (:'own_lead'::uuid)) AS v (id) ON l.id = v.id WHEN MATCHED THEN UPDATE SET first_name = 'mole';
WITH c AS (DELETE FROM lad_data.leads WHERE id = :'own_lead' RETURNING 1) SELECT count(*) FROM c;
SELECT lad.soft_delete('lad_data.leads', :'own_lead'::uuid);
SELECT lad.merge_jsonb('lad_data.leads', :'own_lead'::uuid, 'custom_fields', '{"mole": 1}');
SELECT lad.finish_call(:'own_call', 'ended', 1);

-- attack: a viewer who drops his context to write
-- expects: !LD001 / !LD001
-- as: viewer
SET LOCAL lad.token = '';
INSERT INTO lad_data.leads (tenant_id, first_name) VALUES (:'own', 'mole');
UPDATE lad_data.leads SET first_name = 'mole' WHERE id = :'own_lead';

-- attack: functions over any table, pointed at tables that may not be written
-- expects: ~^(!\w{5} / ){4}!\w{5}$
SELECT lad.merge_jsonb('lad_data.tenants', :'own'::uuid, 'metadata', '{"plan": "enterprise"}');
SELECT lad.merge_jsonb('lad_data.billing_usage_events', :'own_event'::uuid, 'usage_items', '{}');
SELECT lad.soft_delete('lad_data.memberships', :'own_user'::uuid);
SELECT lad.soft_delete('lad_data.users', :'canary_user'::uuid);
SELECT lad.merge_jsonb('pg_catalog.pg_class', '1', 'relacl', '{}');

-- attack: an owner's rights in a foreign tenant
-- expects: ~^!\w{5} / !\w{5} / !\w{5} / 0$
SELECT lad.set_member(:'canary_member', 'viewer');
SELECT lad.remove_member(:'canary_viewer');
SELECT lad.grant_capability(:'canary_member', 'x');
SELECT count(*) FROM lad_data.memberships WHERE tenant_id <> :'own';

-- attack: foreign people, by their membership and by their identity
-- expects: 0 / 0 / 0
SELECT count(*) FROM lad_data.users WHERE id IN (:'canary_user', :'canary_member') OR email LIKE 'zq7%';
SELECT count(*) FROM lad_data.user_identities WHERE user_id <> :'own_user';
SELECT count(*) FROM lad_data.tenants WHERE id <> :'own';

-- attack: ending the sessions of superusers
-- expects: !42501 / !42501
-- without context: !42501 / !42501
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres' LIMIT 1;
SELECT pg_reload_conf();

-- attack: a version of the extension
-- expects: !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501
ALTER EXTENSION lad_ext UPDATE;
ALTER EXTENSION lad_ext DROP FUNCTION lad.current_tenant_id();
DROP EXTENSION lad_ext CASCADE;

-- attack: catalogs written directly
-- expects: !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501
UPDATE pg_class SET relrowsecurity = false WHERE relname = 'leads';
DELETE FROM pg_policy;
UPDATE pg_proc SET proleakproof = true;
