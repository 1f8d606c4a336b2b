-- Plans that were made for one tenant and are run by another.

-- attack: the plan that the canary prepared
-- expects: !26000
-- under pool: ~ownlead
-- without context: !26000
EXECUTE theirs;

-- attack: a generic plan kept over transactions
-- expects: ownlead / ownlead / !LD001
SET LOCAL plan_cache_mode = force_generic_plan;
PREPARE kept (uuid, uuid) AS SELECT first_name FROM lad_data.leads WHERE id IN ($1, $2);
EXECUTE kept (:'own_lead', :'canary_lead');
EXECUTE kept (:'own_lead', :'canary_lead');
COMMIT;
BEGIN;
EXECUTE kept (:'own_lead', :'canary_lead');
DEALLOCATE kept;

-- attack: a plan run six times, until it is generic
-- expects: 0 / 0 / 0 / 0 / 0 / 0 / 0
-- without context: !LD001 / !LD001 / !LD001 / !LD001 / !LD001 / !LD001 / !LD001
PREPARE often (uuid) AS SELECT count(*) FROM lad_data.leads WHERE tenant_id = $1;
EXECUTE often (:'canary');
EXECUTE often (:'canary');
EXECUTE often (:'canary');
EXECUTE often (:'canary');
EXECUTE often (:'canary');
EXECUTE often (:'canary');
EXECUTE often (:'canary');
DEALLOCATE often;

-- attack: a plan prepared before the context and run within it
-- expects: ownlead
COMMIT;
PREPARE early AS SELECT first_name FROM lad_data.leads WHERE id IN (:'own_lead', :'canary_lead');
BEGIN;
SELECT lad.authenticate(:'own_token') \g /dev/null
EXECUTE early;
DEALLOCATE early;

-- attack: a plan that writes for whoever runs it
-- expects: t
PREPARE writing AS INSERT INTO lad_data.leads (first_name) VALUES ('x') RETURNING tenant_id = :'own';
EXECUTE writing;
ROLLBACK;
DEALLOCATE writing;

-- attack: plans that change and delete foreign rows
-- expects: 0 / 0
PREPARE changing AS WITH c AS (UPDATE lad_data.leads SET notes = 'mole' WHERE id = :'canary_lead' RETURNING 1) SELECT count(*) FROM c;
PREPARE deleting AS WITH c AS (DELETE FROM lad_data.leads WHERE tenant_id = :'canary' RETURNING 1) SELECT count(*) FROM c;
EXECUTE changing;
EXECUTE deleting;
DEALLOCATE changing;
DEALLOCATE deleting;

-- attack: a plan into a table
-- expects: 0
PREPARE kept AS SELECT * FROM lad_data.leads WHERE tenant_id <> :'own';
CREATE TABLE playground.kept AS EXECUTE kept;
SELECT count(*) FROM playground.kept;
ROLLBACK;
DEALLOCATE kept;

-- attack: a function whose plans are kept
-- expects: t / !LD001
CREATE FUNCTION playground.counted() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM lad_data.leads WHERE tenant_id <> :'own'); END $$;
SELECT sum(playground.counted()) = 0 FROM generate_series(1, 12);
SET LOCAL lad.token = '';
SELECT playground.counted();
ROLLBACK;

-- attack: a function that is inlined
-- expects: ownlead
CREATE FUNCTION playground.named(uuid) RETURNS SETOF varchar LANGUAGE sql STABLE AS 'SELECT first_name FROM lad_data.leads WHERE id = $1';
SELECT named FROM playground.named(:'own_lead');
SELECT named FROM playground.named(:'canary_lead');
ROLLBACK;

-- attack: a plan run while row security is said to be off
-- expects: !42501 / ownlead
PREPARE open AS SELECT first_name FROM lad_data.leads WHERE id IN (:'own_lead', :'canary_lead');
SET LOCAL row_security = off;
EXECUTE open;
SET LOCAL row_security = on;
EXECUTE open;
DEALLOCATE open;

-- attack: a plan run after the search path changed
-- expects: ownlead / decoy
-- without context: ~decoy$
SET LOCAL search_path = lad_data;
PREPARE moved AS SELECT first_name::text FROM leads WHERE id IN (:'own_lead', :'canary_lead');
EXECUTE moved;
CREATE TABLE playground.leads AS SELECT :'own_lead'::uuid AS id, 'decoy'::text AS first_name;
SET LOCAL search_path = playground, lad_data;
EXECUTE moved;
ROLLBACK;
DEALLOCATE moved;

-- attack: a plan whose tenant is a subquery
-- expects: 0 / t
PREPARE nested AS SELECT count(*) FROM lad_data.leads WHERE tenant_id = (SELECT id FROM lad_data.tenants WHERE slug = 'zq7canary');
PREPARE everybody AS SELECT count(DISTINCT tenant_id) = 1 FROM lad_data.leads;
EXECUTE nested;
EXECUTE everybody;
DEALLOCATE ALL;

-- attack: a plan that posts money
-- expects: !LD205
PREPARE paying (uuid) AS SELECT lad.debit($1, 1, 'prepared');
EXECUTE paying (:'canary_wallet');
DEALLOCATE paying;

-- attack: a plan that authenticates
-- expects: !LD004
PREPARE entering (text) AS SELECT lad.authenticate($1);
EXECUTE entering (:'canary_token');
DEALLOCATE entering;

-- attack: a plan with a cursor inside and a sort outside
-- expects: ownlead
PREPARE sorted AS SELECT first_name FROM lad_data.leads WHERE id IN (:'own_lead', :'canary_lead') ORDER BY email, tenant_id FOR SHARE;
EXECUTE sorted;
DEALLOCATE sorted;
