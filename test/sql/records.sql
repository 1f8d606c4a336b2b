-- Soft delete, purge and merging into jsonb columns.
SET client_min_messages = warning;
\set a '''a0000000-0000-4000-8000-000000000013'''
\set b '''b0000000-0000-4000-8000-000000000013'''
\set lead '''c0000000-0000-4000-8000-000000000001'''
\set theirs '''c0000000-0000-4000-8000-000000000002'''
CREATE ROLE records_app LOGIN IN ROLE lad_app;
CREATE ROLE records_service LOGIN IN ROLE lad_service;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    (:a, 'Records A', 'records-a', 'active'), (:b, 'Records B', 'records-b', 'active');
INSERT INTO lad_data.users (id, email) VALUES (:a, 'records@example.com');
INSERT INTO lad_data.memberships (tenant_id, user_id) VALUES (:a, :a);
INSERT INTO lad_data.leads (id, tenant_id, assigned_user_id, first_name, custom_fields) VALUES
    (:lead, :a, :a, 'Ada', '{"a": 1}'), (:theirs, :b, NULL, 'Bob', '{"b": 1}');
INSERT INTO lad_data.ai_keyword_expansions (id, tenant_id, organization_id, original_keyword)
    VALUES (:b, NULL, NULL, 'of everyone');
CREATE FUNCTION public.records_attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; code text; result text;
BEGIN
    EXECUTE statement INTO result;
    RETURN 'ok: ' || result;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
    RETURN code || ': ' || message;
END $$;
SELECT lad.issue_token(:a) AS token \gset
SET SESSION AUTHORIZATION records_app;
SELECT public.records_attempt('SELECT lad.soft_delete(''lad_data.leads'', gen_random_uuid())');
BEGIN;
SELECT lad.authenticate(:'token');
-- An untyped id, a uuid, and the state it was in already.
SELECT lad.soft_delete('lad_data.leads', :lead);
SELECT lad.soft_delete('lad_data.leads', :lead::uuid);
SELECT is_deleted, deleted_at = now() AS dated FROM lad_data.leads WHERE id = :lead;
SELECT lad.restore('lad_data.leads', :lead);
SELECT lad.restore('lad_data.leads', :lead::uuid);
SELECT is_deleted, deleted_at FROM lad_data.leads WHERE id = :lead;
-- Numbers as ids.
INSERT INTO lad_data.company_search_cache (id, search_keywords) VALUES (7001, 'numbered');
SELECT lad.merge_jsonb('lad_data.company_search_cache', 7001, 'company_data', '{"a": 1}');
SELECT lad.merge_jsonb('lad_data.company_search_cache', '7001', 'company_data', '{"b": 2}');
SELECT public.records_attempt('SELECT lad.merge_jsonb(''lad_data.company_search_cache'', 7002, ''company_data'', ''{}'')');
SELECT public.records_attempt('SELECT lad.soft_delete(''lad_data.company_search_cache'', 7001)');
-- Another tenant's row, everyone's row and a missing one are the same.
SELECT public.records_attempt(format('SELECT lad.%s(''lad_data.leads'', %L::uuid)', f, id))
FROM unnest(ARRAY['soft_delete', 'restore']) AS f, unnest(ARRAY[:theirs, 'c0000000-0000-4000-8000-0000000000ff']) AS id;
SELECT public.records_attempt(format('SELECT lad.restore(''lad_data.ai_keyword_expansions'', %L)', :b));
SELECT public.records_attempt(format('SELECT lad.merge_jsonb(''lad_data.leads'', %L, ''custom_fields'', ''{}'')', id))
FROM unnest(ARRAY[:theirs, 'c0000000-0000-4000-8000-0000000000ff']) AS id;
-- Tables without a soft delete, outside lad_data, without an id, and those nobody writes directly.
SELECT "table", public.records_attempt(format('SELECT lad.soft_delete(%L, gen_random_uuid())', "table"))
FROM unnest(ARRAY['lad_data.billing_wallets', 'lad_data.lead_stages', 'lad_data.schema_version',
    'pg_catalog.pg_class', 'lad_data.leads_pkey', 'lad_data.memberships', 'lad_data.tenants']) AS "table";
SELECT public.records_attempt('SELECT lad.soft_delete(4294967295::regclass, ''x'')');
SELECT public.records_attempt('SELECT lad.soft_delete(''lad_data.leads'', ''malformed'')');
SELECT public.records_attempt('SELECT lad.soft_delete(''lad_data.leads'', 1)');
SELECT public.records_attempt('SELECT lad.soft_delete(NULL, ''x'')');
SELECT public.records_attempt('SELECT lad.restore(''lad_data.leads'', NULL::uuid)');
-- What came in its place holds a restored row back.
INSERT INTO lad_data.campaigns (id, name) VALUES (:a, 'Campaign');
INSERT INTO lad_data.campaign_leads (id, campaign_id, lead_id) VALUES (:a, :a, :lead);
SELECT lad.soft_delete('lad_data.campaign_leads', :a);
INSERT INTO lad_data.campaign_leads (id, campaign_id, lead_id) VALUES (:b, :a, :lead);
SELECT public.records_attempt(format('SELECT lad.restore(''lad_data.campaign_leads'', %L)', :a));

-- merge_jsonb: RFC 7396.
SELECT lad.merge_jsonb('lad_data.leads', :lead, 'custom_fields', '{"b": {"c": [1, 2], "d": null}, "e": "é\"\u0001"}');
SELECT lad.merge_jsonb('lad_data.leads', :lead::uuid, 'custom_fields', '{"a": null, "b": {"f": 1.50}, "e": null}');
SELECT custom_fields FROM lad_data.leads WHERE id = :lead;
SELECT lad.merge_jsonb('lad_data.leads', :lead, 'raw_data', '{"from": "NULL"}');
SELECT lad.merge_jsonb('lad_data.leads', :lead, 'tags', '{"an": "array before"}');
SELECT lad.merge_patch(NULL, '{"a": {"b": null}}'), lad.merge_patch('{"a": 1}', '{}'), lad.merge_patch('7', '{"a": 1}');
SELECT lad.merge_patch('{"n": 12345678901234567890.123456789012345678900, "k": ""}', '{"": 1e3}');
SELECT patch, public.records_attempt(format('SELECT lad.merge_jsonb(''lad_data.leads'', %L, ''custom_fields'', %L)', :lead, patch))
FROM unnest(ARRAY['[]', 'null', '1', '"text"', NULL]) AS patch;
SELECT public.records_attempt(format('SELECT lad.merge_jsonb(''lad_data.leads'', %L, ''custom_fields'', %L)', :lead,
    repeat('{"a":', 32) || '1' || repeat('}', 32))) ~ '^ok' AS as_deep_as_allowed;
SELECT public.records_attempt(format('SELECT lad.merge_jsonb(''lad_data.leads'', %L, ''custom_fields'', %L)', :lead,
    repeat('{"a":', 33) || '1' || repeat('}', 33)));
SELECT public.records_attempt(format('SELECT lad.merge_jsonb(''lad_data.leads'', %L, ''custom_fields'', %L)', :lead,
    jsonb_build_object('a', repeat('x', 5000000))));
SELECT "column", public.records_attempt(format('SELECT lad.merge_jsonb(''lad_data.leads'', %L, %L, ''{}'')', :lead, "column"))
FROM unnest(ARRAY['first_name', 'missing', 'ctid', 'custom_fields"; --', '', NULL]) AS "column";
SELECT public.records_attempt('SELECT lad.merge_jsonb(''lad_data.tenants'', gen_random_uuid(), ''settings'', ''{}'')');
SELECT public.records_attempt('SELECT lad.merge_jsonb(''lad_data.billing_wallets'', gen_random_uuid(), ''metadata'', ''{}'')');
SELECT public.records_attempt('SELECT lad.purge_deleted(''1 day'')');
COMMIT;
RESET SESSION AUTHORIZATION;

-- Purge: old rows go, young and referenced ones stay, of one tenant or of all.
INSERT INTO lad_data.leads (id, tenant_id, deleted_at)
SELECT ('d0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
    CASE WHEN n <= 600 THEN :a ELSE :b END::uuid, now() - CASE WHEN n % 2 = 0 THEN '2 days' ELSE '1 hour' END::interval
FROM generate_series(1, 604) AS n;
-- A lead that was called stays; its note goes with a lead that does not.
INSERT INTO lad_data.voice_call_logs (tenant_id, lead_id, to_country_code, to_base_number)
SELECT :a, id, '+971', 501234567 FROM lad_data.leads
WHERE id IN ('d0000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000600');
INSERT INTO lad_data.lead_notes (tenant_id, lead_id, content)
VALUES (:a, 'd0000000-0000-4000-8000-000000000004', 'live');
-- Bookings that repeat each other go from the last to the first.
INSERT INTO lad_data.lead_bookings (id, tenant_id, lead_id, booking_type, booking_source, scheduled_at, deleted_at, parent_booking_id)
VALUES ('e0000000-0000-4000-8000-000000000001', :a, :lead, 'demo', 'user', '2030-01-01', now() - interval '2 days', NULL),
    ('e0000000-0000-4000-8000-000000000002', :a, :lead, 'demo', 'user', '2030-01-01', now() - interval '2 days', 'e0000000-0000-4000-8000-000000000001'),
    ('e0000000-0000-4000-8000-000000000003', :a, :lead, 'demo', 'user', '2030-01-01', now() - interval '2 days', NULL),
    ('e0000000-0000-4000-8000-000000000004', :a, :lead, 'demo', 'user', '2030-01-01', NULL, 'e0000000-0000-4000-8000-000000000003');
UPDATE lad_data.memberships SET deleted_at = now() - interval '2 days' WHERE tenant_id = :a;
UPDATE lad_data.users SET deleted_at = now() - interval '2 days' WHERE id = :a;
UPDATE lad_data.ai_keyword_expansions SET deleted_at = now() - interval '2 days' WHERE id = :b;
SET SESSION AUTHORIZATION records_service;
SELECT public.records_attempt('SELECT * FROM lad.purge_deleted(''1 day'')');
BEGIN;
SELECT lad.authenticate_service(:a, 'purge');
-- Sees every tenant's rows, acts for its context's tenant only.
SELECT count(DISTINCT tenant_id) AS tenants FROM lad_data.leads WHERE id IN (:lead, :theirs);
SELECT public.records_attempt(format('SELECT lad.soft_delete(''lad_data.leads'', %L)', :theirs));
SELECT public.records_attempt(format('SELECT lad.merge_jsonb(''lad_data.leads'', %L, ''custom_fields'', ''{}'')', :theirs));
SELECT age, public.records_attempt(format('SELECT lad.purge_deleted(%L)', age))
FROM unnest(ARRAY['-1 second', '1 month', '-1 month', '100000000 days', NULL]) AS age;
SELECT * FROM lad.purge_deleted('1 day') WHERE deleted + kept > 0 ORDER BY table_name;
SELECT * FROM lad.purge_deleted('1 day') WHERE deleted + kept > 0 ORDER BY table_name;
COMMIT;
BEGIN;
SELECT lad.authenticate_service(NULL, 'purge');
SELECT * FROM lad.purge_deleted('1 day') WHERE deleted + kept > 0 ORDER BY table_name;
SELECT count(*) FILTER (WHERE table_name ~ 'billing|ledger|tenants|users|memberships') AS forbidden, count(*) > 10 AS several
FROM lad.purge_deleted('1 day');
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT tenant_id = :a AS of_a, count(*) FROM lad_data.leads WHERE id::text LIKE 'd0%' GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM lad_data.lead_notes WHERE tenant_id = :a;
SELECT id FROM lad_data.lead_bookings WHERE tenant_id = :a ORDER BY id;
SELECT table_name FROM lad.purge_deleted('1 day') WHERE kept > 0 ORDER BY table_name;
SELECT count(*) FROM lad_data.memberships WHERE tenant_id = :a;
DROP FUNCTION public.records_attempt(text);
DROP ROLE records_app, records_service;
DELETE FROM lad_data.voice_call_logs WHERE tenant_id = :a;
DELETE FROM lad_data.tenants WHERE id IN (:a, :b);
DELETE FROM lad_data.users WHERE id = :a;
