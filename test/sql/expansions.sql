-- The cache of a model's expansions: claims, fencing, stale terms, failures, hostile output, publication, eviction.
SET client_min_messages = warning;
CREATE ROLE expansions_app LOGIN IN ROLE lad_app;
CREATE ROLE expansions_service LOGIN IN ROLE lad_service;
INSERT INTO lad_data.tenants (id, name, slug, status) SELECT md5('expansions ' || n)::uuid, n, 'expansions-' || n, 'active' FROM unnest('{a,b,c,d}'::text[]) AS n;
INSERT INTO lad_data.users (id, email) VALUES (md5('expansions viewer')::uuid, 'viewer@expansions.example');
INSERT INTO lad_data.memberships (tenant_id, user_id, role) VALUES (md5('expansions a')::uuid, md5('expansions viewer')::uuid, 'viewer');
SELECT lad.issue_token(md5('expansions a')::uuid) AS a, lad.issue_token(md5('expansions b')::uuid) AS b, lad.issue_token(md5('expansions c')::uuid) AS c,
       lad.issue_token(md5('expansions d')::uuid) AS d, lad.issue_token(md5('expansions a')::uuid, md5('expansions viewer')::uuid) AS viewer \gset
CREATE FUNCTION public.expansions_attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; detail text; code text; answer text;
BEGIN
    EXECUTE statement INTO answer;
    RETURN coalesce(answer, 'null');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' / ', code || ': ' || message, nullif(detail, ''));
END $$;
-- What an answer says, without what differs between runs.
CREATE FUNCTION public.expansions_ask(keyword text, prompt_version text DEFAULT '', lease interval DEFAULT '30 s', OUT status text, OUT terms jsonb, OUT claims boolean, OUT waits boolean, OUT source text)
LANGUAGE sql AS $$ SELECT status, terms, claim IS NOT NULL, retry_after > '0', source FROM lad.acquire_expansion(keyword, prompt_version => prompt_version, lease => lease) $$;
CREATE VIEW public.expansions_rows WITH (security_invoker) AS
    SELECT original_keyword, normalized_keyword, context, expanded_keywords, model, prompt_version, expires_at - clock_timestamp() AS ttl, rejected, is_deleted, tenant_id IS NULL AS global
    FROM lad_data.ai_keyword_expansions ORDER BY 1, 3;
GRANT SELECT ON public.expansions_rows TO lad_app, lad_service;
CREATE VIEW public.expansions_claims WITH (security_invoker) AS
    SELECT normalized_keyword, prompt_version, claim IS NOT NULL AS claimed, failure_count, error_class, retry_at > clock_timestamp() AS backs_off FROM lad_data.ai_keyword_claims ORDER BY 1;
GRANT SELECT ON public.expansions_claims TO lad_app, lad_service;

SET SESSION AUTHORIZATION expansions_app;
-- A miss is claimed once, whatever way the keyword is spelt.
BEGIN; SELECT lad.authenticate(:'a');
SELECT status, terms IS NULL AND retry_after IS NULL AND source IS NULL AS bare, claim AS claim_a FROM lad.acquire_expansion('  VP, Sales ') \gset
SELECT :'status' AS status, :'bare' AS bare, length(:'claim_a') AS claim;
SELECT * FROM public.expansions_ask('vp sales');
SELECT status FROM lad.acquire_expansion('VP Sales', 'title');
SELECT lad.renew_claim(:'claim_a') - clock_timestamp() BETWEEN '29 s' AND '30 s' AS renewed;
-- The model's output is checked item by item.
SELECT lad.fulfil_expansion(:'claim_a', jsonb_build_array('VP of Sales', '  Head  of Sales ', 'heads of sale', 1, NULL, '', 'a' || chr(8238) || 'b', E'line\nend', 'z' || chr(8203) || 'w', 'see https://evil.example/x',
    'evil.com', 'me@evil.com', '<b>Chief</b>', 'a b c d e f g h i', repeat('x', 81), repeat('é', 80), '!!!', chr(65334) || chr(65328) || ' Sales', jsonb_build_object('term', 'x'), 'C++', '.NET', 'R&D'), 'gpt-4', '1 month');
SELECT * FROM public.expansions_ask('V.P. SALES');
SELECT original_keyword, normalized_keyword, model, ttl BETWEEN '29 days 23:00' AND '30 days' AS ttl FROM public.expansions_rows;
SELECT e->>'item' AS item, e->>'reason' AS reason FROM public.expansions_rows, jsonb_array_elements(rejected) AS e;
SELECT public.expansions_attempt(format('SELECT lad.fulfil_expansion(%L, ''["x"]'', ''m'', ''1 day'')', :'claim_a')) AS again,
       public.expansions_attempt(format('SELECT lad.renew_claim(%L)', :'claim_a')) AS renewed, public.expansions_attempt(format('SELECT lad.fail_expansion(%L, ''x'')', :'claim_a')) AS failed;
COMMIT;

-- Another tenant sees neither terms nor claims.
BEGIN; SELECT lad.authenticate(:'b');
SELECT * FROM public.expansions_ask('vp sales');
SELECT count(*) FROM public.expansions_rows;
ROLLBACK;
BEGIN; SELECT lad.authenticate(:'a');
SELECT claim AS claim_a FROM lad.acquire_expansion('fencing') \gset
COMMIT;
BEGIN; SELECT lad.authenticate(:'b');
SELECT public.expansions_attempt(format('SELECT lad.fulfil_expansion(%L, ''["x"]'', ''m'', ''1 day'')', :'claim_a')) AS foreign_claim;
SELECT public.expansions_attempt(format('SELECT lad.fail_expansion(%L, ''x'')', :'claim_a')) AS foreign_claim;
ROLLBACK;

-- Nothing usable leaves the claim open; more than 32 are cut; what is rejected is bounded.
BEGIN; SELECT lad.authenticate(:'a');
SELECT terms, public.expansions_attempt(format('SELECT lad.fulfil_expansion(%L, %L, ''m'', ''1 day'')', :'claim_a', terms)) FROM unnest(ARRAY['[]', '{}', '"x"', 'null', '17', '[1, "<b>"]', '["see www.evil.example"]', '["!?"]']::jsonb[]) AS terms;
SELECT jsonb_array_length(lad.fulfil_expansion(:'claim_a', (SELECT jsonb_agg('term ' || chr(97 + n / 26) || chr(97 + n % 26) || 'x') FROM generate_series(0, 99) AS n), 'm', '1 s')) AS kept;
SELECT jsonb_array_length(expanded_keywords) AS kept, jsonb_array_length(rejected) AS rejected, rejected->0 AS first, rejected->-1 AS last FROM public.expansions_rows WHERE original_keyword = 'fencing';
COMMIT;

-- Stale terms are served while one caller asks the model again: when they have expired, or for another prompt.
BEGIN; SELECT lad.authenticate(:'a');
UPDATE lad_data.ai_keyword_expansions SET expires_at = clock_timestamp() - interval '1 s', expanded_keywords = '["old"]' WHERE original_keyword = 'fencing';
SELECT * FROM public.expansions_ask('fencing');
SELECT * FROM public.expansions_ask('fencing');
SELECT * FROM public.expansions_ask('vp sales', 'v2');
SELECT * FROM public.expansions_ask('vp sales', 'v2');
SELECT status FROM public.expansions_ask('vp sales');
SELECT claim AS claim_a FROM lad_data.ai_keyword_claims WHERE normalized_keyword = 'vp sales' AND context = 'general' \gset
SELECT lad.fulfil_expansion(:'claim_a', '["sales director"]', 'gpt-5', '1 day');
SELECT status, terms FROM public.expansions_ask('vp sales', 'v2');
SELECT count(*) AS of_vp_sales FROM public.expansions_rows WHERE normalized_keyword = 'vp sales';
COMMIT;

-- A dead claimant's lease goes to one successor; what comes late is lost.
BEGIN; SELECT lad.authenticate(:'a');
SELECT claim AS claim_a FROM lad.acquire_expansion('late', lease => '1 s') \gset
SELECT pg_sleep(1.05);
SELECT public.expansions_attempt(format('SELECT lad.renew_claim(%L)', :'claim_a')) AS late;
SELECT * FROM public.expansions_ask('late');
SELECT * FROM public.expansions_ask('late');
SELECT public.expansions_attempt(format('SELECT lad.fulfil_expansion(%L, ''["x"]'', ''m'', ''1 day'')', :'claim_a')) AS late;
SELECT public.expansions_attempt(format('SELECT lad.fail_expansion(%L, ''x'')', :'claim_a')) AS late;
-- Failures keep everybody away, longer each time, but for another prompt; stale terms go on being served.
SELECT claim AS claim_a FROM lad.acquire_expansion('failing') \gset
SELECT lad.fail_expansion(:'claim_a', 'timeout');
SELECT status, terms, claim, retry_after BETWEEN '9 s' AND '10 s' AS retry, source FROM lad.acquire_expansion('failing');
SELECT * FROM public.expansions_claims WHERE normalized_keyword = 'failing';
SELECT claim AS claim_a FROM lad.acquire_expansion('failing', prompt_version => 'v2') \gset
SELECT lad.fail_expansion(:'claim_a', 'refused');
SELECT failure_count, error_class, prompt_version FROM public.expansions_claims WHERE normalized_keyword = 'failing';
SELECT claim AS claim_a FROM lad_data.ai_keyword_claims WHERE normalized_keyword = 'fencing' \gset
SELECT lad.fail_expansion(:'claim_a', 'timeout');
SELECT * FROM public.expansions_ask('fencing');
COMMIT;
RESET SESSION AUTHORIZATION;
UPDATE lad_data.ai_keyword_claims SET retry_at = now() - interval '1 s' WHERE tenant_id = md5('expansions a')::uuid;
SET SESSION AUTHORIZATION expansions_app;
BEGIN; SELECT lad.authenticate(:'a');
SELECT claim AS claim_a FROM lad.acquire_expansion('failing', prompt_version => 'v2') \gset
SELECT lad.fail_expansion(:'claim_a', 'timeout') AS second_in_a_row;
SELECT claim AS claim_a FROM lad.acquire_expansion('fencing') \gset
SELECT lad.fulfil_expansion(:'claim_a', '["swords"]', 'm', '1 day');
SELECT status, terms FROM public.expansions_ask('fencing');
SELECT count(*) AS forgotten FROM public.expansions_claims WHERE normalized_keyword = 'fencing';
COMMIT;

-- Many at once: one claim for each meaning, in the order of the keywords.
BEGIN; SELECT lad.authenticate(:'a');
SELECT keyword, status, terms, claim IS NOT NULL AS claims, source FROM lad.acquire_expansions('{zebra,vp sales,Fencing,yak,V.P. Sales,YAK,"vp: sales"}', prompt_version => '');
SELECT count(*) FROM lad.acquire_expansions('{}');
SELECT public.expansions_attempt($$SELECT lad.acquire_expansions(ARRAY['new one', E'a\tb'])$$) AS second, public.expansions_attempt($$SELECT lad.acquire_expansions('{fine,!!!}')$$) AS nothing;
SELECT count(*) AS claimed FROM public.expansions_claims WHERE normalized_keyword IN ('new one', 'fine');
-- Rows that the application writes itself are found; soft-deleted ones are not, and come back when they are fulfilled.
INSERT INTO lad_data.ai_keyword_expansions (original_keyword, expanded_keywords) VALUES ('own, words', '["mine"]') ON CONFLICT (original_keyword, context, tenant_id) DO UPDATE SET usage_count = 1;
SELECT * FROM public.expansions_ask('own words');
UPDATE lad_data.ai_keyword_expansions SET is_deleted = true WHERE original_keyword = 'own, words';
SELECT status, claim AS claim_a FROM lad.acquire_expansion('Own words') \gset
SELECT :'status' AS status, lad.fulfil_expansion(:'claim_a', '["again"]', 'm', '1 day');
UPDATE lad_data.ai_keyword_expansions SET normalized_keyword = NULL WHERE original_keyword = 'own, words';
SELECT original_keyword, normalized_keyword, expanded_keywords, is_deleted FROM public.expansions_rows WHERE original_keyword LIKE 'own%';
COMMIT;

-- Who may do what.
SELECT public.expansions_attempt('SELECT lad.acquire_expansion(''x'')') AS no_context, public.expansions_attempt('SELECT lad.fulfil_expansion(gen_random_uuid(), ''[]'', ''m'', ''1 day'')') AS no_context;
BEGIN; SELECT lad.authenticate(:'viewer');
SELECT status, terms FROM public.expansions_ask('fencing');
SELECT public.expansions_attempt('SELECT lad.acquire_expansion(''unknown'')') AS viewer;
COMMIT;
BEGIN; SELECT lad.authenticate(:'a');
SELECT public.expansions_attempt('INSERT INTO lad_data.ai_keyword_claims (normalized_keyword, original_keyword) VALUES (''x'', ''x'')') AS writes_claim;
SELECT public.expansions_attempt('INSERT INTO lad_data.ai_keyword_expansions (original_keyword, tenant_id, organization_id) VALUES (''x'', NULL, NULL)') AS writes_global;
SELECT public.expansions_attempt('SELECT lad.publish_expansion(''x'', ''general'')') AS publishes, public.expansions_attempt('SELECT lad.evict_expansions(1)') AS evicts;
SELECT call, public.expansions_attempt('SELECT lad.' || call) FROM unnest(ARRAY['acquire_expansion(NULL)', 'acquire_expansion(''x'', NULL)', 'acquire_expansion(''x'', ''music'')', 'acquire_expansion('''')',
    'acquire_expansion('' .! '')', 'acquire_expansion(repeat(''x'', 256))', 'acquire_expansion(E''a\x01'')', 'acquire_expansion(''x'', ''title'', repeat(''v'', 101))', 'acquire_expansion(''x'', ''title'', NULL)', 'acquire_expansion(''x'', lease => ''0'')',
    'acquire_expansion(''x'', lease => ''1 month'')', 'acquire_expansion(''x'', lease => ''2 hours'')', 'acquire_expansions(NULL)', 'acquire_expansions(''{a,NULL}'')', 'acquire_expansions(array_fill(''x''::text, ARRAY[1001]))',
    'fulfil_expansion(NULL, ''[]'', ''m'', ''1 day'')', 'fulfil_expansion(gen_random_uuid(), NULL, ''m'', ''1 day'')', 'fulfil_expansion(gen_random_uuid(), ''["x"]'', '''', ''1 day'')', 'fulfil_expansion(gen_random_uuid(), ''["x"]'', ''m'', ''-1 day'')',
    'fulfil_expansion(gen_random_uuid(), ''["x"]'', ''m'', ''178000000 years'')', 'fulfil_expansion(gen_random_uuid(), ''["x"]'', ''m'', ''1 day'')', 'fail_expansion(gen_random_uuid(), '''')', 'fail_expansion(gen_random_uuid(), NULL)', 'renew_claim(NULL)']) AS call;
COMMIT;

-- Publication: what three tenants have, in nobody's spelling but a common one.
CREATE FUNCTION pg_temp.give(token text, terms jsonb, prompt text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE got record;
BEGIN
    PERFORM lad.authenticate(token);
    SELECT * INTO got FROM lad.acquire_expansion('Fin-Tech', prompt_version => prompt);
    RETURN got.status || ' ' || lad.fulfil_expansion(got.claim, terms, 'secret model', '1 day');
END $$;
SELECT pg_temp.give(:'a', '["Financial Technology", "Payments", "PayPal", "our codename Zeus", "lending"]');
SELECT pg_temp.give(:'b', '["financial technology", "payments", "PayPal", "b only", "https", "Lending"]');
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION expansions_service;
SELECT public.expansions_attempt('SELECT lad.publish_expansion(''fin tech'', ''general'')') AS no_context, public.expansions_attempt('SELECT lad.evict_expansions(1)') AS no_context;
BEGIN; SELECT lad.authenticate_service(reason => 'test');
SELECT lad.publish_expansion('Fin Tech', 'general') IS NULL AS too_few;
SELECT public.expansions_attempt('SELECT lad.publish_expansion(''fin tech'', ''general'', 1)') AS one, public.expansions_attempt('SELECT lad.publish_expansion(''fin tech'', NULL)') AS null_context,
       public.expansions_attempt('SELECT lad.publish_expansion(''!'', ''general'')') AS empty, public.expansions_attempt('SELECT lad.publish_expansion(''x'', ''general'', 3, ''0'')') AS ttl;
COMMIT;
SET SESSION AUTHORIZATION expansions_app;
SELECT pg_temp.give(:'c', '["FINANCIAL technology", "payment", "PayPal", "lending", "mobile bank"]');
-- What the application writes itself is trusted no more than a model.
BEGIN; SELECT lad.authenticate(:'a'); UPDATE lad_data.ai_keyword_expansions SET expanded_keywords = expanded_keywords || '["evil.com", 7]' WHERE normalized_keyword = 'fintech'; COMMIT;
BEGIN; SELECT lad.authenticate(:'b'); UPDATE lad_data.ai_keyword_expansions SET expanded_keywords = expanded_keywords || '["evil.com", {}]' WHERE normalized_keyword = 'fintech'; COMMIT;
BEGIN; SELECT lad.authenticate(:'c'); UPDATE lad_data.ai_keyword_expansions SET expanded_keywords = expanded_keywords || '["evil.com"]' WHERE normalized_keyword = 'fintech'; COMMIT;
SET SESSION AUTHORIZATION expansions_service;
BEGIN; SELECT lad.authenticate_service(reason => 'test');
SELECT lad.publish_expansion('Fin Tech', 'general');
SELECT lad.publish_expansion('Fin Tech', 'general', 2);
SELECT lad.publish_expansion('fin-tech', 'general', ttl => '1 hour');
SELECT original_keyword, normalized_keyword, expanded_keywords, model, prompt_version, rejected FROM public.expansions_rows WHERE global;
COMMIT;
SET SESSION AUTHORIZATION expansions_app;
BEGIN; SELECT lad.authenticate(:'d');
SELECT * FROM public.expansions_ask('Fin Tech');
-- Nobody else changes what is everyone's, and a refresh makes a row of the tenant's own.
UPDATE lad_data.ai_keyword_expansions SET expanded_keywords = '["mine"]' WHERE normalized_keyword = 'fintech';
DELETE FROM lad_data.ai_keyword_expansions WHERE normalized_keyword = 'fintech';
SELECT status, terms, claim AS claim_d, source FROM lad.acquire_expansion('Fin Tech', prompt_version => 'v2') \gset
SELECT :'status' AS status, :'terms' AS terms, :'source' AS source, lad.fulfil_expansion(:'claim_d', '["own"]', 'm', '1 day');
SELECT expanded_keywords, global FROM public.expansions_rows WHERE normalized_keyword = 'fintech' ORDER BY global;
SELECT status, terms, source FROM public.expansions_ask('Fin Tech', 'v2');
COMMIT;

-- Eviction: uses are written down, what was stale for as long as it was fresh goes, in batches, with claims nobody comes back to.
RESET SESSION AUTHORIZATION;
UPDATE lad_data.ai_keyword_expansions SET created_at = now() - interval '100 days', expires_at = CASE normalized_keyword WHEN 'fintech' THEN now() - interval '29 days' ELSE now() - interval '31 days' END
    WHERE (tenant_id IN (md5('expansions a')::uuid, md5('expansions b')::uuid) OR tenant_id IS NULL) AND context = 'general' AND (normalized_keyword IN ('fencing', 'vp sales') OR tenant_id IS NULL);
UPDATE lad_data.ai_keyword_expansions SET expires_at = now() - interval '31 days' WHERE tenant_id IS NULL AND normalized_keyword = 'fintech';
SET SESSION AUTHORIZATION expansions_service;
BEGIN; SELECT lad.authenticate_service(md5('expansions a')::uuid, 'test');
SELECT lad.evict_expansions(1) AS own, lad.evict_expansions(10) AS own_rest;
SELECT usage_count > 0 AND last_used_at IS NOT NULL AS used FROM lad_data.ai_keyword_expansions WHERE tenant_id = md5('expansions d')::uuid OR tenant_id IS NULL ORDER BY tenant_id;
SELECT public.expansions_attempt('SELECT lad.evict_expansions(' || n || ')') FROM unnest('{NULL::int,0,10001,-1}'::text[]) AS n;
COMMIT;
RESET SESSION AUTHORIZATION;
UPDATE lad_data.ai_keyword_claims SET lease_until = now() - interval '2 hours', retry_at = retry_at - interval '2 days' WHERE tenant_id = md5('expansions a')::uuid AND normalized_keyword IN ('zebra', 'failing');
UPDATE lad_data.ai_keyword_claims SET lease_until = now() - interval '10 minutes' WHERE tenant_id = md5('expansions a')::uuid AND normalized_keyword = 'yak';
SET SESSION AUTHORIZATION expansions_service;
BEGIN; SELECT lad.authenticate_service(reason => 'test');
SELECT lad.evict_expansions(1000) AS all_tenants, lad.evict_expansions(1000) AS nothing_left;
SELECT normalized_keyword, global FROM public.expansions_rows WHERE normalized_keyword IN ('fintech', 'fencing', 'vp sales') ORDER BY 1, 2;
SELECT normalized_keyword FROM public.expansions_claims WHERE normalized_keyword IN ('zebra', 'yak', 'failing', 'late');
COMMIT;
RESET SESSION AUTHORIZATION;
SET session_replication_role = replica;
DELETE FROM lad_data.ai_keyword_claims WHERE tenant_id IN (SELECT id FROM lad_data.tenants WHERE slug LIKE 'expansions-%');
DELETE FROM lad_data.ai_keyword_expansions WHERE tenant_id IN (SELECT id FROM lad_data.tenants WHERE slug LIKE 'expansions-%') OR (tenant_id IS NULL AND normalized_keyword = 'fintech');
RESET session_replication_role;
DROP FUNCTION pg_temp.give(text, jsonb, text);
DROP VIEW public.expansions_rows, public.expansions_claims;
DROP FUNCTION public.expansions_ask(text, text, interval), public.expansions_attempt(text);
DROP ROLE expansions_app, expansions_service;
