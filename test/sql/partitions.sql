-- Partitions made ahead and mended by the clock, wherever the session is.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE FUNCTION public.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; code text; detail text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
    RETURN code || ': ' || message || coalesce(' | ' || nullif(detail, ''), '');
END $$;
CREATE SCHEMA parts;
CREATE FUNCTION parts.bounds(parent regclass) RETURNS TABLE (partition text, bounds text) LANGUAGE sql
    SET timezone = 'UTC' AS $$
    SELECT c.relname, regexp_replace(pg_get_expr(c.relpartbound, c.oid), 'FOR VALUES FROM|''|[()]| 00:00:00[+]00', '', 'g')
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = parent
    ORDER BY substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''([^'']+)')::timestamptz NULLS LAST
$$;
CREATE FUNCTION parts.run(parent regclass, as_of timestamptz) RETURNS TABLE (action text, partition text, detail text) LANGUAGE sql AS
    'SELECT action, partition::text, detail FROM lad.maintain_partitions(parent, as_of)';

-- The calls are managed from the installation on: the past, this month, six more.
SELECT column_name, step, premake, retention, retention_action, last_run_at > now() - interval '1 hour' AS ran, last_error
FROM lad_data.managed_partitions WHERE table_name = 'voice_call_logs';
SELECT count(*) FROM parts.bounds('lad_data.voice_call_logs');
SELECT * FROM lad.maintain_partitions('lad_data.voice_call_logs');

-- A table of somebody's own, without row-level security. The session's zone is no zone of the boundaries.
CREATE TABLE parts.events (id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL, note text DEFAULT 'none' CHECK (note <> ''),
    PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE INDEX events_note_idx ON parts.events (lower(note)) WHERE note IS NOT NULL;
SET timezone = 'America/New_York';
SET datestyle = 'SQL, DMY';
SELECT lad.manage_partitions('parts.events', 'at', premake => 3);
SELECT * FROM parts.run('parts.events', '2026-01-31 20:00:00-05');
SET timezone = 'Asia/Kolkata';
SET datestyle = 'German';
SELECT * FROM parts.run('parts.events', '2026-02-01 05:29:59+05:30');
SELECT * FROM parts.run('parts.events', '2026-03-01 05:29:59+05:30');
SELECT * FROM parts.run('parts.events', '2026-03-01 05:30:00+05:30');
RESET timezone;
RESET datestyle;
SELECT * FROM parts.bounds('parts.events');
SELECT i.relname, x.indisvalid FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = 'parts.events_2026_06'::regclass ORDER BY 1;
SELECT conname FROM pg_constraint WHERE conrelid = 'parts.events_2026_06'::regclass ORDER BY 1;

-- Eight idle months, and no row in any; the past goes to the legacy partition, beyond the horizon rows are refused.
SELECT count(*), min(partition), max(partition) FROM parts.run('parts.events', '2026-11-15');
INSERT INTO parts.events (at) VALUES ('1999-12-31'), ('2026-02-01 00:00:00+00'), ('2026-01-31 23:59:59+00'), ('2027-02-28 23:59:59.999999+00');
SELECT tableoid::regclass, count(*) FROM parts.events GROUP BY 1 ORDER BY 1;
SELECT public.attempt($$INSERT INTO parts.events (at) VALUES ('2027-03-01')$$);
-- The clock of a test may go back.
SELECT * FROM parts.run('parts.events', '1970-01-01');

-- A gap in the middle is filled around a partition that somebody has made; the legacy partition comes back.
DROP TABLE parts.events_2026_06, parts.events_2026_07, parts.events_legacy;
CREATE TABLE parts.events_mine PARTITION OF parts.events FOR VALUES FROM ('2026-06-10') TO ('2026-07-20');
SELECT * FROM parts.run('parts.events', '2026-11-15');
-- A name that is taken gets a number.
ALTER TABLE parts.events DETACH PARTITION parts.events_2026_12;
SELECT * FROM parts.run('parts.events', '2026-11-15');

-- Days, weeks, quarters, years, hours; timestamp and date; quoted and long names.
CREATE TABLE parts."Odd ""table"" of Müller" ("the time" timestamp NOT NULL, n int) PARTITION BY RANGE ("the time");
SELECT lad.manage_partitions('parts."Odd ""table"" of Müller"', 'the time', '6 hours', 2);
SELECT * FROM parts.run('parts."Odd ""table"" of Müller"', '2028-02-28 23:00:00+00');
CREATE TABLE parts.a_table_whose_name_is_as_long_as_postgresql_allows_it_to_be_xxx (day date, n int) PARTITION BY RANGE (day);
SELECT lad.manage_partitions('parts.a_table_whose_name_is_as_long_as_postgresql_allows_it_to_be_xxx', 'day', '1 week', 1);
SELECT partition, detail FROM parts.run('parts.a_table_whose_name_is_as_long_as_postgresql_allows_it_to_be_xxx', '2026-11-24');
CREATE TABLE parts.days (at timestamptz) PARTITION BY RANGE (at);
SELECT lad.manage_partitions('parts.days', 'at', '1 day', 1);
SELECT partition, detail FROM parts.run('parts.days', '2028-02-29 12:00:00+00');
CREATE UNLOGGED TABLE parts.quarters (at date) PARTITION BY RANGE (at);
SELECT lad.manage_partitions('parts.quarters', 'at', '3 months', 1);
SELECT partition, detail FROM parts.run('parts.quarters', '2026-11-24');
SELECT relpersistence FROM pg_class WHERE oid = 'parts.quarters_2026_10'::regclass;
SELECT lad.manage_partitions('parts.quarters', 'at', '1 year', 1, retention => '10 years', retention_action => 'drop');
SELECT partition, detail FROM parts.run('parts.quarters', '2028-01-01');
SELECT step, premake, retention, retention_action FROM lad_data.managed_partitions WHERE table_name = 'quarters';

-- Drift: what a leaf has lost, or got, comes to be as on its table.
CREATE TABLE parts.secrets (tenant_id uuid NOT NULL, id int, at timestamptz, PRIMARY KEY (tenant_id, id, at)) PARTITION BY RANGE (at);
SELECT count(*) > 0 FROM lad.protect('parts.secrets');
GRANT SELECT, INSERT ON parts.secrets TO lad_app;
CREATE FUNCTION parts.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER secrets_note AFTER INSERT ON parts.secrets FOR EACH ROW EXECUTE FUNCTION parts.note();
SELECT lad.manage_partitions('parts.secrets', 'at', premake => 1);
SELECT action, partition FROM parts.run('parts.secrets', '2026-01-10');
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relacl IS NULL AS ungranted, string_agg(p.polname, ', ' ORDER BY p.polname) AS policies
FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid WHERE c.relname LIKE 'secrets_2026%' AND c.relkind = 'r' GROUP BY c.oid, 1, 2, 3, 4 ORDER BY 1;
SELECT * FROM lad.lint() WHERE object LIKE '%secrets%';
ALTER TABLE parts.secrets_2026_01 NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY, DISABLE TRIGGER secrets_note;
DROP POLICY secrets_2026_01_tenant ON parts.secrets_2026_01;
ALTER POLICY secrets_2026_02_tenant ON parts.secrets_2026_02 USING (true);
GRANT SELECT ON parts.secrets_2026_01 TO lad_app;
GRANT INSERT (id) ON parts.secrets_2026_02 TO PUBLIC;
CREATE INDEX secrets_id_idx ON ONLY parts.secrets (id);
CREATE INDEX ready_idx ON parts.secrets_2026_02 (id);
SELECT level, problem, detail FROM lad.partition_health() WHERE parent = 'parts.secrets'::regclass AND problem NOT IN ('horizon', 'not_run') ORDER BY detail COLLATE "C";
SELECT * FROM parts.run('parts.secrets', '2026-01-10');
SELECT level, problem, detail FROM lad.partition_health() WHERE parent = 'parts.secrets'::regclass AND problem <> 'horizon';
SELECT * FROM parts.run('parts.secrets', '2026-01-10');
SELECT i.relname, x.indisvalid FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE i.relname LIKE 'secrets%id_idx' OR i.relname = 'ready_idx' ORDER BY 1;

-- Health: what will be refused and when, what has outlived its time, what cannot go on.
SELECT problem, level FROM lad.partition_health() WHERE parent = 'parts.secrets'::regclass;
CREATE TABLE parts.diary (at timestamptz) PARTITION BY RANGE (at);
CREATE VIEW parts.health AS SELECT DISTINCT level, problem FROM lad.partition_health() WHERE parent = 'parts.diary'::regclass ORDER BY 1, 2;
SELECT lad.manage_partitions('parts.diary', 'at', '1 day', 30);
SELECT * FROM parts.health;
SELECT count(*) FROM parts.run('parts.diary', now() - interval '20 days');
SELECT * FROM parts.health;
SELECT lad.manage_partitions('parts.diary', 'at', '1 day', 30, retention => '1 day');
SELECT count(*) FROM parts.run('parts.diary', now());
SELECT * FROM parts.health;
SELECT count(*) FROM parts.run('parts.diary', now() + interval '40 days');
UPDATE lad_data.managed_partitions SET last_run_at = now() - interval '49 hours', retention = NULL WHERE table_name = 'diary';
SELECT * FROM parts.health;
CREATE TABLE parts.diary_rest PARTITION OF parts.diary DEFAULT;
SELECT * FROM parts.health;
SELECT public.attempt($$SELECT lad.maintain_partitions('parts.diary')$$);
DROP TABLE parts.diary_rest;
DROP VIEW parts.health;
ALTER TABLE parts.diary RENAME at TO at_time;
SELECT DISTINCT level, problem, detail FROM lad.partition_health() WHERE parent = 'parts.diary'::regclass AND problem = 'not_manageable';
DROP TABLE parts.diary;
DELETE FROM lad_data.managed_partitions WHERE table_name = 'diary';
CREATE TABLE parts.endless (at date) PARTITION BY RANGE (at);
CREATE TABLE parts.endless_all PARTITION OF parts.endless FOR VALUES FROM (MINVALUE) TO (MAXVALUE);
SELECT lad.manage_partitions('parts.endless', 'at');
SELECT * FROM parts.run('parts.endless', now());
SELECT level, problem FROM lad.partition_health() WHERE parent = 'parts.endless'::regclass;

-- Among all, one that refuses stops no other, and says why until it is mended.
ALTER TABLE parts.quarters RENAME TO seasons;
CREATE TABLE parts.days_rest PARTITION OF parts.days DEFAULT;
DROP TABLE parts.events_2027_02;
SELECT parent, action, partition, detail FROM lad.maintain_partitions(as_of => '2026-11-15') WHERE parent::text LIKE 'parts.%' OR parent IS NULL ORDER BY parent::text, partition::text;
SELECT parent, problem, detail FROM lad.partition_health() WHERE problem IN ('refused', 'missing_table') ORDER BY 1, 2;
SELECT lad.unmanage_partitions('parts.days'), lad.unmanage_partitions('parts.days');
ALTER TABLE parts.seasons RENAME TO quarters;

-- Bad input, each with its own SQLSTATE.
CREATE TABLE parts.plain (id int PRIMARY KEY, at timestamptz, UNIQUE (id, at));
CREATE TABLE parts.listed (at timestamptz) PARTITION BY LIST (at);
CREATE TABLE parts.pairs (at timestamptz, n int) PARTITION BY RANGE (at, n);
CREATE TABLE parts.computed (at timestamptz) PARTITION BY RANGE ((at AT TIME ZONE 'UTC'));
CREATE TABLE parts.numbers (at bigint) PARTITION BY RANGE (at);
CREATE TABLE parts.above (at timestamptz) PARTITION BY RANGE (at);
CREATE TABLE parts.below PARTITION OF parts.above FOR VALUES FROM (MINVALUE) TO (MAXVALUE) PARTITION BY RANGE (at);
CREATE VIEW parts.seen AS SELECT * FROM parts.plain;
SELECT arguments, public.attempt('SELECT lad.manage_partitions(' || arguments || ')') FROM (VALUES
    ($$NULL, 'at'$$), ($$'parts.events', NULL$$), ($$'parts.events', 'at', NULL$$), ($$'parts.events', 'at', premake => NULL$$),
    ($$'parts.events', 'at', retention_action => NULL$$), ($$4294967295, 'at'$$), ($$'parts.seen', 'at'$$), ($$'pg_catalog.pg_class', 'relname'$$),
    ($$'parts.events', 'nowhere'$$), ($$'parts.events', 'note'$$), ($$'parts.events', 'at', '1 month 1 day'$$), ($$'parts.events', 'at', '-1 month'$$),
    ($$'parts.events', 'at', '0'$$), ($$'parts.events', 'at', '90 minutes'$$), ($$'parts.a_table_whose_name_is_as_long_as_postgresql_allows_it_to_be_xxx', 'day', '6 hours'$$),
    ($$'parts.events', 'at', premake => -1$$), ($$'parts.events', 'at', premake => 901$$), ($$'parts.events', 'at', retention => '0'$$),
    ($$'parts.events', 'at', retention => '-1 day'$$), ($$'parts.events', 'at', retention_action => 'burn'$$), ($$'parts.plain', 'at'$$),
    ($$'lad_data.billing_usage_events', 'created_at'$$), ($$'parts.listed', 'at'$$), ($$'parts.pairs', 'at'$$), ($$'parts.computed', 'at'$$),
    ($$'parts.numbers', 'at'$$), ($$'parts.below', 'at'$$), ($$'parts.days', 'at'$$)) AS bad (arguments);
SELECT arguments, public.attempt('SELECT * FROM lad.maintain_partitions(' || arguments || ')') FROM (VALUES
    ($$'parts.plain'$$), ($$4294967295$$), ($$'parts.events', NULL$$), ($$'parts.events', 'infinity'$$), ($$'parts.events', '10000-01-01'$$),
    ($$'parts."Odd ""table"" of Müller"', '2030-01-01'$$)) AS bad (arguments);

-- Who may: superusers, lad_owner, lad_service; for a table of another role its members.
CREATE ROLE parts_app IN ROLE lad_app;
CREATE ROLE parts_service IN ROLE lad_service;
CREATE ROLE parts_builder IN ROLE lad_service;
GRANT CREATE, USAGE ON SCHEMA parts TO parts_builder;
GRANT USAGE ON SCHEMA parts TO parts_app, parts_service;
SET ROLE parts_app;
SELECT public.attempt(call) FROM (VALUES ('SELECT lad.maintain_partitions()'), ('SELECT lad.partition_health()'),
    ($$SELECT lad.manage_partitions('lad_data.voice_call_logs', 'created_at')$$), ($$SELECT lad.unmanage_partitions('lad_data.voice_call_logs')$$),
    ('SELECT * FROM lad_data.managed_partitions')) AS calls (call);
SET ROLE parts_service;
SELECT public.attempt(call) FROM (VALUES ($$SELECT lad.maintain_partitions('lad_data.voice_call_logs')$$), ('SELECT lad.partition_health()'),
    ($$SELECT lad.manage_partitions('lad_data.voice_call_logs', 'created_at')$$), ($$SELECT lad.manage_partitions('parts.events', 'at')$$),
    ($$SELECT lad.maintain_partitions('parts.events')$$), ($$SELECT lad.unmanage_partitions('parts.events')$$)) AS calls (call);
SET ROLE parts_builder;
CREATE TABLE parts.built (at date) PARTITION BY RANGE (at);
SELECT lad.manage_partitions('parts.built', 'at', premake => 1);
SELECT action, partition FROM parts.run('parts.built', '2026-01-10');
RESET ROLE;
SELECT relowner::regrole FROM pg_class WHERE oid = 'parts.built_2026_01'::regclass;

DELETE FROM lad_data.managed_partitions WHERE schema_name = 'parts';
DROP SCHEMA parts CASCADE;
DROP FUNCTION public.attempt(text);
DROP ROLE parts_app, parts_service, parts_builder;
SELECT action FROM lad.maintain_partitions() WHERE action = 'refused';
SELECT problem, detail FROM lad.partition_health();
