-- Temporary objects: first in the search path, and left for the next client.

-- attack: a temporary table that stays
-- expects: !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501
CREATE TEMP TABLE leads (LIKE lad_data.leads);
CREATE TEMP TABLE leads AS SELECT * FROM lad_data.leads;
SELECT * INTO TEMP leads FROM lad_data.leads;

-- attack: in other spellings
-- expects: !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501
CREATE TABLE pg_temp.leads (n int);
CREATE LOCAL TEMPORARY TABLE leads (n int) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE leads (n int) ON COMMIT PRESERVE ROWS;

-- attack: inside a function
-- expects: !42501
-- without context: !42501
DO $$ BEGIN EXECUTE 'CREATE TEMP TABLE leads AS SELECT * FROM lad_data.leads'; END $$;

-- attack: temporary views, sequences and types
-- expects: !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501
CREATE TEMP VIEW leads AS SELECT * FROM lad_data.leads;
CREATE TEMP SEQUENCE leads;
CREATE TYPE pg_temp.leads AS (n int);

-- attack: the temporary table that the canary made
-- expects: !42P01
-- without context: !42P01
SELECT * FROM theirs;

-- attack: the temporary schemas of other sessions
-- expects: 0
-- without context: 0
SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname LIKE 'pg_temp%' AND n.oid <> pg_my_temp_schema() AND has_table_privilege(c.oid, 'SELECT');

-- attack: one that ends with the transaction
-- expects: ownlead / !42P01
CREATE TEMP TABLE mine ON COMMIT DROP AS SELECT id, first_name FROM lad_data.leads;
SELECT first_name FROM mine WHERE id IN (:'own_lead', :'canary_lead');
COMMIT;
SELECT * FROM mine;

-- attack: wallets in front of the wallets
-- expects: !LD205 / !LD205
CREATE TEMP TABLE billing_wallets ON COMMIT DROP AS SELECT :'canary_wallet'::uuid AS id, :'own'::uuid AS tenant_id, 1e9 AS current_balance;
SET LOCAL search_path = pg_temp, lad_data, lad;
SELECT lad.debit(:'canary_wallet', 1, 'decoy');
SELECT lad.balance(:'canary_wallet');
ROLLBACK;

-- attack: catalogs in front of the catalogs
-- expects: !42501 / !P0002
CREATE TEMP TABLE pg_class ON COMMIT DROP AS SELECT 'lad_data.leads'::regclass::oid AS oid, 10::oid AS relowner, false AS relrowsecurity;
CREATE TEMP TABLE pg_roles ON COMMIT DROP AS SELECT 'app'::name AS rolname, true AS rolsuper;
SET LOCAL search_path = pg_temp, pg_catalog;
SELECT * FROM lad.install_schema();
SELECT lad.soft_delete('lad_data.leads', :'canary_lead'::uuid);
ROLLBACK;

-- attack: memberships in front of the memberships
-- expects: f
-- as: viewer
CREATE TEMP TABLE memberships ON COMMIT DROP AS SELECT :'own'::uuid AS tenant_id, :'own_viewer'::uuid AS user_id, 'owner' AS role;
SET LOCAL search_path = pg_temp, lad_data, lad;
SELECT lad.has_role('owner');
ROLLBACK;

-- attack: functions in pg_temp in front of the built-in ones
-- expects: t / ownlead
-- without context: t / !LD001
CREATE FUNCTION pg_temp.current_tenant_id() RETURNS uuid LANGUAGE sql AS $$ SELECT :'canary'::uuid $$;
CREATE FUNCTION pg_temp.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT '2000-01-01'::timestamptz $$;
SET LOCAL search_path = pg_temp, lad_data, lad;
SELECT now() > '2020-01-01';
SELECT first_name FROM leads WHERE id IN (:'own_lead', :'canary_lead');
ROLLBACK;

-- attack: inheriting from everybody's rows
-- expects: !42501
-- without context: !42501
CREATE TEMP TABLE heir () INHERITS (lad_data.leads) ON COMMIT DROP;

-- attack: a temporary partition of everybody's rows
-- expects: ~^!(42501|42809)$
-- without context: ~^!(42501|42809)$
CREATE TEMP TABLE heir PARTITION OF lad_data.voice_call_logs FOR VALUES FROM ('2050-01-01') TO ('2050-02-01') ON COMMIT DROP;

-- attack: an unlogged table of one's own
-- expects: 0
CREATE UNLOGGED TABLE playground.kept AS SELECT * FROM lad_data.leads;
SELECT count(*) FROM playground.kept WHERE tenant_id <> :'own';
ROLLBACK;

-- attack: a table moved into the temporary schema
-- expects: ~^!\w{5}$
-- without context: ~^!\w{5}$
CREATE TABLE playground.leads (n int);
ALTER TABLE playground.leads SET SCHEMA pg_temp;
ROLLBACK;
