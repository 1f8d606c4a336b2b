-- Batches of leads, dialled entry by entry: claims, leases, ends for good, counters that follow the rows.
SET client_min_messages = warning;
CREATE ROLE dialling_service LOGIN IN ROLE lad_service;
CREATE ROLE dialling_app LOGIN IN ROLE lad_app;
\set a '''a0000000-0000-4000-8000-0000000d1a11'''
\set b '''b0000000-0000-4000-8000-0000000d1a11'''
\set number '''d1000000-0000-4000-8000-0000000d1a11'''
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES (:a, 'Dialling A', 'dialling-a', 'active'), (:b, 'Dialling B', 'dialling-b', 'active');
INSERT INTO lad_data.users (id, email) SELECT ('c' || n || '000000-0000-4000-8000-0000000d1a11')::uuid, n || '@dialling.example' FROM generate_series(1, 4) n;
INSERT INTO lad_data.memberships (tenant_id, user_id, role)
SELECT :a, id, CASE left(id::text, 2) WHEN 'c1' THEN 'owner' WHEN 'c4' THEN 'viewer' ELSE 'member' END
FROM lad_data.users WHERE email LIKE '%@dialling.example';
INSERT INTO lad_data.tenant_features (tenant_id, feature_key) VALUES (:a, 'voice-agent'), (:b, 'voice-agent');
INSERT INTO lad_data.voice_agent_voices (tenant_id, id, provider_voice_id) VALUES
    (:a, 'f1000000-0000-4000-8000-0000000d1a11', 'warm'), (:b, 'f2000000-0000-4000-8000-0000000d1a11', 'cold');
INSERT INTO lad_data.voice_agents (tenant_id, id, name) VALUES (:a, 7710, 'Agent'), (:b, 7711, 'Other');
INSERT INTO lad_data.voice_agent_numbers (tenant_id, id, country_code, base_number) VALUES
    (:a, :number, '+971', 1), (:b, 'd2000000-0000-4000-8000-0000000d1a11', '+971', 2);
INSERT INTO lad_data.voice_permissions (tenant_id, user_id, number_id) VALUES (:a, 'c2000000-0000-4000-8000-0000000d1a11', :number);
INSERT INTO lad_data.voice_permissions (tenant_id, user_id, voice_id) VALUES (:a, 'c2000000-0000-4000-8000-0000000d1a11', 'f1000000-0000-4000-8000-0000000d1a11');
CREATE FUNCTION public.dialling_lead(n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS
    $$ SELECT ('e0000000-0000-4000-8000-' || lpad('d1a' || n, 12, '0'))::uuid $$;
CREATE FUNCTION public.dialling_leads(VARIADIC n int[]) RETURNS uuid[] LANGUAGE sql IMMUTABLE AS
    $$ SELECT array_agg(public.dialling_lead(m) ORDER BY i) FROM unnest(n) WITH ORDINALITY AS t (m, i) $$;
INSERT INTO lad_data.leads (tenant_id, id, country_code, base_number) SELECT :a, public.dialling_lead(n), '+971', 501000000 + n FROM generate_series(1, 9) n;
INSERT INTO lad_data.leads (tenant_id, id, phone) VALUES (:a, public.dialling_lead(10), '+1 (555) 010-0000'), (:a, public.dialling_lead(11), 'ask her brother');
INSERT INTO lad_data.leads (tenant_id, id, phone, deleted_at) VALUES (:a, public.dialling_lead(12), '+15550100012', now());
INSERT INTO lad_data.leads (tenant_id, id, phone) VALUES (:b, public.dialling_lead(13), '+15550100013');
SELECT lad.issue_token(:a, 'c1000000-0000-4000-8000-0000000d1a11') AS owner, lad.issue_token(:a, 'c2000000-0000-4000-8000-0000000d1a11') AS caller,
       lad.issue_token(:a, 'c3000000-0000-4000-8000-0000000d1a11') AS member, lad.issue_token(:a, 'c4000000-0000-4000-8000-0000000d1a11') AS viewer,
       lad.issue_token(:a) AS machine, lad.issue_token(:b) AS other \gset
CREATE FUNCTION public.dialling_attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; code text; answer text;
BEGIN
    EXECUTE statement INTO answer;
    RETURN coalesce(answer, 'nothing');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
    RETURN code || ': ' || message;
END $$;
-- Batches by their name, and whether their counters are what their rows say.
CREATE VIEW public.dialling WITH (security_invoker) AS
    SELECT b.metadata->>'name' AS name, b.status, total_calls AS total, completed_calls AS completed, failed_calls AS failed, cancelled_calls AS cancelled,
           started_at IS NOT NULL AS started, finished_at IS NOT NULL AS finished,
           (total_calls, completed_calls, failed_calls, cancelled_calls) = (SELECT count(*)::int, count(*) FILTER (WHERE e.status IN ('completed', 'ended'))::int,
               count(*) FILTER (WHERE e.status IN ('failed', 'declined'))::int, count(*) FILTER (WHERE e.status = 'cancelled')::int
               FROM lad_data.voice_call_batch_entries e WHERE e.batch_id = b.id AND NOT e.is_deleted) AS true_to_rows,
           (SELECT count(*) FROM lad_data.domain_events d WHERE d.aggregate_id = b.id AND d.event_type = 'batch.completed') AS reports
    FROM lad_data.voice_call_batches b WHERE tenant_id = lad.current_tenant_id();
CREATE VIEW public.dialling_entries WITH (security_invoker) AS
    SELECT b.metadata->>'name' AS name, e.position, right(lead_id::text, 2) AS lead, e.to_phone, e.status, retry_count AS retries, claim IS NOT NULL AS claimed, last_error
    FROM lad_data.voice_call_batch_entries e JOIN lad_data.voice_call_batches b ON b.id = e.batch_id WHERE e.tenant_id = lad.current_tenant_id();
GRANT SELECT ON public.dialling, public.dialling_entries TO lad_app, lad_service;
CREATE FUNCTION public.dialling_batch(batch text) RETURNS uuid LANGUAGE sql AS
    $$ SELECT id FROM lad_data.voice_call_batches WHERE metadata->>'name' = batch AND tenant_id = lad.current_tenant_id() $$;
CREATE FUNCTION public.dialling_claim(batch text, rows int DEFAULT 1, lease interval DEFAULT '1 minute')
    RETURNS TABLE (entry uuid, claim uuid, lead text, phone text, attempt int, lasts interval) LANGUAGE sql AS $$
    SELECT entry_id, claim, right(lead_id::text, 2), to_phone, attempt, date_trunc('minute', lease_until - clock_timestamp() + interval '1 second')
    FROM lad.claim_batch_entries(public.dialling_batch(batch), rows, lease)
$$;
-- Time passes for whatever is in hand.
CREATE FUNCTION public.dialling_lose(batch text) RETURNS void LANGUAGE sql AS $$
    UPDATE lad_data.voice_call_batch_entries SET lease_until = clock_timestamp() - interval '1 second'
    WHERE batch_id = public.dialling_batch(batch) AND status IN ('running', 'dispatched')
$$;

-- Who may enqueue what.
SET SESSION AUTHORIZATION dialling_app;
BEGIN;
SELECT lad.authenticate(:'caller');
SELECT lad.enqueue_batch(7710, public.dialling_leads(3, 1, 2, 3, 10, 11), :number, 'f1000000-0000-4000-8000-0000000d1a11', metadata => '{"name": "first"}') IS NOT NULL AS enqueued;
SELECT * FROM public.dialling;
SELECT * FROM public.dialling_entries ORDER BY position;
SELECT initiated_by_user_id, agent_id, voice_id, from_number_id, max_attempts, retry_seconds, wave_size, scheduled_at FROM lad_data.voice_call_batches WHERE id = public.dialling_batch('first');
SELECT public.dialling_attempt(format('SELECT lad.enqueue_batch(%s)', args)) FROM (VALUES
    ($$7711, public.dialling_leads(1), 'd1000000-0000-4000-8000-0000000d1a11'$$), ($$7710, public.dialling_leads(1), 'd2000000-0000-4000-8000-0000000d1a11'$$),
    ($$7710, public.dialling_leads(1), 'd1000000-0000-4000-8000-0000000d1a11', 'f2000000-0000-4000-8000-0000000d1a11'$$),
    ($$7710, public.dialling_leads(1, 12), 'd1000000-0000-4000-8000-0000000d1a11'$$), ($$7710, public.dialling_leads(13), 'd1000000-0000-4000-8000-0000000d1a11'$$),
    ($$7710, public.dialling_leads(11), 'd1000000-0000-4000-8000-0000000d1a11'$$), ($$7710, '{}', 'd1000000-0000-4000-8000-0000000d1a11'$$),
    ($$7710, '{NULL}', 'd1000000-0000-4000-8000-0000000d1a11'$$), ($$NULL, public.dialling_leads(1), 'd1000000-0000-4000-8000-0000000d1a11'$$),
    ($$7710, public.dialling_leads(1), NULL$$), ($$7710, public.dialling_leads(1), 'd1000000-0000-4000-8000-0000000d1a11', max_attempts => 0$$),
    ($$7710, public.dialling_leads(1), 'd1000000-0000-4000-8000-0000000d1a11', scheduled_at => 'infinity'$$),
    ($$7710, public.dialling_leads(1), 'd1000000-0000-4000-8000-0000000d1a11', metadata => '[]'$$),
    ($$7710, public.dialling_leads(1), 'd1000000-0000-4000-8000-0000000d1a11', metadata => '{"wave_size": 0}'$$),
    ($$7710, public.dialling_leads(1), 'd1000000-0000-4000-8000-0000000d1a11', metadata => '{"retry_seconds": "60"}'$$)) AS bad (args);
COMMIT;
BEGIN;
SELECT lad.authenticate(:'member');
SELECT public.dialling_attempt($$SELECT lad.enqueue_batch(7710, public.dialling_leads(1), 'd1000000-0000-4000-8000-0000000d1a11')$$) AS enqueue,
       public.dialling_attempt($$SELECT claim FROM public.dialling_claim('first')$$) AS claim,
       public.dialling_attempt($$SELECT lad.stop_batch(public.dialling_batch('first'), 'mine')$$) AS stop;
COMMIT;
BEGIN;
SELECT lad.authenticate(:'viewer');
SELECT public.dialling_attempt($$SELECT lad.enqueue_batch(7710, public.dialling_leads(1), 'd1000000-0000-4000-8000-0000000d1a11')$$) AS enqueue,
       public.dialling_attempt($$SELECT claim FROM public.dialling_claim('first')$$) AS claim;
COMMIT;

-- Entries are given out once, in order, and end once.
BEGIN;
SELECT lad.authenticate(:'machine');
SELECT entry AS e1, claim AS c1 FROM public.dialling_claim('first') \gset
SELECT lead, phone, attempt, lasts FROM public.dialling_claim('first', 2, '10 minutes');
SELECT lead, phone, attempt, lasts FROM public.dialling_claim('first', 5);
SELECT count(*) AS nothing_left FROM public.dialling_claim('first', 5);
SELECT * FROM public.dialling;
INSERT INTO lad_data.voice_call_logs (id, lead_id, to_country_code, to_base_number, status) VALUES
    ('ca000000-0000-4000-8000-0000000d1a11', public.dialling_lead(3), '+971', 501000003, 'ended');
SELECT lad.renew_batch_claim(:'c1', '20 minutes') > now() + interval '19 minutes' AS renewed;
SELECT public.dialling_attempt(format('SELECT lad.complete_batch_entry(%L, %s)', :'e1', args)) FROM (VALUES
    (format('%L, %L', :'c1', 'dispatched')), (format('%L, %L', :'c1', 'queued')), (format('%L, %L', :'c1', 'busy')), (format('%L, NULL', :'c1')), (format('NULL, %L', 'ended')),
    (format('%L, %L, %L', :'c1', 'ended', 'ca000000-0000-4000-8000-00000000dead')), (format('%L, %L, NULL, repeat(%L, 2001)', :'c1', 'ended', 'x')),
    (format('%L, %L', 'c0000000-0000-4000-8000-00000000dead', 'ended')),
    (format('%L, %L, %L', :'c1', 'ended', 'ca000000-0000-4000-8000-0000000d1a11')), (format('%L, %L', :'c1', 'ended')), (format('%L, %L', :'c1', 'failed'))) AS t (args);
SELECT public.dialling_attempt(format('SELECT lad.complete_batch_entry(gen_random_uuid(), %L, %L)', :'c1', 'ended')) AS unknown,
       public.dialling_attempt(format('SELECT lad.renew_batch_claim(%L, %L)', :'c1', '1 minute')) AS nothing_in_hand,
       public.dialling_attempt(format('SELECT lad.renew_batch_claim(%L, %L)', :'c1', '0')) AS no_time,
       public.dialling_attempt($$SELECT claim FROM lad.claim_batch_entries(gen_random_uuid(), 1)$$) AS no_batch,
       public.dialling_attempt($$SELECT claim FROM public.dialling_claim('first', 0)$$) AS no_rows,
       public.dialling_attempt($$SELECT claim FROM public.dialling_claim('first', 1, '25 hours')$$) AS too_long;
SELECT e.status, e.claim = :'c1' AS claim, e.call_log_id = c.id AS linked, c.batch_id = e.batch_id AS of_batch FROM lad_data.voice_call_batch_entries e JOIN lad_data.voice_call_logs c ON c.id = e.call_log_id;
COMMIT;
BEGIN;
SELECT lad.authenticate(:'other');
SELECT public.dialling_attempt(format('SELECT lad.complete_batch_entry(%L, %L, %L)', :'e1', :'c1', 'ended')) AS of_another_tenant,
       public.dialling_attempt(format('SELECT lad.renew_batch_claim(%L, %L)', :'c1', '1 minute')) AS renew;
COMMIT;

-- What the application writes itself: counters stay what the rows say, ends are final, the last end completes the batch once.
BEGIN;
SELECT lad.authenticate(:'machine');
UPDATE lad_data.voice_call_batches SET completed_calls = completed_calls + 1, total_calls = 99 WHERE id = public.dialling_batch('first') RETURNING total_calls, completed_calls;
SELECT public.dialling_attempt($$UPDATE lad_data.voice_call_batch_entries SET status = 'queued' WHERE status = 'ended' RETURNING 1$$) AS reopened;
UPDATE lad_data.voice_call_batch_entries SET status = 'dispatched' WHERE status = 'running';
SELECT * FROM public.dialling;
UPDATE lad_data.voice_call_batch_entries SET status = CASE WHEN position = 2 THEN 'completed' ELSE 'declined' END WHERE status = 'dispatched';
SELECT * FROM public.dialling;
SELECT payload - 'started_at' - 'finished_at' AS payload, payload->>'finished_at' IS NOT NULL AS finished FROM lad_data.domain_events WHERE event_type = 'batch.completed';
SELECT public.dialling_attempt($$UPDATE lad_data.voice_call_batches SET status = 'running' WHERE status = 'completed' RETURNING 1$$) AS reopened;
SELECT count(*) AS claims FROM public.dialling_claim('first');
DELETE FROM lad_data.voice_call_batch_entries WHERE position = 4;
SELECT lad.soft_delete('lad_data.voice_call_batch_entries', id) FROM lad_data.voice_call_batch_entries WHERE position = 2;
SELECT * FROM public.dialling;
SELECT lad.restore('lad_data.voice_call_batch_entries', id) FROM lad_data.voice_call_batch_entries WHERE position = 2;
SELECT * FROM public.dialling;
ROLLBACK;

-- A lost dialler's entries come back, as an attempt of at most so many; its answer comes too late.
BEGIN;
SELECT lad.authenticate(:'machine');
SELECT lad.enqueue_batch(7710, public.dialling_leads(1, 2, 3, 4, 5), :number, metadata => '{"name": "lost"}') IS NOT NULL AS enqueued;
SELECT entry AS e1, claim AS c1 FROM public.dialling_claim('lost') \gset
SELECT public.dialling_lose('lost');
SELECT public.dialling_attempt(format('SELECT lad.complete_batch_entry(%L, %L, %L)', :'e1', :'c1', 'ended')) AS late,
       public.dialling_attempt(format('SELECT lad.renew_batch_claim(%L, %L)', :'c1', '1 minute')) AS late_renewal;
SELECT entry AS e2, claim AS c2, lead, attempt FROM public.dialling_claim('lost') \gset
SELECT :'e1' = :'e2' AS same_entry, :'c1' = :'c2' AS same_claim, :attempt AS attempt;
SELECT public.dialling_attempt(format('SELECT lad.complete_batch_entry(%L, %L, %L)', :'e1', :'c1', 'ended')) AS too_late;
SELECT public.dialling_lose('lost');
SELECT lead, attempt FROM public.dialling_claim('lost');
SELECT lead, status, retries, claimed, last_error FROM public.dialling_entries WHERE name = 'lost' ORDER BY position;
-- An entry whose call is known follows it.
SELECT count(*) AS claimed FROM public.dialling_claim('lost', 5);
INSERT INTO lad_data.voice_call_logs (id, to_country_code, to_base_number, status) SELECT public.dialling_lead(20 + n), '+971', n, (ARRAY['ended', 'busy', 'ongoing', 'in_queue'])[n] FROM generate_series(1, 4) n;
UPDATE lad_data.voice_call_batch_entries SET status = 'dispatched', call_log_id = public.dialling_lead(19 + position::int) WHERE position > 1 AND batch_id = public.dialling_batch('lost');
SELECT public.dialling_lose('lost');
SELECT lead, attempt FROM public.dialling_claim('lost', 5);
SELECT lead, status, retries, claimed, last_error FROM public.dialling_entries WHERE name = 'lost' ORDER BY position;
SELECT lead, attempt FROM public.dialling_claim('lost', 5);
COMMIT;

-- Failed calls are repeated when the batch asks for it, later each time.
BEGIN;
SELECT lad.authenticate(:'machine');
SELECT lad.enqueue_batch(7710, public.dialling_leads(1, 2), :number, max_attempts => 3, metadata => '{"name": "repeat", "retry_seconds": 60, "wave_size": 1}') IS NOT NULL AS enqueued;
SELECT entry, claim FROM public.dialling_claim('repeat', 5) \gset
SELECT count(*) AS more_than_a_wave FROM public.dialling_claim('repeat', 5);
SELECT lad.complete_batch_entry(:'entry', :'claim', 'failed', NULL, 'busy');
SELECT lead, status, retries, last_error FROM public.dialling_entries WHERE name = 'repeat' ORDER BY position;
SELECT lead, attempt FROM public.dialling_claim('repeat', 5);
SELECT extract(epoch FROM next_attempt_at - clock_timestamp() + interval '1 second')::int / 60 AS minutes FROM lad_data.voice_call_batch_entries WHERE id = :'entry';
UPDATE lad_data.voice_call_batch_entries SET status = 'ended' WHERE batch_id = public.dialling_batch('repeat') AND position = 2;
SELECT count(*) AS not_yet FROM public.dialling_claim('repeat', 5);
UPDATE lad_data.voice_call_batch_entries SET next_attempt_at = now() WHERE id = :'entry';
SELECT entry, claim, attempt FROM public.dialling_claim('repeat', 5) \gset
SELECT :attempt AS attempt, lad.complete_batch_entry(:'entry', :'claim', 'failed');
SELECT extract(epoch FROM next_attempt_at - clock_timestamp() + interval '1 second')::int / 60 AS minutes FROM lad_data.voice_call_batch_entries WHERE id = :'entry';
UPDATE lad_data.voice_call_batch_entries SET next_attempt_at = now() WHERE id = :'entry';
SELECT entry, claim, attempt FROM public.dialling_claim('repeat', 5) \gset
SELECT :attempt AS attempt, lad.complete_batch_entry(:'entry', :'claim', 'failed');
SELECT * FROM public.dialling WHERE name = 'repeat';
COMMIT;

-- Later, deleted leads, and the end by a stop.
BEGIN;
SELECT lad.authenticate(:'machine');
SELECT lad.enqueue_batch(7710, public.dialling_leads(6, 7, 8, 9), :number, scheduled_at => now() + interval '1 hour', metadata => '{"name": "stop"}') IS NOT NULL AS enqueued;
SELECT count(*) AS too_early FROM public.dialling_claim('stop', 5);
SELECT * FROM public.dialling WHERE name = 'stop';
UPDATE lad_data.voice_call_batches SET scheduled_at = now() WHERE id = public.dialling_batch('stop');
SELECT lad.soft_delete('lad_data.leads', public.dialling_lead(6));
SELECT entry, claim, lead FROM public.dialling_claim('stop') \gset
SELECT :'lead' AS lead;
SELECT * FROM public.dialling WHERE name = 'stop';
SELECT public.dialling_attempt($$SELECT lad.stop_batch(public.dialling_batch('stop'), '')$$) AS no_reason, public.dialling_attempt($$SELECT lad.stop_batch(gen_random_uuid(), 'x')$$) AS unknown;
COMMIT;
BEGIN;
SELECT lad.authenticate(:'caller');
SELECT lad.stop_batch(public.dialling_batch('stop'), 'wrong list'), lad.stop_batch(public.dialling_batch('stop'), 'again') AS again;
SELECT * FROM public.dialling WHERE name = 'stop';
SELECT count(*) AS nothing FROM public.dialling_claim('stop', 5);
SELECT lad.complete_batch_entry(:'entry', :'claim', 'completed');
SELECT * FROM public.dialling WHERE name = 'stop';
SELECT metadata->'stopped'->>'reason' AS reason, metadata->'stopped'->>'by' AS by FROM lad_data.voice_call_batches WHERE id = public.dialling_batch('stop');
SELECT event_type, payload FROM lad_data.domain_events WHERE aggregate_id = public.dialling_batch('stop');
COMMIT;

-- Jobs give back what was lost, also in a batch that was stopped; with the feature off nobody dials, but a stop is possible.
BEGIN;
SELECT lad.authenticate(:'machine');
SELECT lad.enqueue_batch(7710, public.dialling_leads(1, 2), :number, metadata => '{"name": "job"}') IS NOT NULL AS enqueued;
SELECT count(*) AS claimed FROM public.dialling_claim('job', 1);
SELECT public.dialling_lose('job');
SELECT public.dialling_attempt('SELECT lad.return_batch_claims()') AS not_for_the_application;
COMMIT;
RESET SESSION AUTHORIZATION;
UPDATE lad_data.tenant_features SET enabled = false WHERE tenant_id = :a;
SET SESSION AUTHORIZATION dialling_service;
SELECT public.dialling_attempt('SELECT lad.return_batch_claims()') AS without_context;
BEGIN;
SELECT lad.authenticate_service(NULL, 'job');
SELECT lad.return_batch_claims(), lad.return_batch_claims() AS again;
COMMIT;
BEGIN;
SELECT lad.authenticate_service(:a, 'job');
SELECT lead, status, retries FROM public.dialling_entries WHERE name = 'job' ORDER BY position;
SELECT public.dialling_attempt($$SELECT claim FROM public.dialling_claim('job')$$) AS feature_off;
UPDATE lad_data.voice_call_batch_entries SET status = 'running', claim = gen_random_uuid(), lease_until = now() WHERE batch_id = public.dialling_batch('job') AND position = 1;
SELECT lad.stop_batch(public.dialling_batch('job'), 'feature off');
SELECT lad.return_batch_claims();
SELECT lead, status, last_error FROM public.dialling_entries WHERE name = 'job' ORDER BY position;
SELECT * FROM public.dialling ORDER BY name;
COMMIT;
RESET SESSION AUTHORIZATION;
