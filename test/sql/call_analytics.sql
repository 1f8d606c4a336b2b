-- The views of analytics, each as the application sees it.
SET client_min_messages = warning;
SET datestyle = 'ISO';
CREATE ROLE analytics_views LOGIN IN ROLE lad_app;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    ('a0000000-0000-4000-8000-000000000098', 'Views A', 'views-a', 'active'),
    ('b0000000-0000-4000-8000-000000000098', 'Views B', 'views-b', 'active');
\set a '''a0000000-0000-4000-8000-000000000098'''
\set b '''b0000000-0000-4000-8000-000000000098'''
INSERT INTO lad_data.voice_agents (tenant_id, id, name) VALUES (:a, 1, 'One'), (:b, 1, 'Other');

INSERT INTO lad_data.voice_call_logs (tenant_id, to_country_code, to_base_number, agent_id, status, duration_seconds, cost, created_at) VALUES
    (:a, '+971', 1, 1, 'busy', 0, 0.5, '2026-01-05'), (:a, '+971', 2, 1, 'ringing', 0, 0, '2026-01-05'), (:a, '+971', 3, 1, 'failed', 0, 1, '2026-01-06'),
    (:a, '+971', 4, NULL, 'no_answer', 0, 0.25, '2026-01-06'), (:b, '+971', 5, 1, 'busy', 0, 9, '2026-01-05');
-- Ended, but past the trigger that would charge it.
SET session_replication_role = replica;
UPDATE lad_data.voice_call_logs SET status = 'ended', duration_seconds = 61 WHERE tenant_id = :a AND to_base_number = 2;
RESET session_replication_role;
SELECT lad.repair_rollups('2026-01-05', '2026-01-06') > 0 AS repaired;

-- Today, 29 days ago and 30 days ago, and one that is not charged.
INSERT INTO lad_data.billing_usage_events (tenant_id, feature_key, usage_items, total_quantity, total_cost, status, idempotency_key, occurred_at)
    SELECT t, 'dashboard', jsonb_build_array(jsonb_build_object('category', 'llm', 'quantity', 10, 'cost', cost)), 10, cost, status, cost, now() - days * interval '1 day'
    FROM (VALUES (:a::uuid, 1, 'charged', 0), (:a, 2, 'charged', 29), (:a, 4, 'charged', 30), (:a, 8, 'pending', 0), (:b, 16, 'charged', 0)) AS e (t, cost, status, days);

INSERT INTO lad_data.leads (tenant_id, id, stage, estimated_value, is_archived, deleted_at) VALUES
    (:a, '00000000-0000-4000-8000-000000009801', 'lead', 10, false, NULL), (:a, '00000000-0000-4000-8000-000000009802', 'lead', NULL, false, NULL),
    (:a, '00000000-0000-4000-8000-000000009803', 'closed-won', 5, false, NULL), (:a, gen_random_uuid(), 'lead', 7, true, NULL), (:a, gen_random_uuid(), 'lead', 7, false, now()),
    (:b, gen_random_uuid(), 'lead', 7, false, NULL);
INSERT INTO lad_data.lead_stages (tenant_id, key, label, display_order) VALUES (:a, 'demo', 'Demo held', 9), (:a, 'lead', 'Fresh', 3);
UPDATE lad_data.leads SET stage = 'demo' WHERE id = '00000000-0000-4000-8000-000000009802';

INSERT INTO lad_data.campaigns (tenant_id, id, name) VALUES (:a, '00000000-0000-4000-8000-000000009811', 'Funnel');
INSERT INTO lad_data.campaign_steps (tenant_id, id, campaign_id, type, "order", title) VALUES
    (:a, '00000000-0000-4000-8000-000000009821', '00000000-0000-4000-8000-000000009811', 'email_send', 1, 'Mail'),
    (:a, '00000000-0000-4000-8000-000000009822', '00000000-0000-4000-8000-000000009811', 'voice_call', 2, 'Call');
INSERT INTO lad_data.campaign_leads (tenant_id, id, campaign_id, lead_id)
    SELECT :a, id, '00000000-0000-4000-8000-000000009811', id FROM lad_data.leads WHERE id::text LIKE '%980_';
INSERT INTO lad_data.campaign_lead_activities (tenant_id, campaign_lead_id, step_id, step_type, action_type, status)
    SELECT :a, lead::uuid, '00000000-0000-4000-8000-000000009821', 'email_send', 'send', status
    FROM (VALUES ('00000000-0000-4000-8000-000000009801', 'sent'), ('00000000-0000-4000-8000-000000009801', 'sent'), ('00000000-0000-4000-8000-000000009802', 'sent'), ('00000000-0000-4000-8000-000000009803', 'replied')) AS v (lead, status);

INSERT INTO lad_data.voice_call_batches (tenant_id, id, agent_id) VALUES (:a, '00000000-0000-4000-8000-000000009831', 1), (:a, '00000000-0000-4000-8000-000000009832', 1);
INSERT INTO lad_data.voice_call_batch_entries (tenant_id, batch_id, status)
    SELECT :a, '00000000-0000-4000-8000-000000009831', unnest(ARRAY['queued', 'running', 'dispatched', 'completed', 'ended', 'failed', 'declined', 'cancelled']);

SELECT lad.issue_token(:a) AS token \gset
SET SESSION AUTHORIZATION analytics_views;
BEGIN;
SELECT lad.authenticate(:'token');
SELECT day, agent_id, agent_name, currency, calls, completed_calls, failed_calls, seconds, cost, stale
    FROM lad_data.agent_calls_daily WHERE day BETWEEN '2026-01-01' AND '2026-01-31' ORDER BY day, agent_id;
SELECT agent_id, sum(calls) AS calls FROM lad_data.agent_calls_daily WHERE day = '2026-01-06' AND agent_id = 1 GROUP BY agent_id;
SELECT feature_key, currency, events, quantity, cost, stale FROM lad_data.feature_costs_30_days;
SELECT stage, label, display_order, currency, leads, estimated_value FROM lad_data.lead_pipeline ORDER BY display_order;
SELECT step_order, step_type, title, status, leads, activities FROM lad_data.campaign_funnel ORDER BY step_order, status;
SELECT total, queued, running, dispatched, completed, failed, done, progress FROM lad_data.batch_progress ORDER BY batch_id;
COMMIT;
-- Without a tenant there is nothing to see.
SELECT * FROM lad_data.batch_progress;
SELECT * FROM lad_data.lead_pipeline;
RESET SESSION AUTHORIZATION;
DROP ROLE analytics_views;
