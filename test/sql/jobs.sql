-- Jobs of maintenance by hand, as cron would run them: schedule, results, failures, rights.
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE ROLE jobs_app LOGIN IN ROLE lad_app;
CREATE ROLE jobs_service LOGIN IN ROLE lad_service;
CREATE ROLE jobs_owner LOGIN IN ROLE lad_owner;
CREATE ROLE jobs_nobody LOGIN;
\set a '''a0000000-0000-4000-8000-000000000095'''
\set b '''b0000000-0000-4000-8000-000000000095'''
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES (:a, 'Jobs A', 'jobs-a', 'active'), (:b, 'Jobs B', 'jobs-b', 'active');
INSERT INTO lad_data.billing_pricing_catalog (tenant_id, category, provider, model, unit, unit_price, currency)
VALUES (:a, 'telephony', 'jobs', 'call', 'minute', 3, 'CREDIT');
CREATE FUNCTION public.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; code text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE, hint = PG_EXCEPTION_HINT;
    RETURN code || ': ' || message || coalesce(' | ' || nullif(hint, ''), '');
END $$;
-- Other tests' leftovers are settled first.
CALL lad.run_maintenance(now() + interval '1 day');
SELECT count(*) > 0 AS has_jobs, bool_and(database = current_database()) AS here, bool_and(last_run IS NOT NULL) AS all_ran,
       bool_and(duration >= '0') AS timed, bool_and(error IS NULL) AS all_well, bool_and(next_run > last_run) AS again FROM lad.jobs;

-- Work for every job: an expired hold, an expired grant, a pending event, an overdue invoice, a lost long job.
SELECT lad.authenticate_service(:a, 'test') \g /dev/null
BEGIN;
SELECT lad.authenticate_service(:a, 'test') \g /dev/null
SELECT lad.create_wallet() AS wallet \gset
SELECT seq FROM lad.topup(:'wallet', 100, 'opening');
SELECT hold_id AS hold FROM lad.reserve(:'wallet', 40, 'short', '1 millisecond') \gset
SELECT lad.record_usage('voice-agent', '[{"category": "telephony", "provider": "jobs", "model": "call", "unit": "minute", "quantity": 2}]', 'event') AS event \gset
COMMIT;
BEGIN;
SELECT lad.authenticate_service(:b, 'test') \g /dev/null
SELECT lad.create_wallet() AS other \gset
SELECT lad.grant_credits(:'other', 10, 'gift', expires_at => now() + interval '1 day') AS gift \gset
UPDATE lad_data.billing_credit_grants SET effective_at = '2026-01-01', expires_at = '2026-01-02' WHERE id = :'gift';
COMMIT;
INSERT INTO lad_data.billing_invoices (tenant_id, invoice_number, period_start, period_end, status, currency, subtotal, total, due_at)
VALUES (:a, 'J-1', '2026-01-01', '2026-02-01', 'pending', 'CREDIT', 0, 0, '2026-03-01'), (:b, 'J-1', '2026-01-01', '2026-02-01', 'pending', 'CREDIT', 0, 0, '2126-03-01');
SELECT pg_sleep(0.01) \g /dev/null

-- What is not due does not run; as_of moves the clock.
CREATE TEMP TABLE before AS SELECT * FROM lad.jobs;
CALL lad.run_maintenance('2026-01-01');
SELECT count(*) AS ran FROM lad.jobs j JOIN before b USING (job) WHERE j.last_run <> b.last_run;
CALL lad.run_maintenance(now() + interval '30 days');
SELECT job, j.last_run > b.last_run AS ran, j.rows, j.error FROM lad.jobs j JOIN before b USING (job) WHERE job IN ('holds', 'grants', 'usage', 'invoices') ORDER BY job;
SELECT bool_and(next_run < now() + interval '2 hours') AS soon FROM lad.jobs WHERE job IN ('holds', 'grants', 'usage', 'invoices');
SELECT status FROM lad_data.billing_holds WHERE id = :'hold';
SELECT current_balance, reserved_balance FROM lad_data.billing_wallets WHERE id IN (:'wallet', :'other') ORDER BY 1;
SELECT status, total_cost FROM lad_data.billing_usage_events WHERE id = :'event';
SELECT status FROM lad_data.billing_invoices WHERE invoice_number = 'J-1' ORDER BY status;
SELECT * FROM lad.verify_ledger(:'wallet', false);

-- A failing job stops no other, is tried later each time, and its success clears the failure.
CREATE FUNCTION public.jobs_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no holds today' USING ERRCODE = 'ZZ001', DETAIL = 'Planted.'; END $$;
CREATE TRIGGER jobs_planted BEFORE UPDATE ON lad_data.billing_holds FOR EACH ROW EXECUTE FUNCTION public.jobs_refuse();
BEGIN;
SELECT lad.authenticate_service(:a, 'test') \g /dev/null
SELECT hold_id AS hold FROM lad.reserve(:'wallet', 40, 'short 2', '1 millisecond') \gset
COMMIT;
SELECT pg_sleep(0.01) \g /dev/null
\set VERBOSITY default
SET client_min_messages = warning;
CALL lad.run_maintenance(now() + interval '1 day');
CALL lad.run_maintenance(now() + interval '1 day');
SET client_min_messages = error;
\set VERBOSITY sqlstate
SELECT job, rows, error, next_run - last_run AS wait FROM lad.jobs WHERE job IN ('holds', 'usage') ORDER BY job;
SELECT failures FROM lad_data.maintenance_jobs WHERE job = 'holds';
SELECT j.last_run > b.last_run AS others_ran FROM lad.jobs j JOIN before b USING (job) WHERE job = 'invoices';
DROP TRIGGER jobs_planted ON lad_data.billing_holds;
CALL lad.run_maintenance(now() + interval '1 day');
SELECT rows, error, next_run - last_run AS wait FROM lad.jobs WHERE job = 'holds';
SELECT failures FROM lad_data.maintenance_jobs WHERE job = 'holds';

-- A trigger that waits for the commit runs with the rights of the job, and its failure is the job's.
CREATE FUNCTION public.jobs_escape() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE WARNING 'as %', current_user;
    EXECUTE 'SET SESSION AUTHORIZATION postgres';
    RETURN NULL;
END $$;
INSERT INTO lad_data.billing_invoices (tenant_id, invoice_number, period_start, period_end, status, currency, subtotal, total, due_at)
VALUES (:b, 'J-2', '2026-02-01', '2026-03-01', 'pending', 'CREDIT', 0, 0, '2026-03-01');
CREATE CONSTRAINT TRIGGER jobs_planted AFTER UPDATE ON lad_data.billing_invoices DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.jobs_escape();
CALL lad.run_maintenance(now() + interval '1 day');
SELECT rows, error FROM lad.jobs WHERE job = 'invoices';
DROP TRIGGER jobs_planted ON lad_data.billing_invoices;
SELECT status FROM lad_data.billing_invoices WHERE invoice_number = 'J-2';
SELECT session_user = current_user AS as_before;

-- Settings: off, another period, the default again.
SELECT lad.set_job('usage', enabled => false);
SELECT lad.set_job('invoices', '10 minutes');
DROP TABLE before;
CREATE TEMP TABLE before AS SELECT * FROM lad.jobs;
SELECT job, next_run - last_run AS wait FROM lad.jobs WHERE job IN ('usage', 'invoices') ORDER BY job;
CALL lad.run_maintenance(now() + interval '1 day');
SELECT job, j.last_run > b.last_run AS ran, j.next_run - j.last_run AS wait FROM lad.jobs j JOIN before b USING (job) WHERE job IN ('usage', 'invoices') ORDER BY job;
SELECT lad.set_job('usage'), lad.set_job('invoices');
SELECT job, next_run - last_run AS wait FROM lad.jobs WHERE job IN ('usage', 'invoices') ORDER BY job;
SELECT public.attempt(format('SELECT lad.set_job(%s)', arguments)) FROM (VALUES
    ('NULL'), ('''no such'''), ('''usage'', ''0'''), ('''usage'', ''-1 hour'''), ('''usage'', ''999 milliseconds'''), ('''usage'', ''367 days'''),
    ('''usage'', ''1 month'''), ('''usage'', NULL, NULL')) v (arguments);

-- Who may.
SET SESSION AUTHORIZATION jobs_service;
CALL lad.run_maintenance();
SELECT count(*) > 0 AS seen FROM lad.jobs;
SELECT count(*) > 0 AS seen FROM lad_data.maintenance_jobs;
SELECT public.attempt('UPDATE lad_data.maintenance_jobs SET is_off = true');
SELECT public.attempt('DELETE FROM lad_data.long_jobs');
SET SESSION AUTHORIZATION jobs_owner;
CALL lad.run_maintenance(now() + interval '1 day');
SELECT count(*) FILTER (WHERE error IS NOT NULL) AS failed, bool_and(last_run > now() - interval '1 minute') AS ran FROM lad.jobs;
SET SESSION AUTHORIZATION jobs_app;
CALL lad.run_maintenance();
SELECT public.attempt(statement) FROM (VALUES
    ('SELECT * FROM lad.jobs'), ('SELECT * FROM lad.read_jobs()'), ('SELECT lad.set_job(''usage'')'), ('SELECT * FROM lad.progress()'),
    ('SELECT lad.settle_in_background()'), ('SELECT lad.resume_long_jobs()'), ('SELECT * FROM lad.expire_holds()'),
    ('SELECT FROM lad_data.long_jobs'), ('SELECT FROM lad_data.maintenance_jobs')) v (statement);
SET SESSION AUTHORIZATION jobs_nobody;
CALL lad.run_maintenance();
RESET SESSION AUTHORIZATION;

-- Where it cannot run.
BEGIN;
CALL lad.run_maintenance();
ROLLBACK;
CALL lad.run_maintenance(NULL);
CALL lad.run_maintenance('infinity');
CALL lad.run_maintenance('294276-12-31');
SELECT public.attempt('CALL lad.run_maintenance()');

-- Holds by hand.
SELECT public.attempt(statement) FROM (VALUES ('SELECT * FROM lad.expire_holds(0)'), ('SELECT * FROM lad.expire_holds(NULL)')) v (statement);
BEGIN;
SELECT lad.authenticate_service(:a, 'test') \g /dev/null
SELECT hold_id AS hold FROM lad.reserve(:'wallet', 7, 'by hand 2', '1 day') \gset
SELECT hold_id AS hold FROM lad.reserve(:'wallet', 5, 'by hand 1', '1 millisecond') \gset
SELECT pg_sleep(0.01) \g /dev/null
SELECT lad.authenticate_service(:b, 'test') \g /dev/null
SELECT amount, holds FROM lad.expire_holds();
SELECT lad.authenticate_service(:a, 'test') \g /dev/null
SELECT wallet_id = :'wallet' AS mine, amount, holds FROM lad.expire_holds();
SELECT amount, holds FROM lad.expire_holds();
SELECT reserved_balance FROM lad_data.billing_wallets WHERE id = :'wallet';
COMMIT;

-- A long job starts when it is asked for in a transaction that commits, and only then.
BEGIN;
SELECT lad.settle_in_background() AS job \gset
SELECT lad.settle_in_background() = :'job' AS same;
SELECT what, phase, done, total, rate, eta FROM lad.progress() WHERE phase = 'queued';
ROLLBACK;
SELECT count(*) FROM lad_data.long_jobs WHERE id = :'job';
BEGIN;
SELECT lad.settle_in_background() AS job \gset
PREPARE TRANSACTION 'jobs';
SELECT count(*) FROM lad_data.long_jobs WHERE id = :'job';
SELECT lad.settle_in_background() AS job \gset
DO $$ BEGIN FOR i IN 1..3000 LOOP EXIT WHEN NOT EXISTS (SELECT FROM lad.progress() WHERE phase <> 'done'); PERFORM pg_sleep(0.02); END LOOP; END $$;
SELECT kind, relation, phase, state, done <= total AS counted, pid, attempts, error, requested_by = session_user AS mine, finished_at >= started_at AS ordered
FROM lad_data.long_jobs WHERE id = :'job';
DROP FUNCTION public.attempt(text), public.jobs_refuse(), public.jobs_escape();
DROP OWNED BY jobs_app, jobs_service, jobs_owner, jobs_nobody;
DROP ROLE jobs_app, jobs_service, jobs_owner, jobs_nobody;
