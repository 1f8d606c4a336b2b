-- A table of many tenants, with the indexes that either side can use.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET maintenance_work_mem = '512MB';
CREATE SCHEMA IF NOT EXISTS bench;
CREATE UNLOGGED TABLE bench.people (
    tenant_id uuid NOT NULL, id uuid NOT NULL, name text NOT NULL, data jsonb NOT NULL, words tsvector NOT NULL);
INSERT INTO bench.people
SELECT md5('tenant ' || 1 + n % :tenants)::uuid, md5('person ' || n)::uuid, 'Person ' || md5((n / 50)::text),
       jsonb_build_object('city', 'city ' || n / 200 % 1000, 'n', n, 'tags', jsonb_build_array('tag ' || n % 7)),
       to_tsvector('simple', 'person city' || n / 200 % 1000 || CASE WHEN n % 2 = 0 THEN ' even' ELSE ' odd' END)
FROM generate_series(1, :rows) n;
ALTER TABLE bench.people ADD PRIMARY KEY (tenant_id, id);
CREATE INDEX people_search ON bench.people
    USING gin (tenant_id, name gin_trgm_ops, data jsonb_path_ops, words);
ALTER TABLE bench.people ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY people_tenant ON bench.people USING (tenant_id = lad.current_tenant_id());
GRANT USAGE ON SCHEMA bench TO bench_app;
GRANT SELECT ON bench.people TO bench_app;
VACUUM ANALYZE bench.people;
