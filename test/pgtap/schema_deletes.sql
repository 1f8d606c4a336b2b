-- What goes when its owner goes, and what holds its owner back: parts are deleted along, references
-- refuse, and so does money.
\ir schema_setup.psql
SELECT * FROM no_plan();

\set tenant '''a0000000-0000-0000-0000-000000000001'''
\set person '''b0000000-0000-0000-0000-000000000001'''
\set lead '''c0000000-0000-0000-0000-000000000001'''
\set part '''d0000000-0000-0000-0000-000000000001'''

INSERT INTO lad_data.tenants (id, name) VALUES
    (:tenant, 'Deletes'), ('a0000000-0000-0000-0000-000000000002', 'Other');
INSERT INTO lad_data.users (id, email) VALUES (:person, 'deletes@example.org');
INSERT INTO lad_data.memberships (tenant_id, user_id) VALUES (:tenant, :person);
INSERT INTO lad_data.leads (id, tenant_id, assigned_user_id) VALUES (:lead, :tenant, :person);
INSERT INTO lad_data.lead_notes (tenant_id, lead_id, content) VALUES (:tenant, :lead, 'note');
INSERT INTO lad_data.campaigns (id, tenant_id, name) VALUES (:part, :tenant, 'campaign');
INSERT INTO lad_data.campaign_steps (id, tenant_id, campaign_id, type, "order", title)
VALUES (:part, :tenant, :part, 'delay', 1, 'wait');
INSERT INTO lad_data.campaign_leads (id, tenant_id, campaign_id, lead_id)
VALUES (:part, :tenant, :part, :lead);
INSERT INTO lad_data.campaign_lead_activities
    (tenant_id, campaign_lead_id, step_id, step_type, action_type)
VALUES (:tenant, :part, :part, 'delay', 'waited');
INSERT INTO lad_data.voice_call_logs (id, tenant_id, lead_id, to_country_code, to_base_number)
VALUES (:part, :tenant, :lead, '+971', 501234567);
INSERT INTO lad_data.voice_call_analysis (tenant_id, call_log_id, summary)
VALUES (:tenant, :part, 'summary');

-- Another tenant's rows cannot be named.
SELECT throws_ok(
    format($$ INSERT INTO lad_data.lead_notes (tenant_id, lead_id, content)
              VALUES ('a0000000-0000-0000-0000-000000000002', %L, 'note') $$, :lead),
    '23503', NULL, 'a note cannot name another tenant''s lead');
SELECT throws_ok(
    format($$ INSERT INTO lad_data.leads (tenant_id, assigned_user_id)
              VALUES ('a0000000-0000-0000-0000-000000000002', %L) $$, :person),
    '23503', NULL, 'nobody outside the tenant can be assigned');
SELECT throws_ok(
    format($$ INSERT INTO lad_data.voice_call_analysis (tenant_id, call_log_id)
              VALUES ('a0000000-0000-0000-0000-000000000002', %L) $$, :part),
    '23503', NULL, 'an analysis cannot name another tenant''s call');

-- References refuse.
SELECT throws_ok(format('DELETE FROM lad_data.leads WHERE id = %L', :lead), '23503', NULL,
                 'a lead that was called stays');
SELECT throws_ok(format('DELETE FROM lad_data.memberships WHERE user_id = %L', :person), '23503',
                 NULL, 'a member who is named stays');
SELECT throws_ok(format('DELETE FROM lad_data.users WHERE id = %L', :person), '23503', NULL,
                 'and so does the person');

-- Parts go along.
DELETE FROM lad_data.voice_call_logs WHERE id = :part;
SELECT is((SELECT count(*) FROM lad_data.voice_call_analysis WHERE tenant_id = :tenant), 0::bigint,
          'an analysis goes with its call');
SELECT lives_ok(format('DELETE FROM lad_data.campaigns WHERE id = %L', :part),
                'a campaign goes with its steps, enrolments and activities');
SELECT is((SELECT count(*) FROM lad_data.campaign_lead_activities WHERE tenant_id = :tenant),
          0::bigint, 'none of them is left');

-- A tenant without money goes with everything, one with money stays.
INSERT INTO lad_data.billing_wallets (tenant_id) VALUES (:tenant);
SELECT throws_ok(format('DELETE FROM lad_data.tenants WHERE id = %L', :tenant), '23503', NULL,
                 'a tenant that has a wallet stays');
DELETE FROM lad_data.billing_wallets WHERE tenant_id = :tenant;
SELECT lives_ok(format('DELETE FROM lad_data.tenants WHERE id = %L', :tenant),
                'a tenant without money goes');
SELECT is((SELECT count(*) FROM lad_data.leads WHERE tenant_id = :tenant), 0::bigint,
          'with its leads');
SELECT is((SELECT count(*) FROM lad_data.users WHERE id = :person), 1::bigint,
          'but not the people');

SELECT * FROM finish();
ROLLBACK;
