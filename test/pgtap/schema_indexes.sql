-- The indexes of the three lists (critical, recommended, selective) and the four common queries:
-- each plan shows the index it should use.
\ir schema_setup.psql
SELECT * FROM no_plan();

INSERT INTO lad_data.tenants (id, name) VALUES ('a0000000-0000-0000-0000-000000000001', 'Indexes');
INSERT INTO lad_data.leads (tenant_id, first_name)
    SELECT 'a0000000-0000-0000-0000-000000000001', 'Lead ' || n FROM generate_series(1, 100) AS n;
INSERT INTO lad_data.campaigns (tenant_id, name)
    SELECT 'a0000000-0000-0000-0000-000000000001', 'Campaign ' || n
    FROM generate_series(1, 20) AS n;
INSERT INTO lad_data.campaign_leads (tenant_id, campaign_id, lead_id)
    SELECT c.tenant_id, c.id, l.id
    FROM lad_data.campaigns AS c JOIN lad_data.leads AS l USING (tenant_id)
    WHERE c.tenant_id = 'a0000000-0000-0000-0000-000000000001';
ANALYZE lad_data.campaign_leads;

-- Most tables are empty here: forbid what the planner prefers on a handful of rows.
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SET LOCAL enable_sort = off;

-- Partitions carry their own copies of an index, so the parent's name is not in a plan over calls.
CREATE FUNCTION pg_temp.plan_uses(index_name text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan json;
    used text[];
BEGIN
    query := replace(query, ':tenant', quote_literal('a0000000-0000-0000-0000-000000000001'));
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    SELECT array_agg(DISTINCT coalesce(parent.relname, m[1])) INTO used
    FROM regexp_matches(plan::text, '"Index Name": "([^"]+)"', 'g') AS m
    LEFT JOIN pg_class AS leaf
      ON leaf.relname = m[1] AND leaf.relnamespace = 'lad_data'::regnamespace
    LEFT JOIN pg_inherits AS h ON h.inhrelid = leaf.oid
    LEFT JOIN pg_class AS parent ON parent.oid = h.inhparent;
    RETURN ok(index_name = ANY (used), format('%s: %s', index_name, query));
END $$;

-- Critical.
SELECT pg_temp.plan_uses('leads_tenant_id_created_at_idx',
    'SELECT * FROM lad_data.leads WHERE tenant_id = :tenant ORDER BY created_at DESC LIMIT 50');
SELECT pg_temp.plan_uses('voice_call_logs_tenant_id_created_at_idx',
    'SELECT * FROM lad_data.voice_call_logs WHERE tenant_id = :tenant '
    'ORDER BY created_at DESC LIMIT 50');
SELECT pg_temp.plan_uses('campaigns_tenant_id_status_idx',
    'SELECT * FROM lad_data.campaigns WHERE tenant_id = :tenant AND status = ''running''');
SELECT pg_temp.plan_uses('billing_ledger_transactions_tenant_id_created_at_idx',
    'SELECT * FROM lad_data.billing_ledger_transactions WHERE tenant_id = :tenant '
    'ORDER BY created_at DESC LIMIT 50');
SELECT pg_temp.plan_uses('ai_conversations_tenant_id_user_id_created_at_idx',
    'SELECT * FROM lad_data.ai_conversations WHERE user_id = :tenant AND organization_id = :tenant '
    'AND tenant_id = :tenant ORDER BY created_at DESC LIMIT 50');

-- Recommended.
SELECT pg_temp.plan_uses('campaign_leads_tenant_id_campaign_id_status_idx',
    'SELECT * FROM lad_data.campaign_leads WHERE tenant_id = :tenant AND campaign_id = :tenant '
    'AND status = ''pending''');
SELECT pg_temp.plan_uses('voice_call_logs_tenant_id_agent_id_status_started_at_idx',
    'SELECT * FROM lad_data.voice_call_logs WHERE tenant_id = :tenant AND agent_id = 1 '
    'AND status = ''ended'' ORDER BY started_at');
SELECT pg_temp.plan_uses('billing_usage_events_feature_key_status_created_at_idx',
    'SELECT * FROM lad_data.billing_usage_events WHERE tenant_id = :tenant '
    'AND feature_key = ''voice-agent'' AND status = ''charged'' ORDER BY created_at');
SELECT pg_temp.plan_uses('lead_bookings_tenant_id_lead_id_status_scheduled_at_idx',
    'SELECT * FROM lad_data.lead_bookings WHERE tenant_id = :tenant AND lead_id = :tenant '
    'AND status = ''scheduled'' ORDER BY scheduled_at');

-- Selective.
SELECT pg_temp.plan_uses('users_is_active_idx',
    'SELECT * FROM lad_data.users WHERE is_active = true');
SELECT pg_temp.plan_uses('tenants_status_idx',
    'SELECT * FROM lad_data.tenants WHERE status = ''active''');
SELECT pg_temp.plan_uses('campaigns_status_idx',
    'SELECT * FROM lad_data.campaigns WHERE status = ''running'' AND is_deleted = false');

-- The four common queries.
SELECT pg_temp.plan_uses('voice_call_logs_tenant_id_created_at_idx',
    'SELECT * FROM lad_data.voice_call_logs WHERE tenant_id = :tenant ORDER BY created_at DESC');
SELECT pg_temp.plan_uses('billing_usage_events_feature_key_status_created_at_idx',
    'SELECT feature_key, sum(total_cost) FROM lad_data.billing_usage_events '
    'WHERE tenant_id = :tenant AND created_at >= now() - interval ''30 days'' '
    'GROUP BY feature_key');
SELECT pg_temp.plan_uses('ai_messages_tenant_id_conversation_id_created_at_idx',
    'SELECT c.id, json_agg(m.*) FROM lad_data.ai_conversations AS c '
    'LEFT JOIN lad_data.ai_messages AS m ON m.tenant_id = c.tenant_id AND c.id = m.conversation_id '
    'WHERE c.tenant_id = :tenant AND c.id = :tenant GROUP BY c.id');
SELECT pg_temp.plan_uses('user_capabilities_tenant_id_user_id_capability_key_key',
    'SELECT uc.capability_key, tf.enabled FROM lad_data.user_capabilities AS uc '
    'LEFT JOIN lad_data.tenant_features AS tf '
    'ON tf.tenant_id = uc.tenant_id AND tf.feature_key = uc.feature_key '
    'WHERE uc.user_id = :tenant AND uc.tenant_id = :tenant');

SELECT * FROM finish();
ROLLBACK;
