-- Workers, which get the context from their leader.

-- attack: counting everybody's rows
-- expects: 0 / t
SELECT count(*) FROM lad_data.leads WHERE tenant_id = :'canary';
SELECT count(*) > 5 FROM lad_data.leads;

-- attack: workers alone, without their leader
-- expects: 0 / t
SET LOCAL parallel_leader_participation = off;
SELECT count(*) FROM lad_data.leads WHERE tenant_id <> :'own';
SELECT count(*) > 5 FROM lad_data.leads;

-- attack: a function that says it is safe for workers and tells
-- expects: t
CREATE FUNCTION playground.tell(text) RETURNS boolean LANGUAGE plpgsql PARALLEL SAFE COST 0.0000001 AS $$ BEGIN RAISE NOTICE 'saw %', $1; RETURN true; END $$;
SELECT count(*) > 5 FROM lad_data.leads WHERE playground.tell(email);
ROLLBACK;

-- attack: a worker that would enter another context
-- expects: ~^!\w{5}$
CREATE FUNCTION playground.enter(text) RETURNS text LANGUAGE plpgsql PARALLEL SAFE AS $$ BEGIN PERFORM lad.authenticate(:'canary_token'); RETURN $1; END $$;
SELECT count(playground.enter(first_name)) FROM lad_data.leads;
ROLLBACK;

-- attack: a worker that would set the token
-- expects: ~^!\w{5}$
CREATE FUNCTION playground.enter(text) RETURNS text LANGUAGE plpgsql PARALLEL SAFE AS $$ BEGIN RETURN set_config('lad.token', E'\x01' || repeat('00', 49), true); END $$;
SELECT count(playground.enter(first_name)) FROM lad_data.leads;
ROLLBACK;

-- attack: a worker whose leader dropped the context
-- expects: !LD001 / !LD001
SET LOCAL lad.token = '';
SELECT count(*) FROM lad_data.leads;
SELECT count(*) FROM lad_data.voice_call_logs;

-- attack: a worker after the context came back
-- expects: t
SAVEPOINT s;
SET LOCAL lad.token = '';
ROLLBACK TO s;
SELECT count(*) > 5 AND count(DISTINCT tenant_id) = 1 FROM lad_data.leads;

-- attack: the context that workers see
-- expects: t
SELECT bool_and(lad.current_tenant_id() = :'own' AND lad.current_user_id() = :'own_user') FROM lad_data.leads;

-- attack: joins of large tables
-- expects: 0
SELECT count(*) FROM lad_data.campaign_leads AS c JOIN lad_data.leads AS l ON l.id = c.lead_id JOIN lad_data.campaigns AS k ON k.id = c.campaign_id WHERE :'own' NOT IN (c.tenant_id, l.tenant_id, k.tenant_id);

-- attack: a join by hash, by merge, by loop
-- expects: 0 / 0 / 0
SET LOCAL enable_mergejoin = off;
SELECT count(*) FROM lad_data.leads AS a JOIN lad_data.lead_notes AS b ON a.id = b.lead_id WHERE b.tenant_id <> :'own';
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = on;
SELECT count(*) FROM lad_data.leads AS a JOIN lad_data.lead_notes AS b ON a.id = b.lead_id WHERE a.tenant_id <> :'own';
SET LOCAL enable_mergejoin = off;
SELECT count(*) FROM lad_data.leads AS a JOIN lad_data.lead_notes AS b ON a.id = b.lead_id WHERE a.tenant_id <> :'own';

-- attack: all months at once
-- expects: 0 / t
SELECT count(*) FROM lad_data.voice_call_logs WHERE tenant_id = :'canary' OR id = :'canary_call';
SELECT count(*) > 5 FROM lad_data.voice_call_logs;

-- attack: grouped, sorted and sampled
-- expects: t / 0
SELECT count(*) = 1 FROM (SELECT tenant_id FROM lad_data.leads GROUP BY tenant_id ORDER BY 1) AS g;
SELECT count(*) FROM (SELECT tenant_id, rank() OVER (PARTITION BY tenant_id ORDER BY email) FROM lad_data.leads) AS r WHERE tenant_id <> :'own';

-- attack: an index and a bitmap
-- expects: 0 / 0
SET LOCAL enable_seqscan = off;
SELECT count(*) FROM lad_data.leads WHERE tenant_id = :'canary' AND id = :'canary_lead';
SET LOCAL enable_indexscan = off;
SELECT count(*) FROM lad_data.leads WHERE tenant_id = :'canary' AND email LIKE 'zq7%';

-- attack: a table made in parallel
-- expects: t
CREATE TABLE playground.kept AS SELECT tenant_id, email FROM lad_data.leads;
SELECT count(*) > 5 AND bool_and(tenant_id = :'own') FROM playground.kept;
ROLLBACK;

-- attack: functions of the extension in workers
-- expects: 0 / 0
SELECT count(*) FROM lad_data.leads WHERE lad.text_ilike(first_name, '%zq7%');
SELECT count(*) FROM lad_data.billing_wallets AS w, LATERAL lad.statement(w.id, '-infinity', 'infinity') AS s WHERE s.description LIKE 'zq7%';
