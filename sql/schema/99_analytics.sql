-- Analytics: views over what a tenant may read. A conversation with its messages is
-- lad.get_conversation, a member's permissions are lad.permissions, cost by anything else is
-- lad.cost_report.

CREATE VIEW lad_data.agent_calls_daily WITH (security_invoker = true) AS
SELECT s.tenant_id, s.day, s.agent_id, a.name AS agent_name, s.currency,
       sum(s.calls)::bigint AS calls,
       coalesce(sum(s.calls) FILTER (WHERE s.status IN ('ended', 'completed')), 0)::bigint
           AS completed_calls,
       coalesce(sum(s.calls) FILTER (WHERE s.status IN ('failed', 'error', 'not_reachable',
           'declined', 'rejected', 'no_answer', 'busy', 'cancelled')), 0)::bigint AS failed_calls,
       sum(s.seconds)::bigint AS seconds, sum(s.cost) AS cost, sum(s.credits) AS credits,
       bool_or(s.stale) AS stale
FROM lad_data.call_stats_daily AS s
LEFT JOIN lad_data.voice_agents AS a ON a.tenant_id = s.tenant_id AND a.id = s.agent_id
GROUP BY s.tenant_id, s.day, s.agent_id, a.name, s.currency;

GRANT SELECT ON lad_data.agent_calls_daily TO lad_app, lad_service;

COMMENT ON VIEW lad_data.agent_calls_daily IS
    'Calls per day in UTC, agent and currency: number, how many were held (ended, completed) and how '
    'many failed, seconds, cost, credits. From the sums per day.';

CREATE VIEW lad_data.feature_costs_30_days WITH (security_invoker = true) AS
SELECT tenant_id, feature_key, currency, sum(events)::bigint AS events, sum(quantity) AS quantity,
       sum(cost) AS cost, bool_or(stale) AS stale
FROM lad_data.usage_stats_daily
WHERE day > (now() AT TIME ZONE 'UTC')::date - 30
GROUP BY tenant_id, feature_key, currency;

GRANT SELECT ON lad_data.feature_costs_30_days TO lad_app, lad_service;

COMMENT ON VIEW lad_data.feature_costs_30_days IS
    'What each feature cost in the last 30 days in UTC, today included: charged events, quantity, '
    'cost before refunds. From the sums per day.';

CREATE VIEW lad_data.campaign_funnel WITH (security_invoker = true) AS
SELECT s.tenant_id, s.campaign_id, s."order" AS step_order, s.id AS step_id, s.type AS step_type,
       s.title, a.status, coalesce(a.leads, 0) AS leads, coalesce(a.activities, 0) AS activities
FROM lad_data.campaign_steps AS s
LEFT JOIN LATERAL (
    SELECT x.status, count(DISTINCT x.campaign_lead_id) AS leads, count(*) AS activities
    FROM lad_data.campaign_lead_activities AS x
    WHERE x.tenant_id = s.tenant_id AND x.step_id = s.id AND NOT x.is_deleted
    GROUP BY x.status) AS a ON true
WHERE NOT s.is_deleted;

GRANT SELECT ON lad_data.campaign_funnel TO lad_app, lad_service;

COMMENT ON VIEW lad_data.campaign_funnel IS
    'How far the leads of a campaign have come: for each step and status of its activities, how many '
    'leads and activities. A step nobody has reached has one row, without status.';

CREATE VIEW lad_data.lead_pipeline WITH (security_invoker = true) AS
SELECT l.tenant_id, l.stage, coalesce(max(s.label), max(b.label), l.stage) AS label,
       coalesce(max(s.display_order), max(b.display_order)) AS display_order, l.currency,
       count(*) AS leads, coalesce(sum(l.estimated_value), 0) AS estimated_value
FROM lad_data.leads AS l
LEFT JOIN lad_data.lead_stages AS s ON s.tenant_id = l.tenant_id AND s.key = l.stage
LEFT JOIN (VALUES ('lead', 'Lead', 1), ('contact', 'Contact', 2), ('qualified', 'Qualified', 3),
                  ('proposal', 'Proposal', 4), ('negotiation', 'Negotiation', 5),
                  ('closed-won', 'Closed won', 6), ('closed-lost', 'Closed lost', 7))
    AS b (key, label, display_order) ON b.key = l.stage
WHERE l.is_deleted = false AND l.is_archived IS NOT TRUE
GROUP BY l.tenant_id, l.stage, l.currency;

GRANT SELECT ON lad_data.lead_pipeline TO lad_app, lad_service;

COMMENT ON VIEW lad_data.lead_pipeline IS
    'Leads by stage and currency, with their number and estimated value; deleted and archived ones '
    'are left out. Label and order are the tenant''s own, else those of the built-in stage.';

CREATE VIEW lad_data.batch_progress WITH (security_invoker = true) AS
SELECT b.tenant_id, b.id AS batch_id, b.status, b.agent_id, b.scheduled_at, b.started_at,
       b.finished_at, e.total, e.queued, e.running, e.dispatched, e.completed, e.failed,
       e.completed + e.failed AS done,
       CASE WHEN e.total > 0 THEN round((e.completed + e.failed)::numeric / e.total, 4) END
           AS progress
FROM lad_data.voice_call_batches AS b
CROSS JOIN LATERAL (
    SELECT count(*) AS total, count(*) FILTER (WHERE x.status = 'queued') AS queued,
           count(*) FILTER (WHERE x.status = 'running') AS running,
           count(*) FILTER (WHERE x.status = 'dispatched') AS dispatched,
           count(*) FILTER (WHERE x.status IN ('completed', 'ended')) AS completed,
           count(*) FILTER (WHERE x.status IN ('failed', 'declined', 'cancelled')) AS failed
    FROM lad_data.voice_call_batch_entries AS x
    WHERE x.tenant_id = b.tenant_id AND x.batch_id = b.id AND NOT x.is_deleted) AS e
WHERE NOT b.is_deleted;

GRANT SELECT ON lad_data.batch_progress TO lad_app, lad_service;

COMMENT ON VIEW lad_data.batch_progress IS
    'How far each batch of calls has come, counted from its entries: waiting, running, dispatched, '
    'completed (or ended), failed (or declined or cancelled), done (the last two), and progress, the '
    'share that is done.';
