-- What forbids a conversion, one row for each reason; starting anyway changes nothing; who may.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE ROLE convert_service LOGIN IN ROLE lad_service;
CREATE ROLE convert_app LOGIN IN ROLE lad_app;
CREATE ROLE convert_other LOGIN;
CREATE SCHEMA conv;
GRANT USAGE ON SCHEMA conv TO convert_service, convert_app, convert_other;
CREATE FUNCTION conv.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ': ' || SQLERRM || coalesce(' | ' || nullif(detail, ''), '');
END $$;

-- One table for each blocker.
CREATE TABLE conv.fine (id bigint PRIMARY KEY, at timestamptz, day date, naive timestamp);
CREATE TABLE conv.no_key (id bigint, at timestamptz);
CREATE TABLE conv.unique_key (id bigint PRIMARY KEY, at timestamptz, code text UNIQUE, UNIQUE (code, at));
CREATE UNIQUE INDEX unique_key_half ON conv.unique_key (code) WHERE id > 0;
CREATE TABLE conv.excluded (id bigint PRIMARY KEY, at timestamptz, EXCLUDE USING btree (at WITH =));
CREATE TABLE conv.referred (id bigint PRIMARY KEY, at timestamptz, parent bigint REFERENCES conv.referred);
CREATE TABLE conv.referring (id bigint REFERENCES conv.referred);
CREATE TABLE conv.composite (id bigint, at timestamptz, PRIMARY KEY (id, at));
CREATE TABLE conv.lines (id bigint, at timestamptz, FOREIGN KEY (id, at) REFERENCES conv.composite);
CREATE TABLE conv.viewed (id bigint PRIMARY KEY, at timestamptz);
CREATE VIEW conv.v AS SELECT id FROM conv.viewed;
CREATE MATERIALIZED VIEW conv.mv AS SELECT at FROM conv.viewed;
CREATE FUNCTION conv.by_row(conv.viewed) RETURNS bigint LANGUAGE sql AS 'SELECT $1.id';
CREATE TABLE conv.of_rows (item conv.viewed);
CREATE RULE no_delete AS ON DELETE TO conv.viewed DO INSTEAD NOTHING;
CREATE TABLE conv.checked (id bigint PRIMARY KEY, at timestamptz, CONSTRAINT alone CHECK (id > 0) NO INHERIT);
ALTER TABLE conv.checked ADD CONSTRAINT later CHECK (id < 100) NOT VALID;
CREATE TABLE conv.triggered (id bigint PRIMARY KEY, at timestamptz);
CREATE FUNCTION conv.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER with_rows AFTER INSERT ON conv.triggered REFERENCING NEW TABLE AS n FOR EACH ROW EXECUTE FUNCTION conv.nothing();
CREATE TRIGGER always AFTER INSERT ON conv.triggered FOR EACH ROW EXECUTE FUNCTION conv.nothing();
ALTER TABLE conv.triggered ENABLE ALWAYS TRIGGER always;
CREATE TABLE conv.keys (id bigint PRIMARY KEY, at timestamptz);
INSERT INTO conv.keys VALUES (1, NULL), (2, 'infinity'), (3, '-infinity'), (4, now() + interval '9 years');
CREATE TABLE conv.identified (id bigint PRIMARY KEY, at timestamptz);
ALTER TABLE conv.identified REPLICA IDENTITY USING INDEX identified_pkey;
CREATE TABLE conv.named (id bigint PRIMARY KEY, at timestamptz);
CREATE TABLE conv.named_legacy ();
CREATE TABLE conv.published (id bigint PRIMARY KEY, at timestamptz);
SET client_min_messages = error;
CREATE PUBLICATION conv_part FOR TABLE conv.published (id, at);
RESET client_min_messages;
SET client_min_messages = warning;
CREATE TABLE conv.parted (id bigint, at timestamptz) PARTITION BY RANGE (at);
CREATE TABLE conv.parent (id bigint, at timestamptz);
CREATE TABLE conv.child () INHERITS (conv.parent);
CREATE UNLOGGED TABLE conv.unlogged (id bigint, at timestamptz);
CREATE TABLE conv.typed (id bigint PRIMARY KEY, at text, made timestamptz GENERATED ALWAYS AS (NULL::timestamptz) STORED);

SELECT blocker, detail, remedy FROM lad.convert_preflight('conv.fine', 'at');
SELECT blocker FROM lad.convert_preflight('conv.fine', 'day') UNION ALL SELECT blocker FROM lad.convert_preflight('conv.fine', 'naive');
SELECT blocker FROM lad.convert_preflight('conv.composite', 'at');
SELECT t, p.* FROM unnest(ARRAY['no_key', 'unique_key', 'excluded', 'referred', 'viewed', 'checked', 'triggered', 'keys',
    'identified', 'named', 'published', 'parted', 'parent', 'child', 'unlogged', 'typed', 'v']) WITH ORDINALITY AS tables (t, n),
    lad.convert_preflight(('conv.' || t)::regclass, CASE t WHEN 'v' THEN 'id' ELSE 'at' END::name) AS p ORDER BY n, blocker COLLATE "C", detail COLLATE "C";
SELECT blocker FROM lad.convert_preflight('conv.typed', 'made');
SELECT blocker, detail FROM lad.convert_preflight('lad_data.billing_usage_events', 'created_at') WHERE blocker = 'unique_without_key';
SELECT blocker FROM lad.convert_preflight('lad_data.voice_call_logs', 'created_at');

-- Starting anyway is LD502, and nothing has changed.
SELECT conv.attempt(format('SELECT lad.convert_to_partitioned(%L, %L)', 'conv.' || t, 'at'))
FROM unnest(ARRAY['no_key', 'unique_key', 'keys', 'parted']) AS t;
SELECT (SELECT count(*) FROM lad_data.long_jobs WHERE kind = 'convert') AS jobs, (SELECT count(*) FROM lad_data.conversions) AS conversions;

-- Bad arguments.
SELECT conv.attempt(s) FROM unnest(ARRAY[
    'SELECT lad.convert_preflight(NULL, ''at'')', 'SELECT lad.convert_preflight(''conv.fine'', NULL)',
    'SELECT lad.convert_preflight(0, ''at'')', 'SELECT lad.convert_preflight(''conv.fine'', ''no'')',
    'SELECT lad.convert_to_partitioned(''conv.fine'', ''at'', NULL)',
    'SELECT lad.convert_to_partitioned(''conv.fine'', ''at'', ''1 month 1 day'')',
    'SELECT lad.convert_to_partitioned(''conv.fine'', ''at'', ''-1 month'')',
    'SELECT lad.convert_to_partitioned(''conv.fine'', ''day'', ''6 hours'')',
    'SELECT lad.convert_to_partitioned(''conv.fine'', ''at'', batch_rows => 0)',
    'SELECT lad.convert_to_partitioned(''conv.fine'', ''at'', max_rows_per_second => -1)',
    'SELECT lad.convert_abort(gen_random_uuid())', 'SELECT lad.convert_abort(NULL)',
    'SELECT lad.convert_finish(gen_random_uuid())', 'SELECT lad.convert_step(gen_random_uuid())']) AS s;

-- Who may. A job that is not committed is none.
BEGIN;
SELECT lad.convert_to_partitioned('conv.fine', 'at') AS job \gset
SELECT lad.convert_to_partitioned('conv.fine', 'at') = :'job' AS one_job;
SELECT parent, phase, pid, done, total, error FROM lad.convert_status();
SELECT phase, state FROM lad.convert_step(:'job');
SELECT conv.attempt(format('SELECT lad.convert_finish(%L)', :'job'));
SET ROLE convert_service;
SELECT conv.attempt(format('SELECT lad.convert_abort(%L)', :'job'));
RESET ROLE;
SELECT lad.convert_abort(:'job');
SELECT phase FROM lad.convert_status();
SELECT state FROM lad.convert_step(:'job');
SELECT count(*) FROM pg_class WHERE relname ~ '^fine_(20|legacy)';
ROLLBACK;
SET ROLE convert_service;
SELECT conv.attempt('SELECT lad.convert_preflight(''conv.fine'', ''at'')');
SELECT blocker FROM lad.convert_preflight('lad_data.campaign_lead_activities', 'created_at');
SELECT conv.attempt('SELECT lad.convert_step(gen_random_uuid())');
SET ROLE convert_app;
SELECT conv.attempt(s) FROM unnest(ARRAY['SELECT lad.convert_preflight(''conv.fine'', ''at'')', 'SELECT lad.convert_to_partitioned(''conv.fine'', ''at'')',
    'SELECT lad.convert_status()', 'SELECT lad.convert_abort(gen_random_uuid())', 'SELECT lad.convert_finish(gen_random_uuid())']) AS s;
RESET ROLE;
ALTER TABLE conv.fine OWNER TO convert_other;
SET ROLE convert_other;
SELECT conv.attempt('SELECT lad.convert_preflight(''conv.fine'', ''at'')');
RESET ROLE;

-- The hash of a row tells NULL from empty, and columns from each other.
SELECT count(DISTINCT h) AS kinds FROM (VALUES (lad.hash_row(ROW(1, 2))), (lad.hash_row(ROW(2, 1))), (lad.hash_row(ROW(NULL, 2))), (lad.hash_row(ROW('', NULL))),
    (lad.hash_row(ROW(NULL, ''))), (lad.hash_row(ROW(1.0, 1))), (lad.hash_row(ROW(1.00, 1)))) AS rows (h);
SELECT lad.hash_row(ROW(repeat('x', 100000), 1.5)) = lad.hash_row(ROW(repeat('x', 100000), 1.5)) AS same;
DROP PUBLICATION conv_part;
SET client_min_messages = error;
DROP SCHEMA conv CASCADE;
