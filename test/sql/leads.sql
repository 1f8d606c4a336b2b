-- Bookings, enrolments and orders.
SET client_min_messages = warning;
\set a '''a0000000-0000-4000-8000-000000000014'''
\set b '''b0000000-0000-4000-8000-000000000014'''
\set member '''a0000000-0000-4000-8000-000000000024'''
CREATE ROLE leads_app LOGIN IN ROLE lad_app;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    (:a, 'Leads A', 'leads-a', 'active'), (:b, 'Leads B', 'leads-b', 'active');
INSERT INTO lad_data.users (id, email) VALUES (:a, 'leads@example.com'), (:member, 'member@example.com');
INSERT INTO lad_data.memberships (tenant_id, user_id) VALUES (:a, :a), (:a, :member);
INSERT INTO lad_data.leads (id, tenant_id, assigned_user_id) VALUES (:a, :a, :a), (:b, :b, NULL), (:member, :a, NULL);
INSERT INTO lad_data.campaigns (id, tenant_id, name) VALUES (:b, :b, 'Theirs');
CREATE FUNCTION public.leads_attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; code text; result text;
BEGIN
    EXECUTE statement INTO result;
    RETURN concat_ws(': ', 'ok', result);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
    RETURN code || ': ' || message;
END $$;
-- A booking of lead a, with further columns.
CREATE FUNCTION public.leads_book(extra jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
    SELECT public.leads_attempt(format(
        'INSERT INTO lad_data.lead_bookings (%s) VALUES (%s) RETURNING id',
        string_agg(quote_ident(key), ', ' ORDER BY key), string_agg(quote_nullable(value), ', ' ORDER BY key)))
    FROM jsonb_each_text(jsonb_build_object('lead_id', 'a0000000-0000-4000-8000-000000000014',
        'booking_type', 'demo', 'booking_source', 'user', 'scheduled_at', '2030-01-01 10:00+00') || extra)
$$;
SELECT lad.issue_token(:a) AS token \gset
SET SESSION AUTHORIZATION leads_app;
SET TIME ZONE 'UTC';
BEGIN;
SELECT lad.authenticate(:'token');

-- The time a booking keeps free: talk and pause, moving along.
\set booking '''e0000000-0000-4000-8000-000000000001'''
SELECT public.leads_book(jsonb_build_object('id', :booking));
SELECT assigned_user_id = :a AS of_the_lead, duration_minutes, buffer_until FROM lad_data.lead_bookings;
UPDATE lad_data.lead_bookings SET scheduled_at = scheduled_at + interval '1 hour' RETURNING scheduled_at, buffer_until;
UPDATE lad_data.lead_bookings SET duration_minutes = 60 RETURNING scheduled_at, buffer_until;
UPDATE lad_data.lead_bookings SET buffer_until = '2030-01-01 12:00+00' RETURNING scheduled_at, buffer_until;
UPDATE lad_data.lead_bookings SET scheduled_at = scheduled_at - interval '1 hour', duration_minutes = 30 RETURNING scheduled_at, buffer_until;
UPDATE lad_data.lead_bookings SET notes = 'n' RETURNING scheduled_at, buffer_until;
UPDATE lad_data.lead_bookings SET buffer_until = NULL RETURNING scheduled_at, buffer_until;
SELECT public.leads_book('{"duration_minutes": 480, "scheduled_at": "2030-01-02 10:00+00"}') ~ '^ok' AS longest;
SELECT extra, left(public.leads_book(extra), 60) FROM unnest(ARRAY[
    '{"duration_minutes": 481}', '{"duration_minutes": 0}', '{"duration_minutes": 2147483647}', '{"duration_minutes": null}',
    '{"scheduled_at": "infinity"}', '{"scheduled_at": "294276-12-31 23:59+00"}', '{"scheduled_at": null}',
    '{"buffer_until": "2030-01-01 10:00+00"}', '{"buffer_until": "2030-01-01 18:16+00"}']::jsonb[]) AS extra;
-- No member twice at the same time; the end is not part of it.
SELECT extra, split_part(public.leads_book(extra), ':', 1) FROM unnest(ARRAY[
    '{"scheduled_at": "2030-01-01 10:44+00"}', '{"scheduled_at": "2030-01-01 09:16+00"}',
    '{"scheduled_at": "2030-01-01 10:45+00"}', '{"scheduled_at": "2030-01-01 09:15+00"}',
    '{"status": "cancelled"}', '{"status": "in_progress"}',
    '{"assigned_user_id": "a0000000-0000-4000-8000-000000000024"}']::jsonb[]) AS extra;
SELECT public.leads_attempt('UPDATE lad_data.lead_bookings SET status = ''scheduled'' WHERE status = ''cancelled''');
DELETE FROM lad_data.lead_bookings;

-- Who takes it.
SELECT public.leads_book(jsonb_build_object('lead_id', :member));
SELECT public.leads_book(jsonb_build_object('lead_id', :member, 'assigned_user_id', :member)) ~ '^ok' AS named;
SELECT public.leads_book(jsonb_build_object('lead_id', :b));
SELECT public.leads_book(jsonb_build_object('lead_id', NULL));
UPDATE lad_data.leads SET assigned_user_id = :a WHERE id = :member;
UPDATE lad_data.lead_bookings SET assigned_user_id = NULL RETURNING assigned_user_id = :a AS back_to_the_lead;
DELETE FROM lad_data.lead_bookings;

-- Repeats: three in a chain, or three of one booking, and no more.
SELECT public.leads_book(jsonb_build_object('id', format('e0000000-0000-4000-8000-00000000000%s', n), 'status', 'missed',
    'parent_booking_id', CASE WHEN n > 1 THEN format('e0000000-0000-4000-8000-00000000000%s', n - 1) END))
FROM generate_series(1, 5) AS n;
SELECT public.leads_book(jsonb_build_object('status', 'missed', 'parent_booking_id', :booking));
SELECT id, retry_count FROM lad_data.lead_bookings ORDER BY id;
SELECT public.leads_attempt('UPDATE lad_data.lead_bookings SET parent_booking_id = id');
SELECT public.leads_attempt('UPDATE lad_data.lead_bookings SET parent_booking_id = NULL');
DELETE FROM lad_data.lead_bookings;
SELECT public.leads_book(jsonb_build_object('id', :booking, 'status', 'missed'));
SELECT public.leads_book(jsonb_build_object('status', 'missed', 'parent_booking_id', :booking, 'retry_count', 3)) ~ '^ok' AS repeated
FROM generate_series(1, 3);
SELECT public.leads_book(jsonb_build_object('status', 'missed', 'parent_booking_id', :booking));
SELECT retry_count, count(*) FROM lad_data.lead_bookings GROUP BY 1 ORDER BY 1;
SELECT public.leads_book(jsonb_build_object('parent_booking_id', :b));
SELECT public.leads_book(jsonb_build_object('id', :b, 'parent_booking_id', :b));
SELECT public.leads_book('{"retry_count": 4}');

-- A person joins a campaign once, as whichever lead.
INSERT INTO lad_data.campaigns (id, name) VALUES (:a, 'First'), (:member, 'Second');
INSERT INTO lad_data.leads (id, source, source_id, raw_data) VALUES
    ('f0000000-0000-4000-8000-000000000001', 'apollo_io', '5f0000000000000000000001', NULL),
    ('f0000000-0000-4000-8000-000000000002', 'import', 'x', '{"apollo_person_id": "5f0000000000000000000001"}'),
    ('f0000000-0000-4000-8000-000000000003', 'import', '5f0000000000000000000001', NULL),
    ('f0000000-0000-4000-8000-000000000004', NULL, NULL, NULL);
SELECT lead, lead_data, public.leads_attempt(format('INSERT INTO lad_data.campaign_leads (campaign_id, lead_id, lead_data) '
    'VALUES (%L, ''f0000000-0000-4000-8000-00000000000%s'', %L) RETURNING apollo_person_id', campaign, lead, lead_data))
FROM (VALUES (:a::uuid, 1, '{}'), (:a, 1, '{}'), (:a, 2, '{}'), (:member, 2, '{}'), (:a, 3, '{}'), (:a, 3, '{}'),
    (:a, 4, '{"apollo_person_id": "5f0000000000000000000001"}'), (:a, 4, '{"apollo_person_id": "5f0000000000000000000002"}'),
    (:member, 4, '{"apollo_person_id": "c0000000-0000-4000-8000-000000000001"}'),
    (:member, 4, '{"apollo_person_id": "C000000000004000800000000000000A"}'),
    (:member, 4, '[1]'), (:member, 4, NULL)) AS rows (campaign, lead, lead_data);
SELECT public.leads_attempt(format('INSERT INTO lad_data.campaign_leads (campaign_id, lead_id, lead_data, apollo_person_id) '
    'VALUES (%L, %L, ''{"apollo_person_id": "one"}'', ''two'')', :member, :a));
SELECT public.leads_attempt(format('INSERT INTO lad_data.campaign_leads (campaign_id, lead_id, lead_data) '
    'VALUES (%L, %L, %L)', :member, :a, jsonb_build_object('apollo_person_id', repeat('x', 256))));
-- It follows what is written later; a deleted enrolment makes room.
UPDATE lad_data.campaign_leads SET lead_data = '{"apollo_person_id": "5f0000000000000000000003"}'
WHERE campaign_id = :member AND lead_id = 'f0000000-0000-4000-8000-000000000004' RETURNING apollo_person_id;
UPDATE lad_data.campaign_leads SET status = 'active', lead_data = '{}'
WHERE campaign_id = :member AND lead_id = 'f0000000-0000-4000-8000-000000000004' RETURNING apollo_person_id;
UPDATE lad_data.campaign_leads SET lead_id = 'f0000000-0000-4000-8000-000000000001', campaign_id = :member, is_deleted = true
WHERE campaign_id = :member AND lead_id = 'f0000000-0000-4000-8000-000000000004' RETURNING apollo_person_id;
UPDATE lad_data.campaign_leads SET is_deleted = true WHERE campaign_id = :a AND lead_id = 'f0000000-0000-4000-8000-000000000001';
INSERT INTO lad_data.campaign_leads (campaign_id, lead_id) VALUES (:a, 'f0000000-0000-4000-8000-000000000002') RETURNING apollo_person_id;
INSERT INTO lad_data.campaign_leads (campaign_id, lead_id) VALUES (:a, 'f0000000-0000-4000-8000-000000000001') ON CONFLICT DO NOTHING;
-- A UUID is nobody at Apollo.
SELECT public.leads_attempt('INSERT INTO lad_data.leads (source, source_id) VALUES (''apollo'', ''c0000000-0000-4000-8000-000000000001'')');
SELECT public.leads_attempt('INSERT INTO lad_data.leads (source, source_id) VALUES (''import'', ''c0000000-0000-4000-8000-000000000001'') RETURNING source');
SELECT public.leads_attempt('INSERT INTO lad_data.employees_cache (company_id, apollo_person_id) VALUES (''c'', ''c0000000-0000-4000-8000-000000000001'')');
SELECT public.leads_attempt('INSERT INTO lad_data.company_search_cache (search_keywords, apollo_organization_id) VALUES (''c'', ''c0000000-0000-4000-8000-000000000001'')');

-- Orders in one call.
INSERT INTO lad_data.lead_stages (key, label, display_order) VALUES ('one', '1', 1), ('two', '2', 2), ('three', '3', 7);
SELECT lad.reorder_stages(ARRAY['three', 'two', 'one']);
SELECT lad.reorder_stages(ARRAY['three', 'two', 'one']);
SELECT key, display_order FROM lad_data.lead_stages ORDER BY display_order;
SELECT keys, public.leads_attempt(format('SELECT lad.reorder_stages(%L)', keys)) FROM (VALUES ('{}'), ('{one,two}'),
    ('{one,two,two}'), ('{one,two,three,three}'), ('{one,two,four}'), ('{one,two,NULL}'), (NULL), ('{{one,two,three}}'),
    ('{{one},{two},{three}}')) AS orders (keys);
INSERT INTO lad_data.campaign_steps (id, campaign_id, type, "order", title, is_deleted)
SELECT format('f0000000-0000-4000-8000-00000000000%s', n)::uuid, :a, 'delay', n, 'Step', n = 4 FROM generate_series(1, 4) AS n;
SELECT lad.reorder_campaign_steps(:a, ARRAY['f0000000-0000-4000-8000-000000000003', 'f0000000-0000-4000-8000-000000000001',
    'f0000000-0000-4000-8000-000000000002']::uuid[]);
SELECT id, "order", step_order FROM lad_data.campaign_steps ORDER BY "order", id;
SELECT public.leads_attempt(format('SELECT lad.reorder_campaign_steps(%L, %L)', campaign, steps)) FROM (VALUES
    (:a::uuid, '{}'), (:a, '{f0000000-0000-4000-8000-000000000001}'),
    (:a, '{f0000000-0000-4000-8000-000000000001,f0000000-0000-4000-8000-000000000002,f0000000-0000-4000-8000-000000000004}'),
    (:a, '{NULL}'), (:a, NULL), (NULL, '{}'), (:b, '{}'), ('f0000000-0000-4000-8000-0000000000ff', '{}'), (:member, '{}')) AS calls (campaign, steps);
ROLLBACK;
RESET SESSION AUTHORIZATION;
SELECT public.leads_attempt('SELECT lad.reorder_stages(''{}'')');
DELETE FROM lad_data.tenants WHERE id IN (:a, :b);
DELETE FROM lad_data.users WHERE id IN (:a, :member);
DROP FUNCTION public.leads_book(jsonb), public.leads_attempt(text);
DROP ROLE leads_app;
