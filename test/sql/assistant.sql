-- The assistant: tokens become usage once per message, a conversation in one call, the search of its facts.
SET client_min_messages = warning;
CREATE ROLE assistant_app LOGIN IN ROLE lad_app;
\set a '''a0000000-0000-4000-8000-0000000c0002'''
\set b '''b0000000-0000-4000-8000-0000000c0002'''
\set talk '''f1000000-0000-4000-8000-0000000c0002'''
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES (:a, 'Assistant A', 'assistant-a', 'active'), (:b, 'Assistant B', 'assistant-b', 'active');
INSERT INTO lad_data.users (id, email) VALUES ('c1000000-0000-4000-8000-0000000c0002', '1@assistant.example'), ('c2000000-0000-4000-8000-0000000c0002', '2@assistant.example');
INSERT INTO lad_data.memberships (tenant_id, user_id, role) VALUES (:a, 'c1000000-0000-4000-8000-0000000c0002', 'owner'), (:a, 'c2000000-0000-4000-8000-0000000c0002', 'viewer');
SELECT lad.issue_token(:a, 'c1000000-0000-4000-8000-0000000c0002') AS owner, lad.issue_token(:a, 'c2000000-0000-4000-8000-0000000c0002') AS viewer, lad.issue_token(:b) AS foreigner \gset
CREATE FUNCTION public.assistant_attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; code text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
    RETURN code || ': ' || message;
END $$;
CREATE VIEW public.assistant_usage WITH (security_invoker) AS
    SELECT m.content, e.status, e.usage_items->0->>'provider' AS provider, e.usage_items->0->>'model' AS model, e.usage_items->0->'quantity' AS tokens,
           e.total_cost, e.currency, e.feature_key, left(e.user_id::text, 2) AS who, e.idempotency_key = 'ai_message:' || m.id AS keyed, e.error_message
    FROM lad_data.ai_messages m LEFT JOIN lad_data.billing_usage_events e ON e.external_reference_id = m.id::text ORDER BY m.content, m.id;
GRANT SELECT ON public.assistant_usage TO lad_app;
SET SESSION AUTHORIZATION assistant_app;
BEGIN;
SELECT lad.authenticate(:'owner');
INSERT INTO lad_data.ai_conversations (id, user_id, title, icp_data) VALUES (:talk, 'c1000000-0000-4000-8000-0000000c0002', 'Whom we look for', '{"industry": "SaaS"}');
-- Nobody pays yet: the message is kept, its event says why it failed.
INSERT INTO lad_data.ai_messages (conversation_id, role, content, tokens_used, model, created_at) VALUES (:talk, 'assistant', '1 no wallet', 100, 'gpt-4', '2026-01-01 10:00+00');
SELECT lad.create_wallet(currency => 'USD') AS wallet \gset
SELECT balance_after FROM lad.topup(:'wallet', 1, 'assistant opening');
-- Several in one statement; without tokens there is no usage, without a model there is one all the same.
INSERT INTO lad_data.ai_messages (conversation_id, role, content, tokens_used, model, message_data, created_at) VALUES
    (:talk, 'assistant', '2 own model', 1000, 'gpt-3.5-turbo', '{"provider": "openai"}', '2026-01-01 10:02+00'), (:talk, 'user', '3 no tokens', NULL, NULL, NULL, '2026-01-01 10:01+00'),
    (:talk, 'user', '4 zero', 0, NULL, '{}', '2026-01-01 10:03+00'), (:talk, 'assistant', '5 default', 10, NULL, '[]', '2026-01-01 10:04+00'),
    (:talk, 'assistant', '6 named in its data', 10, NULL, '{"model": "gpt-3.5-turbo", "provider": ["odd"]}', '2026-01-01 10:05+00'),
    (:talk, 'assistant', '7 unknown', 10, 'llama', '{"provider": "meta"}', '2026-01-01 10:06+00'),
    (:talk, 'assistant', '8 from tomorrow', 10, 'gpt-4', NULL, now() + interval '1 day');
SELECT * FROM public.assistant_usage;
SELECT (lad.balance(:'wallet')).current AS untouched;
-- Streamed: tokens that grow change the event until it is charged, then nothing does.
UPDATE lad_data.ai_messages SET tokens_used = 40 WHERE content LIKE '5%';
UPDATE lad_data.ai_messages SET tokens_used = 40, content = '5 streamed' WHERE content LIKE '5%';
UPDATE lad_data.ai_messages SET model = 'gpt-4', tokens_used = tokens_used WHERE content LIKE '7%';
SELECT amount FROM lad_data.billing_usage_events e, lad.charge_usage(e.id) WHERE e.usage_items->0->'quantity' = '40';
UPDATE lad_data.ai_messages SET tokens_used = 40000 WHERE content LIKE '5%';
UPDATE lad_data.ai_messages SET tokens_used = NULL WHERE content LIKE '6%';
SELECT content, status, model, tokens, total_cost, error_message FROM public.assistant_usage WHERE content ~ '^[567]';
SELECT count(*) AS events, count(DISTINCT idempotency_key) AS keys FROM lad_data.billing_usage_events;
-- An event that failed is priced when it is charged.
SELECT amount FROM lad_data.billing_usage_events e, lad.charge_usage(e.id) WHERE e.status = 'failed' AND e.usage_items->0->'quantity' = '100';
SELECT public.assistant_attempt($$SELECT lad.record_usage('ai-icp-assistant', '[{"category": "llm", "provider": "openai", "model": "gpt-4", "unit": "token", "quantity": 1}]', 'ai_message:x')$$);
-- In one call, in order, without what was deleted.
UPDATE lad_data.ai_messages SET deleted_at = now() WHERE content LIKE '4%';
SELECT c->>'title' AS title, c->'icp_data' AS icp_data, c->>'status' AS status, c->'tokens_used' AS tokens_used,
       jsonb_path_query_array(c, '$.messages[*].content') AS contents, (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(c->'messages'->0) k) AS keys
    FROM lad.get_conversation(:talk) AS c;
SELECT public.assistant_attempt('SELECT lad.get_conversation(NULL)'), public.assistant_attempt('SELECT lad.get_conversation(gen_random_uuid())');
COMMIT;
BEGIN;
SELECT lad.authenticate(:'viewer');
SELECT jsonb_array_length(lad.get_conversation(:talk)->'messages') AS read_by_viewer;
SELECT public.assistant_attempt('INSERT INTO lad_data.ai_messages (conversation_id, content, tokens_used) VALUES (' || quote_literal(:talk) || ', ''x'', 1)') AS written_by_viewer;
COMMIT;
BEGIN;
SELECT lad.authenticate(:'foreigner');
SELECT public.assistant_attempt('SELECT lad.get_conversation(' || quote_literal(:talk) || ')') AS foreigner;
COMMIT;
BEGIN;
SELECT lad.authenticate(:'owner');
INSERT INTO lad_data.ai_conversations (id, user_id) VALUES ('f2000000-0000-4000-8000-0000000c0002', 'c1000000-0000-4000-8000-0000000c0002');
SELECT lad.get_conversation('f2000000-0000-4000-8000-0000000c0002')->'messages' AS empty;
UPDATE lad_data.ai_conversations SET deleted_at = now() WHERE id = 'f2000000-0000-4000-8000-0000000c0002';
SELECT public.assistant_attempt('SELECT lad.get_conversation(''f2000000-0000-4000-8000-0000000c0002'')') AS deleted;
-- The search of what is known.
SELECT lad.build_search_params(icp_data) FROM (VALUES
    ('{"industry": "SaaS", "location": "Dubai, UAE", "company_size": "11-50", "keywords": "crm, sales automation ; CRM"}'::jsonb),
    ('{"industries": [" SaaS ", "Fintech", "saas"], "locations": ["Berlin"], "companySize": ["11-50", "51-200"], "jobTitles": "CTO", "revenue": {"min": 1}, "notes": " ", "technologies": []}'),
    ('{"keywords": ["erp"], "expanded_keywords": ["ERP", "resource planning", null, 365]}'), ('{}'), ('{"keywords": null, "titles": []}')) AS known (icp_data);
SELECT public.assistant_attempt(format('SELECT lad.build_search_params(%L)', bad)) FROM unnest(ARRAY[NULL, '[]', '"x"', 'null', '{"keywords": {"a": 1}}', '{"industry": [["x"]]}', '{"titles": true}']) AS bad;
COMMIT;
RESET SESSION AUTHORIZATION;
-- Two tenants in one statement of somebody above row-level security; COPY.
INSERT INTO lad_data.ai_conversations (id, user_id, tenant_id, organization_id) VALUES ('f3000000-0000-4000-8000-0000000c0002', 'c1000000-0000-4000-8000-0000000c0002', :a, :a);
COPY lad_data.ai_messages (tenant_id, conversation_id, content, tokens_used, model) FROM stdin;
a0000000-0000-4000-8000-0000000c0002	f3000000-0000-4000-8000-0000000c0002	copied	7	gpt-4
\.
SELECT status, total_cost FROM lad_data.billing_usage_events WHERE tenant_id = :a AND usage_items->0->'quantity' = '7';
DROP VIEW public.assistant_usage;
DROP FUNCTION public.assistant_attempt(text);
DROP ROLE assistant_app;
