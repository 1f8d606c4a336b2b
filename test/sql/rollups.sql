-- Sums per day: equal to the rows after whatever statement writes them, folded or not.
SET client_min_messages = warning;
SET datestyle = 'ISO';
SET timezone = 'America/New_York';
CREATE ROLE rollups_service LOGIN IN ROLE lad_service;
CREATE ROLE rollups_app LOGIN IN ROLE lad_app;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    ('a0000000-0000-4000-8000-000000000097', 'Rollups A', 'rollups-a', 'active'),
    ('b0000000-0000-4000-8000-000000000097', 'Rollups B', 'rollups-b', 'active');
\set a '''a0000000-0000-4000-8000-000000000097'''
\set b '''b0000000-0000-4000-8000-000000000097'''
INSERT INTO lad_data.voice_agents (tenant_id, id, name) VALUES (:a, 1, 'One'), (:a, 2, 'Two'), (:b, 1, 'Other');
-- The first of this month in UTC; days are printed as their distance from it.
SELECT date_trunc('month', now() AT TIME ZONE 'UTC')::date AS m \gset
CREATE VIEW rollups_shown AS
    SELECT left(tenant_id::text, 1) AS t, day - date_trunc('month', now() AT TIME ZONE 'UTC')::date AS day, agent_id AS agent, status, currency AS cur, calls, seconds, cost, credits, stale
    FROM lad_data.call_stats_daily WHERE tenant_id::text LIKE '%0097' ORDER BY 1, 2, 3, 4, 5;
CREATE VIEW rollups_wrong AS
    SELECT rollup, left(tenant_id::text, 1) AS t, key, expected, found, stale FROM lad.verify_rollups() WHERE tenant_id::text LIKE '%0097';

-- Late evening in New York is the next day in UTC.
INSERT INTO lad_data.voice_call_logs (tenant_id, to_country_code, to_base_number, agent_id, status, duration_seconds, cost, currency, credits_charged, created_at) VALUES
    (:a, '+971', 1, 1, 'busy', 10, 0.5, 'USD', 3, :'m'::timestamp AT TIME ZONE 'UTC'),
    (:a, '+971', 2, 1, 'busy', 20, 0.25, 'USD', NULL, (:'m'::timestamp + interval '23:59:59.999999') AT TIME ZONE 'UTC'),
    (:a, '+971', 3, 1, 'busy', 5, 1, 'EUR', 1, :'m'::timestamp AT TIME ZONE 'UTC'),
    (:a, '+971', 4, NULL, 'failed', NULL, NULL, NULL, NULL, (:'m'::timestamp - interval '1 microsecond') AT TIME ZONE 'UTC'),
    (:b, '+971', 5, 1, 'busy', 7, 2, 'USD', 0, :'m'::timestamp AT TIME ZONE 'UTC');
SELECT * FROM rollups_shown;
SELECT count(*) FROM lad_data.call_stats_deltas WHERE tenant_id = :a;
SELECT lad.fold_rollups() >= 4 AS folded;
SELECT count(*) FROM lad_data.call_stats_deltas;
SELECT * FROM rollups_shown;

-- What changes nothing that is summed appends nothing.
UPDATE lad_data.voice_call_logs SET recording_url = 'x', duration_seconds = duration_seconds WHERE tenant_id IN (:a, :b);
SELECT count(*) FROM lad_data.call_stats_deltas;
UPDATE lad_data.voice_call_logs SET status = 'declined', cost = 0.125 WHERE tenant_id = :a AND to_base_number = 1;
SELECT calls, seconds, cost, credits, status FROM lad_data.call_stats_deltas ORDER BY calls;
SELECT * FROM rollups_shown WHERE day = 0;
-- Moved within the month, to another partition, and there to another day.
UPDATE lad_data.voice_call_logs SET created_at = created_at + interval '3 days' WHERE tenant_id = :a AND to_base_number = 1;
UPDATE lad_data.voice_call_logs SET created_at = created_at + interval '40 days', status = 'no_answer' WHERE tenant_id = :a AND to_base_number = 2;
UPDATE lad_data.voice_call_logs SET created_at = created_at - interval '400 days' WHERE tenant_id = :a AND to_base_number = 2;
SELECT * FROM rollups_shown;
SELECT * FROM rollups_wrong;

-- Upsert, COPY, MERGE; a savepoint and a transaction that are rolled back.
INSERT INTO lad_data.voice_call_logs (id, tenant_id, to_country_code, to_base_number, created_at)
    VALUES ('00000000-0000-4000-8000-000000009701', :a, '+971', 10, :'m');
INSERT INTO lad_data.voice_call_logs (id, tenant_id, to_country_code, to_base_number, created_at)
    VALUES ('00000000-0000-4000-8000-000000009701', :a, '+971', 10, :'m'), ('00000000-0000-4000-8000-000000009702', :a, '+971', 11, :'m')
    ON CONFLICT (tenant_id, id, created_at) DO UPDATE SET status = 'busy', duration_seconds = 40;
COPY lad_data.voice_call_logs (tenant_id, to_country_code, to_base_number, status, duration_seconds, agent_id) FROM stdin;
a0000000-0000-4000-8000-000000000097	+971	12	failed	60	2
b0000000-0000-4000-8000-000000000097	+971	13	failed	61	1
a0000000-0000-4000-8000-000000000097	+971	14	failed	62	2
\.
MERGE INTO lad_data.voice_call_logs AS l USING (VALUES (12), (13), (14), (15)) AS n (number)
    ON l.to_base_number = n.number AND l.tenant_id IN (:a, :b)
    WHEN MATCHED AND n.number = 12 THEN DELETE
    WHEN MATCHED THEN UPDATE SET duration_seconds = duration_seconds + 1000
    WHEN NOT MATCHED THEN INSERT (tenant_id, to_country_code, to_base_number, status) VALUES (:a, '+971', n.number, 'error');
BEGIN;
DELETE FROM lad_data.voice_call_logs WHERE tenant_id = :a AND to_base_number = 14;
SAVEPOINT s;
DELETE FROM lad_data.voice_call_logs WHERE tenant_id = :b;
SELECT count(*) FROM rollups_shown WHERE t = 'b';
ROLLBACK TO s;
SELECT count(*) FROM rollups_shown WHERE t = 'b';
COMMIT;
BEGIN;
DELETE FROM lad_data.voice_call_logs WHERE tenant_id = :a;
SELECT count(*) FROM rollups_shown WHERE t = 'a';
ROLLBACK;
SELECT t, status, sum(calls) AS calls, sum(seconds) AS seconds FROM rollups_shown GROUP BY 1, 2 ORDER BY 1, 2;
SELECT * FROM rollups_wrong;

-- Statements that name a partition; a tenant that changes all the same; folding in between.
INSERT INTO lad_data.voice_call_logs_legacy (tenant_id, to_country_code, to_base_number, created_at) VALUES (:a, '+971', 20, '2020-02-29 12:00+00'), (:a, '+971', 21, '2020-02-29 12:00+00');
SELECT lad.fold_rollups(1) > 0 AS some;
UPDATE lad_data.voice_call_logs_legacy SET created_at = '2019-01-01' WHERE tenant_id = :a AND to_base_number = 20;
DELETE FROM lad_data.voice_call_logs_legacy WHERE tenant_id = :a AND to_base_number = 21;
SELECT day + :'m'::date AS day, calls FROM rollups_shown WHERE day < -500;
BEGIN;
ALTER TABLE lad_data.voice_call_logs DISABLE TRIGGER voice_call_logs_update_keep_tenant;
UPDATE lad_data.voice_call_logs SET tenant_id = :b, agent_id = NULL WHERE tenant_id = :a;
SELECT t, sum(calls) AS calls FROM rollups_shown GROUP BY 1;
SELECT count(*) FROM rollups_wrong;
ROLLBACK;
SELECT count(*) FROM rollups_wrong;

-- One day's costs may sum to more than a single amount can be.
INSERT INTO lad_data.voice_call_logs (tenant_id, to_country_code, to_base_number, cost, status, created_at)
    SELECT :b, '+971', 30, 99999999999999.999999, 'busy', :'m' FROM generate_series(1, 3);
SELECT cost FROM rollups_shown WHERE t = 'b' AND calls = 3;
SELECT lad.fold_rollups() > 0 AS folded;
SELECT cost FROM rollups_shown WHERE t = 'b' AND calls = 3;
DELETE FROM lad_data.voice_call_logs WHERE tenant_id = :b AND to_base_number = 30;
SELECT lad.fold_rollups() > 0 AS folded;
-- Sums that came to nothing are gone.
SELECT count(*) FROM lad_data.call_stats_folded WHERE calls = 0;
SELECT * FROM rollups_wrong;
-- What the CHECKs of calls let through is all that can be summed.
\set VERBOSITY terse
INSERT INTO lad_data.voice_call_logs (tenant_id, to_country_code, to_base_number, cost) VALUES (:a, '+971', 31, 'NaN');
INSERT INTO lad_data.voice_call_logs (tenant_id, to_country_code, to_base_number, credits_charged) VALUES (:a, '+971', 31, 'NaN');
\set VERBOSITY default

-- A partition that comes, is truncated, goes, comes back with its rows, and is dropped.
CREATE TABLE lad_data.rollups_month PARTITION OF lad_data.voice_call_logs FOR VALUES FROM ('2096-01-01 00:00+00') TO ('2096-02-01 00:00+00');
SELECT tgname FROM pg_trigger WHERE tgrelid = 'lad_data.rollups_month'::regclass AND tgname ~ 'count|mark' ORDER BY 1;
INSERT INTO lad_data.rollups_month (tenant_id, to_country_code, to_base_number, created_at) VALUES (:b, '+971', 40, '2096-01-31 23:00+00');
INSERT INTO lad_data.voice_call_logs (tenant_id, to_country_code, to_base_number, created_at) VALUES (:b, '+971', 41, '2096-01-31 23:30+00');
SELECT count(*) FROM lad_data.rollup_marks;
SELECT calls, stale FROM lad_data.call_stats_daily WHERE day = '2096-01-31';
BEGIN;
TRUNCATE lad_data.rollups_month;
SELECT rollup, first_day, last_day FROM lad_data.rollup_marks;
SELECT calls, stale FROM lad_data.call_stats_daily WHERE day = '2096-01-31';
SELECT expected, found, stale FROM rollups_wrong;
SELECT lad.fold_rollups() IS NOT NULL AS folded;
SELECT calls, stale FROM lad_data.call_stats_daily WHERE day = '2096-01-31';
ROLLBACK;
SELECT calls, stale FROM lad_data.call_stats_daily WHERE day = '2096-01-31';
ALTER TABLE lad_data.voice_call_logs DETACH PARTITION lad_data.rollups_month;
SELECT calls, stale FROM lad_data.call_stats_daily WHERE day = '2096-01-31';
SELECT lad.fold_rollups() IS NOT NULL AS folded;
SELECT count(*) FROM lad_data.call_stats_daily WHERE day = '2096-01-31';
-- Nothing of a month that stands alone is counted.
DELETE FROM lad_data.rollups_month WHERE to_base_number = 41;
INSERT INTO lad_data.rollups_month (tenant_id, to_country_code, to_base_number, created_at) VALUES (:b, '+971', 42, '2096-01-30');
TRUNCATE lad_data.rollups_month;
INSERT INTO lad_data.rollups_month (tenant_id, to_country_code, to_base_number, created_at) VALUES (:b, '+971', 43, '2096-01-30 12:00+00');
SELECT count(*) FROM rollups_wrong;
SET search_path = lad_data;
ALTER TABLE voice_call_logs ATTACH PARTITION rollups_month FOR VALUES FROM ('2096-01-01 00:00+00') TO ('2096-02-01 00:00+00');
RESET search_path;
SELECT rollup, first_day, last_day FROM lad_data.rollup_marks;
SELECT expected, found, stale FROM rollups_wrong;
SELECT lad.repair_rollups('2096-01-01', '2096-01-30');
-- That was all that differed, but the mark is of a longer time.
SELECT calls, stale FROM lad_data.call_stats_daily WHERE day = '2096-01-30';
SELECT lad.repair_rollups('2096-01-01', '2096-01-31');
SELECT calls, stale FROM lad_data.call_stats_daily WHERE day = '2096-01-30';
DROP TABLE lad_data.rollups_month;
SELECT rollup, first_day, last_day FROM lad_data.rollup_marks;
SELECT lad.repair_rollups() > 0 AS repaired;
SELECT count(*) FROM lad_data.rollup_marks;
ALTER TABLE lad_data.voice_call_logs DETACH PARTITION lad_data.no_such_month;
DROP TABLE lad_data.no_such_month;

-- Rows written past the triggers, or sums written by hand, are found and mended.
SET session_replication_role = replica;
UPDATE lad_data.voice_call_logs SET duration_seconds = duration_seconds + 1 WHERE tenant_id = :a AND to_base_number = 1;
RESET session_replication_role;
SET row_security = off;
DELETE FROM lad_data.voice_call_logs WHERE tenant_id = :a AND to_base_number = 10;
RESET row_security;
UPDATE lad_data.call_stats_folded SET cost = cost + 1 WHERE tenant_id = :b AND status = 'failed';
SELECT rollup, t, key, expected, found FROM rollups_wrong;
SELECT lad.mark_rollup_stale('lad_data.voice_call_logs', '2100-01-02 00:00+00', '2100-01-03 00:00+00');
SELECT lad.mark_rollup_stale('lad_data.leads');
SELECT rollup, first_day, last_day FROM lad_data.rollup_marks;
SELECT lad.repair_rollups(:'m') >= 3 AS repaired;
SELECT * FROM rollups_wrong;

-- Usage: charged events, by category of their components.
CREATE VIEW rollups_usage AS
    SELECT left(tenant_id::text, 1) AS t, feature_key, category, currency, sum(events) AS events, sum(quantity) AS quantity, sum(cost) AS cost
    FROM lad_data.usage_stats_daily WHERE tenant_id::text LIKE '%0097' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4;
SET SESSION AUTHORIZATION rollups_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT lad.create_wallet(currency => 'USD') AS wallet \gset
SELECT balance_after FROM lad.topup(:'wallet', 100, 'rollups');
\set items '[{"category": "stt", "provider": "openai", "model": "whisper-1", "unit": "second", "quantity": 90}, {"category": "telephony", "provider": "twilio", "model": "voice", "unit": "minute", "quantity": 2}, {"category": "stt", "provider": "openai", "model": "whisper-1", "unit": "second", "quantity": 10}]'
SELECT amount FROM lad.charge('voice-agent', :'items', 'rollups 1');
SELECT lad.record_usage('voice-agent', :'items', 'rollups 2') AS event \gset
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT * FROM rollups_usage;
SET SESSION AUTHORIZATION rollups_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT amount FROM lad.charge_usage(:'event');
SELECT events, quantity, cost FROM lad_data.usage_stats_daily WHERE tenant_id = :a ORDER BY category;
SELECT lad.void_usage(:'event', 'test') IS NOT NULL AS voided;
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT * FROM rollups_usage;
SELECT events, quantity, cost FROM lad_data.usage_stats_deltas WHERE tenant_id = :a AND category = 'stt' ORDER BY id;
-- An event whose components tell other costs, none, or nonsense.
INSERT INTO lad_data.billing_usage_events (tenant_id, feature_key, usage_items, total_quantity, total_cost, status, idempotency_key) VALUES
    (:b, 'dashboard', '[{"category": "llm", "quantity": 5, "cost": 0.3}]', 5, 0.25, 'charged', 'rollups 3'),
    (:b, 'dashboard', '[]', 0, 7, 'charged', 'rollups 4'),
    (:b, 'dashboard', '{"category": "llm"}', 0, 0, 'charged', 'rollups 5'),
    (:b, 'dashboard', '[{"quantity": "5", "cost": 1e200}, 7, null, {"category": 3, "quantity": 1e-9}]', 0, 0, 'charged', 'rollups 6'),
    (:b, 'dashboard', '[{"category": "llm", "quantity": 5, "cost": 0.3}]', 5, 0.3, 'pending', 'rollups 7');
SELECT * FROM rollups_usage WHERE t = 'b';
SELECT * FROM rollups_wrong;
SELECT lad.fold_rollups() > 0 AS folded;
SELECT * FROM rollups_usage;
SELECT count(*) FROM lad_data.usage_stats_deltas;
UPDATE lad_data.billing_usage_events SET metadata = '{"seen": true}' WHERE tenant_id IN (:a, :b) AND status <> 'voided';
SELECT count(*) FROM lad_data.usage_stats_deltas;
UPDATE lad_data.billing_usage_events SET occurred_at = occurred_at - interval '1 day', status = 'charged' WHERE tenant_id = :b AND status = 'pending';
DELETE FROM lad_data.billing_usage_events WHERE tenant_id = :b AND idempotency_key = 'rollups 6' AND status = 'pending';
SELECT * FROM rollups_usage WHERE t = 'b';
SELECT * FROM rollups_wrong;

-- Each tenant sees its own; nobody writes, and only services fold.
SET SESSION AUTHORIZATION rollups_service;
BEGIN;
SELECT lad.authenticate_service(:b, 'test');
SELECT count(DISTINCT tenant_id) FROM lad_data.call_stats_daily WHERE tenant_id IN (:a, :b);
COMMIT;
SELECT lad.fold_rollups() IS NOT NULL AS folded;
SELECT count(*) FROM lad.verify_rollups('infinity', 'infinity');
INSERT INTO lad_data.call_stats_deltas (tenant_id, day, status, calls, seconds, cost, credits) VALUES (:a, :'m', 'busy', 1, 1, 1, 1);
RESET SESSION AUTHORIZATION;
SELECT lad.issue_token(:b) AS token \gset
SET SESSION AUTHORIZATION rollups_app;
BEGIN;
SELECT lad.authenticate(:'token');
SELECT DISTINCT tenant_id FROM lad_data.call_stats_daily;
SELECT DISTINCT tenant_id FROM lad_data.usage_stats_daily;
INSERT INTO lad_data.voice_call_logs (to_country_code, to_base_number, status, duration_seconds, created_at) VALUES ('+971', 50, 'busy', 9, :'m');
SELECT calls, seconds FROM lad_data.call_stats_daily WHERE status = 'busy' AND agent_id IS NULL;
SAVEPOINT s;
SELECT lad.fold_rollups();
ROLLBACK TO s;
SELECT lad.repair_rollups();
ROLLBACK TO s;
SELECT lad.mark_rollup_stale('lad_data.voice_call_logs');
ROLLBACK TO s;
SELECT * FROM lad.verify_rollups();
ROLLBACK TO s;
DELETE FROM lad_data.rollup_marks;
ROLLBACK;
RESET SESSION AUTHORIZATION;

-- What the arguments may not be.
SELECT lad.fold_rollups(0);
SELECT lad.fold_rollups(NULL);
SELECT * FROM lad.verify_rollups('2026-01-02', '2026-01-01');
SELECT lad.repair_rollups('2026-01-02', '2026-01-01');
SELECT lad.mark_rollup_stale('lad_data.voice_call_logs', '2026-01-02', '2026-01-01');
SELECT lad.mark_rollup_stale(NULL);
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT lad.fold_rollups() IS NOT NULL AS folded;
SELECT lad.repair_rollups();
ROLLBACK;

-- A tenant that goes takes its sums along, by foreign keys that delete its calls.
INSERT INTO lad_data.tenants (id, name, slug) VALUES ('c0000000-0000-4000-8000-000000000097', 'Rollups C', 'rollups-c');
INSERT INTO lad_data.voice_call_logs (tenant_id, to_country_code, to_base_number, created_at)
    SELECT 'c0000000-0000-4000-8000-000000000097', '+971', 60 + n, :'m'::timestamptz + n * interval '20 days' FROM generate_series(-1, 3) AS n;
SELECT count(*) FROM rollups_shown WHERE t = 'c';
DELETE FROM lad_data.tenants WHERE id = 'c0000000-0000-4000-8000-000000000097';
SELECT count(*) FROM rollups_shown WHERE t = 'c';
DELETE FROM lad_data.voice_call_logs WHERE tenant_id IN (:a, :b);
SELECT count(*) FROM rollups_shown;
SELECT * FROM rollups_wrong;
SELECT lad.fold_rollups() > 0 AS folded;
SELECT count(*) FROM lad_data.call_stats_folded WHERE tenant_id::text LIKE '%0097';
DROP VIEW rollups_shown, rollups_wrong, rollups_usage;
DROP ROLE rollups_service, rollups_app;
