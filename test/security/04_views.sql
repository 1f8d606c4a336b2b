-- Views, rules and stored queries: whose rights do they read with?

-- attack: a view of one's own
-- expects: ownlead
CREATE VIEW playground.all_leads AS SELECT id, first_name FROM lad_data.leads;
SELECT first_name FROM playground.all_leads WHERE id IN (:'own_lead', :'canary_lead');
ROLLBACK;

-- attack: a view that is no barrier, with a function that tells
-- expects: ~^\d+$
CREATE FUNCTION playground.tell(text) RETURNS boolean LANGUAGE plpgsql COST 0.000001 AS $$ BEGIN RAISE NOTICE 'saw %', $1; RETURN true; END $$;
CREATE VIEW playground.all_leads WITH (security_barrier = false) AS SELECT email, tenant_id FROM lad_data.leads;
SELECT count(*) FROM playground.all_leads WHERE playground.tell(email);
ROLLBACK;

-- attack: a view with the rights of its owner
-- expects: ownlead
CREATE VIEW playground.all_leads WITH (security_invoker = false) AS TABLE lad_data.leads;
SELECT first_name FROM playground.all_leads WHERE id IN (:'own_lead', :'canary_lead');
ROLLBACK;

-- attack: a materialised view
-- expects: ownlead
CREATE MATERIALIZED VIEW playground.kept AS SELECT id, first_name, notes FROM lad_data.leads;
SELECT first_name FROM playground.kept WHERE id IN (:'own_lead', :'canary_lead');
ROLLBACK;

-- attack: a materialised view refreshed without a context
-- expects: !LD001
CREATE MATERIALIZED VIEW playground.kept AS SELECT id, first_name, notes FROM lad_data.leads WITH NO DATA;
SET LOCAL lad.token = '';
REFRESH MATERIALIZED VIEW playground.kept;
ROLLBACK;

-- attack: writing for the canary through a view
-- expects: !42501
CREATE VIEW playground.all_leads AS TABLE lad_data.leads;
INSERT INTO playground.all_leads (tenant_id, first_name) VALUES (:'canary', 'mole');
ROLLBACK;

-- attack: changing and deleting through a view
-- expects: nothing
CREATE VIEW playground.all_leads AS TABLE lad_data.leads;
UPDATE playground.all_leads SET first_name = 'mole' WHERE id = :'canary_lead' RETURNING *;
DELETE FROM playground.all_leads WHERE id = :'canary_lead' RETURNING *;
ROLLBACK;

-- attack: a rule on one's own view that writes elsewhere
-- expects: 0
CREATE VIEW playground.lever AS SELECT 1 AS n;
CREATE RULE lever AS ON UPDATE TO playground.lever DO INSTEAD UPDATE lad_data.leads SET notes = 'mole' WHERE tenant_id = :'canary' RETURNING 1;
UPDATE playground.lever SET n = 2;
SELECT count(*) FROM lad_data.leads WHERE notes = 'mole';
ROLLBACK;

-- attack: a rule on the table itself
-- expects: !42501
CREATE RULE spy AS ON INSERT TO lad_data.leads DO ALSO NOTIFY leads;

-- attack: a view among the tables
-- expects: !42501 / !42501
CREATE VIEW lad_data.all_leads AS TABLE lad_data.leads;
CREATE VIEW lad.all_leads AS TABLE lad_data.leads;

-- attack: a temporary view for the next client
-- expects: !42501
-- without context: !42501
CREATE TEMP VIEW leads AS SELECT * FROM lad_data.leads;

-- attack: a recursive query
-- expects: nothing
WITH RECURSIVE walk AS (SELECT id, first_name FROM lad_data.leads WHERE id = :'canary_lead'
    UNION SELECT l.id, l.first_name FROM lad_data.leads AS l JOIN walk ON l.tenant_id = :'canary')
SELECT * FROM walk;

-- attack: a view as XML, a table as XML, the schema as XML
-- expects: t|f / t|f / t|f
CREATE VIEW playground.all_leads AS SELECT * FROM lad_data.leads;
SELECT xml LIKE '%ownlead%', xml LIKE '%zq7%' FROM (SELECT table_to_xml('playground.all_leads', true, false, '')::text) AS x (xml);
SELECT xml LIKE '%ownlead%', xml LIKE '%zq7%' FROM (SELECT table_to_xml('lad_data.leads', true, false, '')::text) AS x (xml);
SELECT xml LIKE '%ownlead%', xml LIKE '%zq7%' FROM (SELECT schema_to_xml('playground', true, false, '')::text) AS x (xml);
ROLLBACK;

-- attack: every table that may be read, in one go
-- expects: ~ownlead
SELECT query_to_xml(format('SELECT * FROM lad_data.%I', relname), true, true, '') FROM pg_class
WHERE relnamespace = 'lad_data'::regnamespace AND relkind IN ('r', 'p') AND has_table_privilege(oid, 'SELECT');

-- attack: every column that may be read, in one go
-- expects: ~ownlead
SELECT query_to_xml(format('SELECT %s FROM lad_data.%I', string_agg(quote_ident(attname), ','), relname), true, true, '')
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'lad_data'::regnamespace AND c.relkind IN ('r', 'p') AND has_column_privilege(c.oid, a.attnum, 'SELECT')
GROUP BY relname;

-- attack: joins, grouping sets and windows over foreign rows
-- expects: 0 / t / 0
SELECT count(*) FROM lad_data.leads AS a FULL JOIN lad_data.leads AS b ON a.email = b.email WHERE b.tenant_id = :'canary';
SELECT count(DISTINCT tenant_id) = 1 FROM (SELECT tenant_id, grouping(tenant_id) FROM lad_data.leads GROUP BY GROUPING SETS ((tenant_id))) AS g;
SELECT count(*) FROM (SELECT lead(tenant_id) OVER (ORDER BY tenant_id) AS next FROM lad_data.leads) AS w WHERE next <> :'own';

-- attack: rows by their place and by a sample
-- expects: 0 / 0 / 0
SELECT count(*) FROM lad_data.leads WHERE tenant_id <> :'own' AND ctid = ANY (ARRAY(SELECT format('(0,%s)', n)::tid FROM generate_series(1, 200) AS n));
SELECT count(*) FROM lad_data.leads TABLESAMPLE SYSTEM (100) WHERE tenant_id <> :'own';
SELECT count(*) FROM lad_data.leads TABLESAMPLE BERNOULLI (100) REPEATABLE (1) WHERE tenant_id <> :'own';
