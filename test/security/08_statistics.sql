-- What the server counts and samples over the rows of all tenants.

-- attack: common values and histograms
-- expects: nothing
-- without context: nothing
SELECT * FROM pg_stats WHERE schemaname = 'lad_data';

-- attack: the statistics themselves
-- expects: !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501
SELECT * FROM pg_statistic;
SELECT stavalues1 FROM pg_statistic WHERE starelid = 'lad_data.leads'::regclass;
SELECT * FROM pg_statistic_ext_data;

-- attack: extended statistics
-- expects: nothing
-- without context: nothing
SELECT * FROM pg_stats_ext WHERE schemaname = 'lad_data' OR tablename ~ 'lead';
SELECT * FROM pg_stats_ext_exprs WHERE schemaname = 'lad_data' OR tablename ~ 'lead';

-- attack: statistics ordered by the attacker
-- expects: !42501 / !42501
-- without context: !42501 / !42501
CREATE STATISTICS playground.spy (mcv) ON first_name, email FROM lad_data.leads;
ALTER TABLE lad_data.leads ALTER COLUMN email SET STATISTICS 10000;

-- attack: ANALYZE that tells
-- expects: nothing
-- without context: nothing
ANALYZE VERBOSE lad_data.leads;
ANALYZE VERBOSE lad_data.users (email);

-- attack: statistics of a copy of one's own
-- expects: t
-- without context: !LD001 / !42P01 / f
CREATE TABLE playground.kept AS SELECT * FROM lad_data.leads;
ANALYZE playground.kept;
SELECT count(*) > 0 FROM pg_stats WHERE schemaname = 'playground' AND tablename = 'kept';
ROLLBACK;

-- attack: what other sessions run
-- expects: ~^\d+$
-- without context: ~^\d+$
SELECT count(*) FROM pg_stat_activity WHERE query ILIKE '%zq7canary%' AND pid <> pg_backend_pid() AND query LIKE '%v1.%';

-- attack: the texts of all sessions
-- expects: ~.
-- without context: ~.
SELECT pid, usename, query FROM pg_stat_activity;

-- attack: what this session ran before
-- expects: ~.
-- without context: ~.
SELECT statement, parameter_types FROM pg_prepared_statements;
SELECT name, statement FROM pg_cursors;
SELECT pg_listening_channels();

-- attack: locks of others
-- expects: ~^\d+$
-- without context: ~^\d+$
SELECT count(*) FROM pg_locks WHERE relation = 'lad_data.leads'::regclass AND pid <> pg_backend_pid() AND locktype = 'tuple';

-- attack: counters of tables and indexes
-- expects: ~\w
-- without context: ~\w
SELECT * FROM pg_stat_all_tables WHERE schemaname = 'lad_data';
SELECT * FROM pg_statio_all_indexes WHERE schemaname = 'lad_data';

-- attack: statement statistics
-- expects: !42P01 / !42501
-- without context: !42P01 / !42501
SELECT query FROM pg_stat_statements;
CREATE EXTENSION pg_stat_statements;

-- attack: pages of tables
-- expects: !42883 / !42501
-- without context: !42883 / !42501
SELECT get_raw_page('lad_data.leads', 0);
CREATE EXTENSION pageinspect;

-- attack: resetting and reading what only superusers may
-- expects: !42501 / !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501 / !42501
SELECT pg_stat_reset();
SELECT * FROM pg_backend_memory_contexts;
SELECT * FROM pg_shmem_allocations;
SELECT * FROM pg_hba_file_rules;

-- attack: definitions that could hold values
-- expects: 0
-- without context: 0
SELECT count(*) FROM (
    SELECT pg_get_constraintdef(oid) FROM pg_constraint UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index
    UNION ALL SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef UNION ALL SELECT prosrc FROM pg_proc
    UNION ALL SELECT definition FROM pg_views UNION ALL SELECT description FROM pg_description
    UNION ALL SELECT array_to_string(setconfig, ' ') FROM pg_db_role_setting) AS t (text) WHERE text ~ ('zq7' || 'canary');

-- attack: sequences of all tenants
-- expects: !42501 / !42501 / !55000
-- without context: !42501 / !42501 / !55000
SELECT last_value FROM lad_data.voice_agents_id_seq;
SELECT nextval('lad_data.voice_agents_id_seq');
SELECT lastval();

-- attack: large objects
-- expects: 0
-- without context: 0
SELECT count(*) FROM pg_largeobject_metadata;

-- attack: words of a column by ts_stat
-- expects: 0
SELECT count(*) FROM ts_stat('SELECT to_tsvector(''simple'', first_name || '' '' || coalesce(email, '''')) FROM lad_data.leads') WHERE word ~ 'zq7';
