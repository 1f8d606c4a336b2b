-- The trigger functions the tables share. A superuser sees past row-level security here, so that
-- the triggers alone are at work.
\set t1 '''00000000-0000-4000-8000-0000000000a1'''
\set t2 '''00000000-0000-4000-8000-0000000000a2'''
BEGIN;
INSERT INTO lad_data.tenants (id, name) VALUES (:t1, 'One'), (:t2, 'Two');
INSERT INTO lad_data.users (id, email) VALUES (:t1, 'trigger-one@example.org');
INSERT INTO lad_data.memberships (tenant_id, user_id) VALUES (:t1, :t1);
INSERT INTO lad_data.leads (tenant_id, id, updated_at) VALUES (:t1, :t1, '2020-01-01');

-- touch_updated_at: any change sets the transaction's time, no change leaves it alone.
UPDATE lad_data.leads SET first_name = NULL WHERE id = :t1 RETURNING updated_at = '2020-01-01' AS kept;
UPDATE lad_data.leads SET first_name = 'Ada' WHERE id = :t1 RETURNING updated_at = now() AS touched;
UPDATE lad_data.leads SET updated_at = '2031-01-01' WHERE id = :t1 RETURNING updated_at = now() AS ours;

-- keep_tenant
SAVEPOINT s;
UPDATE lad_data.leads SET tenant_id = :t2 WHERE id = :t1;
ROLLBACK TO s;
UPDATE lad_data.leads SET tenant_id = tenant_id WHERE id = :t1 RETURNING tenant_id = :t1 AS same;

-- sync_soft_delete: either of the two, on insert and on update.
INSERT INTO lad_data.leads (tenant_id, is_deleted) VALUES (:t1, true)
RETURNING is_deleted, deleted_at = now() AS dated;
INSERT INTO lad_data.leads (tenant_id, deleted_at) VALUES (:t1, '2020-02-02')
RETURNING is_deleted, deleted_at = '2020-02-02' AS dated;
UPDATE lad_data.leads SET is_deleted = true WHERE id = :t1
RETURNING is_deleted, deleted_at = now() AS dated;
UPDATE lad_data.leads SET deleted_at = NULL WHERE id = :t1 RETURNING is_deleted, deleted_at;
UPDATE lad_data.leads SET deleted_at = '2020-02-02' WHERE id = :t1
RETURNING is_deleted, deleted_at = '2020-02-02' AS dated;
UPDATE lad_data.leads SET is_deleted = false WHERE id = :t1 RETURNING is_deleted, deleted_at;
UPDATE lad_data.leads SET is_deleted = true, deleted_at = '2020-02-02' WHERE id = :t1
RETURNING is_deleted, deleted_at = '2020-02-02' AS dated;
SAVEPOINT s;
UPDATE lad_data.leads SET is_deleted = false, deleted_at = '2020-03-03' WHERE id = :t1;
ROLLBACK TO s;

-- sync_columns: two spellings of one value.
INSERT INTO lad_data.lead_notes (tenant_id, id, lead_id, content, created_by)
VALUES (:t1, :t1, :t1, 'note', :t1) RETURNING created_by = created_by_user_id AS equal;
UPDATE lad_data.lead_notes SET created_by_user_id = NULL WHERE id = :t1
RETURNING created_by, created_by_user_id;
UPDATE lad_data.lead_notes SET created_by = :t1 WHERE id = :t1
RETURNING created_by = created_by_user_id AS equal;
SAVEPOINT s;
INSERT INTO lad_data.lead_notes (tenant_id, lead_id, content, created_by, created_by_user_id)
VALUES (:t1, :t1, 'note', :t1, :t2);
ROLLBACK TO s;
SAVEPOINT s;
UPDATE lad_data.lead_notes SET created_by = NULL, created_by_user_id = :t2 WHERE id = :t1;
ROLLBACK TO s;
-- A default counts as not written, the provider decides whether two names mean the same account.
INSERT INTO lad_data.campaigns (tenant_id, id, name) VALUES (:t1, :t1, 'Campaign');
INSERT INTO lad_data.social_linkedin_accounts (tenant_id, id, provider_account_id) VALUES (:t1, :t1, 'acc')
RETURNING unipile_account_id, provider_account_id;
INSERT INTO lad_data.social_linkedin_accounts (tenant_id, provider, provider_account_id) VALUES (:t1, 'other', 'acc')
RETURNING unipile_account_id, provider_account_id;
INSERT INTO lad_data.campaign_linkedin_accounts (tenant_id, campaign_id, linkedin_account_id, daily_requests_used)
VALUES (:t1, :t1, :t1, 5) RETURNING daily_requests_used, actions_today;
INSERT INTO lad_data.campaign_linkedin_accounts (tenant_id, campaign_id, linkedin_account_id, actions_today)
VALUES (:t1, :t1, :t1, 6) RETURNING daily_requests_used, actions_today;
INSERT INTO lad_data.campaign_linkedin_accounts (tenant_id, campaign_id, linkedin_account_id)
VALUES (:t1, :t1, :t1) RETURNING daily_requests_used, actions_today;
INSERT INTO lad_data.campaign_linkedin_accounts (tenant_id, campaign_id, linkedin_account_id, daily_requests_used, actions_today)
VALUES (:t1, :t1, :t1, 7, NULL) RETURNING daily_requests_used, actions_today;
UPDATE lad_data.campaign_linkedin_accounts SET actions_today = actions_today + 1 WHERE daily_requests_used = 6
RETURNING daily_requests_used, actions_today;
SAVEPOINT s;
INSERT INTO lad_data.campaign_linkedin_accounts (tenant_id, campaign_id, linkedin_account_id, daily_requests_used, actions_today)
VALUES (:t1, :t1, :t1, 5, 6);
ROLLBACK TO s;
INSERT INTO lad_data.campaign_steps (tenant_id, campaign_id, step_type, step_order, title)
VALUES (:t1, :t1, 'delay', 3, 'wait') RETURNING type, step_type, "order", step_order;
UPDATE lad_data.campaign_steps SET step_type = 'email_send', "order" = 4 WHERE tenant_id = :t1
RETURNING type, step_type, "order", step_order;
SAVEPOINT s;
INSERT INTO lad_data.ai_conversations (tenant_id, organization_id, user_id) VALUES (:t1, :t2, :t1);
ROLLBACK TO s;
INSERT INTO lad_data.ai_conversations (tenant_id, organization_id, user_id) VALUES (:t1, NULL, :t1)
RETURNING organization_id = tenant_id AS equal;
SAVEPOINT s;
UPDATE lad_data.ai_conversations SET organization_id = :t2 WHERE tenant_id = :t1;
ROLLBACK TO s;

-- check_lead_vocabulary: built-in words and the tenant's own.
UPDATE lad_data.leads SET stage = 'closed-won', status = 'converted' WHERE id = :t1
RETURNING stage, status;
UPDATE lad_data.leads SET stage = NULL, status = NULL WHERE id = :t1 RETURNING stage, status;
SAVEPOINT s;
UPDATE lad_data.leads SET stage = 'demo' WHERE id = :t1;
ROLLBACK TO s;
SAVEPOINT s;
UPDATE lad_data.leads SET status = 'warm' WHERE id = :t1;
ROLLBACK TO s;
INSERT INTO lad_data.lead_stages (tenant_id, key, label, display_order) VALUES (:t2, 'demo', 'Demo', 1);
INSERT INTO lad_data.lead_statuses (tenant_id, key, label) VALUES (:t2, 'warm', 'Warm');
SAVEPOINT s;
UPDATE lad_data.leads SET stage = 'demo' WHERE id = :t1;
ROLLBACK TO s;
SAVEPOINT s;
UPDATE lad_data.leads SET status = 'warm' WHERE id = :t1;
ROLLBACK TO s;
INSERT INTO lad_data.leads (tenant_id, stage, status) VALUES (:t2, 'demo', 'warm')
RETURNING stage, status;

-- check_call_reference: another tenant's call and a missing one are the same.
INSERT INTO lad_data.voice_call_logs (tenant_id, id, to_country_code, to_base_number)
VALUES (:t1, :t1, '+971', 501234567), (:t2, :t2, '+971', 501234568);
INSERT INTO lad_data.voice_call_batches (tenant_id, id) VALUES (:t1, :t1);
INSERT INTO lad_data.voice_call_analysis (tenant_id, call_log_id) VALUES (:t1, :t1);
INSERT INTO lad_data.voice_call_batch_entries (tenant_id, batch_id, call_log_id) VALUES (:t1, :t1, :t1);
SAVEPOINT s;
INSERT INTO lad_data.voice_call_analysis (tenant_id, call_log_id) VALUES (:t1, :t2);
ROLLBACK TO s;
SAVEPOINT s;
INSERT INTO lad_data.voice_call_analysis (tenant_id, call_log_id)
VALUES (:t1, '00000000-0000-4000-8000-0000000000ff');
ROLLBACK TO s;
SAVEPOINT s;
UPDATE lad_data.voice_call_batch_entries SET call_log_id = :t2 WHERE tenant_id = :t1;
ROLLBACK TO s;

-- delete_call_children: a call that only moves to another month keeps them.
UPDATE lad_data.voice_call_logs SET created_at = created_at + interval '2 months' WHERE id = :t1;
SELECT count(*) FROM lad_data.voice_call_analysis WHERE tenant_id = :t1;
DELETE FROM lad_data.voice_call_logs WHERE id = :t1;
SELECT count(*) FROM lad_data.voice_call_analysis WHERE tenant_id = :t1;
SELECT call_log_id FROM lad_data.voice_call_batch_entries WHERE tenant_id = :t1;

-- As the application, behind row-level security: the triggers see what the tenant sees.
INSERT INTO lad_data.tenant_epochs (tenant_id) VALUES (:t1);
SELECT lad.issue_token(:t1::uuid) AS token \gset
SAVEPOINT s;
SET LOCAL ROLE lad_app;
SELECT lad.authenticate(:'token');
INSERT INTO lad_data.lead_stages (key, label, display_order) VALUES ('trial-call', 'Trial call', 1);
UPDATE lad_data.leads SET stage = 'trial-call' WHERE id = :t1 RETURNING stage, updated_at = now() AS touched;
INSERT INTO lad_data.voice_call_logs (id, to_country_code, to_base_number)
VALUES (:t1, '+971', 501234567);
INSERT INTO lad_data.voice_call_analysis (call_log_id) VALUES (:t1);
UPDATE lad_data.voice_call_batch_entries SET call_log_id = :t1;
SAVEPOINT refused;
INSERT INTO lad_data.voice_call_analysis (call_log_id) VALUES (:t2);
ROLLBACK TO refused;
DELETE FROM lad_data.voice_call_logs;
SELECT (SELECT count(*) FROM lad_data.voice_call_analysis) AS analysed,
       (SELECT count(call_log_id) FROM lad_data.voice_call_batch_entries) AS linked;
ROLLBACK TO s;
SELECT id = :t2 AS other_tenants_call_is_there FROM lad_data.voice_call_logs WHERE id = :t2;

-- They are for triggers only.
SAVEPOINT s;
SELECT lad.touch_updated_at();
ROLLBACK TO s;
ROLLBACK;
