-- Plans, and what they count.

-- attack: counted rows of a foreign lead
-- expects: !42501
-- without context: !42501
EXPLAIN ANALYZE SELECT * FROM lad_data.leads WHERE id = :'canary_lead';

-- attack: the same in other spellings
-- expects: !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501
EXPLAIN (ANALYZE, BUFFERS, VERBOSE, FORMAT json) SELECT * FROM lad_data.tenants WHERE slug = 'zq7canary';
EXPLAIN (ANALYZE true, TIMING off, SUMMARY off, COSTS off) SELECT count(*) FROM lad_data.users;
EXPLAIN (VERBOSE, ANALYZE 1) UPDATE lad_data.leads SET notes = 'mole' WHERE id = :'canary_lead';

-- attack: the same inside a function
-- expects: !42501
-- without context: !42501
DO $$ DECLARE line text; BEGIN FOR line IN EXECUTE 'EXPLAIN ANALYZE SELECT * FROM lad_data.leads' LOOP RAISE NOTICE '%', line; END LOOP; END $$;

-- attack: the same of a prepared statement
-- expects: !42501
-- without context: !42501
PREPARE counted AS SELECT * FROM lad_data.leads;
EXPLAIN ANALYZE EXECUTE counted;
DEALLOCATE counted;

-- attack: plans without counts
-- expects: ~tenant_id = lad.current_tenant_id
EXPLAIN (VERBOSE, COSTS off, SETTINGS) SELECT * FROM lad_data.leads WHERE email > 'zq' AND first_name < 'zr';

-- attack: plans with estimates
-- expects: ~rows=
EXPLAIN SELECT * FROM lad_data.leads WHERE tenant_id = :'canary' OR email LIKE 'zq%';
EXPLAIN (FORMAT json) SELECT stage, count(*) FROM lad_data.leads GROUP BY stage;

-- attack: plans by the library that logs them
-- expects: !42501 / !42501
-- without context: !42501 / !42501
LOAD 'auto_explain';
SET session_preload_libraries = 'auto_explain';

-- attack: plan trees and debugging to the client
-- expects: ownlead
SET LOCAL client_min_messages = debug5;
SET LOCAL debug_print_plan = on;
SET LOCAL debug_print_rewritten = on;
SELECT first_name FROM lad_data.leads WHERE id IN (:'own_lead', :'canary_lead');
SET LOCAL client_min_messages = error;

-- attack: a plan of what may not be read
-- expects: !42501 / !42501
EXPLAIN SELECT * FROM :month;
EXPLAIN SELECT password_hash FROM lad_data.users;

-- attack: EXPLAIN that would execute CREATE TABLE AS
-- expects: !42501
-- without context: !42501
EXPLAIN ANALYZE CREATE TABLE playground.kept AS SELECT * FROM lad_data.leads;

-- attack: executor statistics to the client
-- expects: !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501
SET log_executor_stats = on;
SET log_statement_stats = on;
SET log_min_duration_statement = 0;
