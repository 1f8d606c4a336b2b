-- The months of voice_call_logs by name: a partition is a table of its own.

-- attack: reading a month
-- expects: !42501 / +1
SELECT * FROM :month;
SELECT to_country_code FROM lad_data.voice_call_logs WHERE id IN (:'own_call', :'canary_call');

-- attack: reading every month that the catalog names
-- expects: !42501
SELECT query_to_xml(format('SELECT * FROM %s', inhrelid::regclass), true, true, '') FROM pg_inherits
WHERE inhparent = 'lad_data.voice_call_logs'::regclass;

-- attack: counting in a month
-- expects: !42501
SELECT count(*) FROM :month WHERE tenant_id = :'canary';

-- attack: the parent alone
-- expects: nothing
-- without context: nothing
SELECT * FROM ONLY lad_data.voice_call_logs;

-- attack: rows of a month through the parent
-- expects: nothing
SELECT id, to_base_number, metadata FROM lad_data.voice_call_logs WHERE tableoid = :'month'::regclass AND tenant_id = :'canary';

-- attack: writing into a month
-- expects: !42501
INSERT INTO :month (tenant_id, to_country_code, to_base_number, created_at) VALUES (:'canary', '+1', 1, '2026-11-05');

-- attack: changing a month
-- expects: !42501 / !42501
UPDATE :month SET cost = 0, status = 'failed' WHERE tenant_id = :'canary';
DELETE FROM :month WHERE tenant_id = :'canary';

-- attack: copying a month
-- expects: !42501 / !42501
COPY :month TO STDOUT;
COPY (SELECT * FROM :month) TO STDOUT;

-- attack: a month as XML, and as the text of rows
-- expects: !42501 / !42501
SELECT table_to_xml(:'month'::regclass, true, true, '');
SELECT m::text FROM :month AS m;

-- attack: detaching a month
-- expects: !42501
ALTER TABLE lad_data.voice_call_logs DETACH PARTITION :month;

-- attack: attaching a table of one's own
-- expects: !42501
CREATE TABLE playground.month (LIKE lad_data.voice_call_logs INCLUDING DEFAULTS);
ALTER TABLE lad_data.voice_call_logs ATTACH PARTITION playground.month FOR VALUES FROM ('2050-01-01') TO ('2050-02-01');
ROLLBACK;

-- attack: a partition made elsewhere
-- expects: !42501
CREATE TABLE playground.month PARTITION OF lad_data.voice_call_logs FOR VALUES FROM ('2050-01-01') TO ('2050-02-01');

-- attack: inheriting from a month
-- expects: !42809
CREATE TABLE playground.heir () INHERITS (:month);

-- attack: emptying and locking a month
-- expects: !42501 / !42501
TRUNCATE :month;
LOCK TABLE :month IN ACCESS SHARE MODE;

-- attack: a month joined with one's own calls
-- expects: !42501
SELECT theirs.metadata FROM lad_data.voice_call_logs AS mine JOIN :month AS theirs ON theirs.to_country_code = mine.to_country_code;

-- attack: a sample of a month
-- expects: !42501
SELECT * FROM :month TABLESAMPLE SYSTEM (100);

-- attack: moving a call of one's own into the canary's rows
-- expects: ~^!(42501|LD\d+|23514)$
UPDATE lad_data.voice_call_logs SET tenant_id = :'canary' WHERE id = :'own_call';
