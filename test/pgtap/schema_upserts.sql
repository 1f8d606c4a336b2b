-- The unique keys that ON CONFLICT clauses of the application name, exercised by real upserts: the
-- second insert of the same key meets the first, also where a column of the key is NULL. Each runs
-- behind row-level security, as the application where it may write the table and else as the owner
-- of the functions that do.
\ir schema_setup.psql
SELECT * FROM no_plan();

SELECT lives_ok(
    format('EXPLAIN INSERT INTO lad_data.%I DEFAULT VALUES ON CONFLICT (%s) DO NOTHING',
           "table", array_to_string(columns, ', ')),
    format('%s (%s) is a key for ON CONFLICT', "table", array_to_string(columns, ', ')))
FROM unique_keys;

INSERT INTO lad_data.tenants (id, name) VALUES ('a0000000-0000-0000-0000-000000000001', 'Upserts');
INSERT INTO lad_data.users (id, email)
VALUES ('b0000000-0000-0000-0000-000000000001', 'upserts@example.org');
INSERT INTO lad_data.memberships (tenant_id, user_id)
VALUES ('a0000000-0000-0000-0000-000000000001', 'b0000000-0000-0000-0000-000000000001');
INSERT INTO lad_data.leads (id, tenant_id)
VALUES ('c0000000-0000-0000-0000-000000000001', 'a0000000-0000-0000-0000-000000000001');
INSERT INTO lad_data.voice_call_logs (id, tenant_id, to_country_code, to_base_number)
VALUES ('d0000000-0000-0000-0000-000000000001', 'a0000000-0000-0000-0000-000000000001',
        '+971', 501234567);

SELECT lad.authenticate(lad.issue_token('a0000000-0000-0000-0000-000000000001')) \g /dev/null

CREATE TEMP TABLE exercised ("table" text, columns text[]) ON COMMIT DROP;

-- Twice the same row, the second time as an update; one row is left.
CREATE FUNCTION pg_temp.upsert(
    relation text, key_columns text, names text, row_values text, setting text)
RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    statement text := format(
        'INSERT INTO lad_data.%I (tenant_id, %s) VALUES (%L, %s) ON CONFLICT (%s) DO UPDATE SET %s',
        relation, names, 'a0000000-0000-0000-0000-000000000001', row_values, key_columns, setting);
    writer text := CASE WHEN has_table_privilege('lad_app', 'lad_data.' || relation, 'INSERT')
                        THEN 'lad_app' ELSE 'lad_owner' END;
    found bigint;
BEGIN
    INSERT INTO exercised VALUES (relation, string_to_array(key_columns, ', '));
    EXECUTE 'SET LOCAL ROLE ' || writer;
    EXECUTE statement;
    EXECUTE statement;
    EXECUTE format('SELECT count(*) FROM lad_data.%I WHERE tenant_id = %L', relation,
                   'a0000000-0000-0000-0000-000000000001') INTO found;
    RESET ROLE;
    RETURN NEXT is(found, 1::bigint,
                   format('%s upserts on (%s) as %s', relation, key_columns, writer));
END $$;

SELECT pg_temp.upsert('memberships', 'user_id, tenant_id', 'user_id, role',
    $$'b0000000-0000-0000-0000-000000000001', 'admin'$$, 'role = EXCLUDED.role, deleted_at = NULL');
SELECT pg_temp.upsert('tenant_features', 'tenant_id, feature_key', 'feature_key',
    $$'voice-agent'$$, 'enabled = EXCLUDED.enabled');
SELECT pg_temp.upsert('user_capabilities', 'user_id, capability_key, tenant_id',
    'user_id, capability_key', $$'b0000000-0000-0000-0000-000000000001', 'billing.view'$$,
    'enabled = EXCLUDED.enabled');
SELECT pg_temp.upsert('billing_wallets', 'tenant_id, user_id', 'user_id, status',
    $$NULL, 'active'$$, 'status = EXCLUDED.status');
SELECT pg_temp.upsert('billing_usage_events', 'tenant_id, idempotency_key',
    'feature_key, usage_items, total_quantity, total_cost, idempotency_key',
    $$'voice-agent', '[]', 0, 0, 'k'$$, 'metadata = EXCLUDED.metadata');
SELECT pg_temp.upsert('billing_invoices', 'tenant_id, invoice_number',
    'invoice_number, subtotal, total, period_start, period_end',
    $$'1', 1, 1, '2026-01-01', '2026-02-01'$$, 'line_items = EXCLUDED.line_items');
SELECT pg_temp.upsert('billing_feature_entitlements', 'tenant_id, feature_key', 'feature_key',
    $$'voice-agent'$$, 'monthly_quota = EXCLUDED.monthly_quota');
SELECT pg_temp.upsert('employees_cache', 'tenant_id, company_id, apollo_person_id',
    'company_id, apollo_person_id', $$'c', NULL$$, 'employee_data = EXCLUDED.employee_data');
SELECT pg_temp.upsert('company_search_cache',
    'tenant_id, search_keywords, search_location, apollo_organization_id, page_number',
    'search_keywords, search_location, apollo_organization_id', $$'saas', NULL, NULL$$,
    'company_data = EXCLUDED.company_data');
SELECT pg_temp.upsert('education_students', 'tenant_id, lead_id', 'lead_id',
    $$'c0000000-0000-0000-0000-000000000001'$$, 'intake_year = 2027');
SELECT pg_temp.upsert('education_counsellors', 'tenant_id, user_id', 'user_id',
    $$'b0000000-0000-0000-0000-000000000001'$$, 'is_deleted = false');
SELECT pg_temp.upsert('ai_keyword_expansions', 'original_keyword, context, tenant_id',
    'organization_id, original_keyword', $$'a0000000-0000-0000-0000-000000000001', 'cto'$$,
    'expanded_keywords = EXCLUDED.expanded_keywords');
SELECT pg_temp.upsert('ai_keyword_expansions', 'original_keyword, context, organization_id',
    'organization_id, original_keyword', $$'a0000000-0000-0000-0000-000000000001', 'cto'$$,
    'expanded_keywords = EXCLUDED.expanded_keywords');
SELECT pg_temp.upsert('lead_stages', 'tenant_id, key', 'key, label, display_order',
    $$'demo', 'Demo', 1$$, 'label = EXCLUDED.label');
SELECT pg_temp.upsert('lead_statuses', 'tenant_id, key', 'key, label', $$'cold', 'Cold'$$,
    'label = EXCLUDED.label');
SELECT pg_temp.upsert('leads', 'id, tenant_id', 'id, notes',
    $$'c0000000-0000-0000-0000-000000000001', 'n'$$, 'notes = EXCLUDED.notes');
SELECT pg_temp.upsert('voice_call_analysis', 'tenant_id, call_log_id', 'call_log_id, summary',
    $$'d0000000-0000-0000-0000-000000000001', 's'$$, 'summary = EXCLUDED.summary');

SELECT pg_temp.upsert('tenant_invitations', 'tenant_id, invitation_token',
    'email, invited_by, invitation_token, expires_at',
    $$'first@example.org', 'b0000000-0000-0000-0000-000000000001', 't0', now()$$,
    'message = EXCLUDED.message');

-- Nobody inserts into the ledger but the posting functions; they meet the key in its place.
UPDATE lad_data.billing_wallets SET credit_limit = 100;
INSERT INTO exercised VALUES ('billing_ledger_transactions', '{tenant_id,idempotency_key}');
SET LOCAL ROLE lad_app;
SELECT lad.debit(id, 2, 'k'), lad.debit(id, 2, 'k') FROM lad_data.billing_wallets \g /dev/null
SELECT count(*) AS postings FROM lad_data.billing_ledger_transactions \gset
RESET ROLE;
SELECT is(:postings, 1, 'billing_ledger_transactions takes a key once');
SELECT is_empty('SELECT * FROM unique_keys EXCEPT SELECT * FROM exercised',
                'every key of the list was met');

-- A soft-deleted row keeps its key; adding it again revives it.
UPDATE lad_data.education_students SET is_deleted = true
WHERE lead_id = 'c0000000-0000-0000-0000-000000000001';
SELECT pg_temp.upsert('education_students', 'tenant_id, lead_id', 'lead_id',
    $$'c0000000-0000-0000-0000-000000000001'$$, 'is_deleted = false');
SELECT is((SELECT deleted_at FROM lad_data.education_students
           WHERE lead_id = 'c0000000-0000-0000-0000-000000000001'), NULL, 'and is live again');

-- Stages swap places in one statement.
INSERT INTO lad_data.lead_stages (tenant_id, key, label, display_order)
VALUES ('a0000000-0000-0000-0000-000000000001', 'trial', 'Trial', 2);
SELECT lives_ok($$
    UPDATE lad_data.lead_stages SET display_order = 3 - display_order
    WHERE tenant_id = 'a0000000-0000-0000-0000-000000000001'
$$, 'stages swap places');

-- One live owner, one pending invitation, no booking over another.
INSERT INTO lad_data.users (id, email)
VALUES ('b0000000-0000-0000-0000-000000000002', 'second@example.org');
UPDATE lad_data.memberships SET role = 'owner'
WHERE tenant_id = 'a0000000-0000-0000-0000-000000000001';
SELECT throws_ok($$ INSERT INTO lad_data.memberships (tenant_id, user_id, role) VALUES
    ('a0000000-0000-0000-0000-000000000001', 'b0000000-0000-0000-0000-000000000002', 'owner') $$,
    '23505', NULL, 'one live owner per tenant');
CREATE FUNCTION pg_temp.invite(address text, token text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO lad_data.tenant_invitations
        (tenant_id, email, invited_by, invitation_token, expires_at)
    VALUES ('a0000000-0000-0000-0000-000000000001', address,
            'b0000000-0000-0000-0000-000000000001', token, now() + interval '1 day')
$$;
SELECT lives_ok($$ SELECT pg_temp.invite('New@example.org', 't1') $$, 'the first invitation');
SELECT throws_ok($$ SELECT pg_temp.invite('new@example.org', 't2') $$, '23505', NULL,
                 'one pending invitation per address');
CREATE FUNCTION pg_temp.book(time_from text, time_until text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO lad_data.lead_bookings (tenant_id, lead_id, assigned_user_id, booking_type,
        booking_source, scheduled_at, buffer_until)
    VALUES ('a0000000-0000-0000-0000-000000000001', 'c0000000-0000-0000-0000-000000000001',
            'b0000000-0000-0000-0000-000000000001', 'demo',
            'user', ('2026-03-01 ' || time_from || '+00')::timestamptz,
            ('2026-03-01 ' || time_until || '+00')::timestamptz)
$$;
SELECT lives_ok($$ SELECT pg_temp.book('10:00', '10:45') $$, 'a booking');
SELECT lives_ok($$ SELECT pg_temp.book('10:45', NULL) $$, 'the next starts as it ends');
SELECT throws_ok($$ SELECT pg_temp.book('11:29', NULL) $$, '23P01', NULL,
                 'without an end it takes 45 minutes');
SELECT throws_ok($$ SELECT pg_temp.book('10:44', '10:45') $$, '23P01', NULL,
                 'no member is booked twice for the same time');
SELECT throws_ok($$ SELECT pg_temp.book('12:00', '20:16') $$, '23514', NULL,
                 'no booking takes longer than 480 minutes and the pause');

SELECT * FROM finish();
ROLLBACK;
