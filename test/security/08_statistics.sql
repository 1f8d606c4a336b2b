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

-- attack: a hidden slug letter by letter, by what an index scan counts
-- expects: 0 / !42501
SELECT count(*) FROM (SELECT slug FROM lad_data.tenants WHERE slug >= 'zq7c' AND slug < 'zq7d' ORDER BY slug LIMIT 1) AS t;
SELECT pg_stat_get_xact_tuples_returned('lad_data.tenants_slug_key'::regclass);

-- attack: the same by the locks that SERIALIZABLE leaves on touched rows
-- expects: 0 / !42501
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT lad.authenticate(:'own_token') \g /dev/null
SELECT count(*) FROM (SELECT slug FROM lad_data.tenants WHERE slug >= 'zq7c' AND slug < 'zq7d' ORDER BY slug LIMIT 1) AS t;
SELECT locktype, page, tuple FROM pg_locks WHERE mode = 'SIReadLock' AND relation = 'lad_data.tenants'::regclass;

-- attack: the views of such counters
-- expects: !42501 / !42501 / !42501 / !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501 / !42501 / !42501 / !42501
SELECT seq_tup_read, idx_tup_fetch FROM pg_stat_xact_user_tables;
SELECT idx_tup_fetch FROM pg_stat_all_tables WHERE schemaname = 'lad_data';
SELECT idx_tup_read FROM pg_stat_all_indexes WHERE schemaname = 'lad_data';
SELECT heap_blks_hit FROM pg_statio_all_tables WHERE schemaname = 'lad_data';
SELECT idx_blks_read FROM pg_statio_all_indexes WHERE schemaname = 'lad_data';
SELECT tup_returned FROM pg_stat_database;

-- attack: calls of the policies' function, where the administrator counts calls
-- expects: !42501 / !42501
-- without context: !42501 / !42501
SELECT calls FROM pg_stat_xact_user_functions WHERE funcname = 'current_tenant_id';
SELECT pg_stat_get_function_calls('lad.current_tenant_id'::regproc);

-- attack: such counters behind an operator, an aggregate, a function
-- expects: !42501 / !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501 / !42501
CREATE OPERATOR playground.# (RIGHTARG = oid, FUNCTION = pg_stat_get_xact_tuples_returned);
SELECT OPERATOR(playground.#) 'lad_data.leads'::regclass::oid;
CREATE FUNCTION playground.counted() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RETURN pg_stat_get_xact_tuples_fetched('lad_data.leads'::regclass); END $$;
SELECT playground.counted();
CREATE FUNCTION playground.inlined(oid) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT pg_stat_get_tuples_returned($1)';
SELECT max(playground.inlined(oid)) FROM pg_class;
DO $$ BEGIN PERFORM count(*) FROM pg_locks; END $$;
ROLLBACK;

-- attack: where a foreign row has gone
-- expects: !42501
-- without context: !42501
SELECT currtid2('lad_data.leads', '(0,1)');

-- attack: what remains to be counted
-- expects: t / t
-- without context: t / t
SELECT count(*) > 0 FROM pg_stat_all_tables WHERE n_live_tup >= 0 AND schemaname = 'lad_data';
SELECT count(*) > 0 FROM pg_stat_database WHERE numbackends > 0;

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
