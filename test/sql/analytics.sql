-- What usage cost by feature, component, agent, campaign and tenant; margins; when the money runs out.
SET client_min_messages = warning;
SET timezone = 'UTC';
CREATE ROLE analytics_app LOGIN IN ROLE lad_app;
CREATE ROLE analytics_service LOGIN IN ROLE lad_service;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    ('a0000000-0000-4000-8000-000000000022', 'Analytics A', 'analytics-a', 'active'),
    ('b0000000-0000-4000-8000-000000000022', 'Analytics B', 'analytics-b', 'active');
\set a '''a0000000-0000-4000-8000-000000000022'''
\set b '''b0000000-0000-4000-8000-000000000022'''
INSERT INTO lad_data.campaigns (tenant_id, id, name) VALUES (:a, 'ca000000-0000-4000-8000-000000000022', 'Spring');
INSERT INTO lad_data.voice_agents (tenant_id, id, name) OVERRIDING SYSTEM VALUE VALUES (:a, 220022, 'Ada');
INSERT INTO lad_data.billing_pricing_catalog (tenant_id, category, provider, model, unit, unit_price, currency, effective_from, metadata) VALUES
    (NULL, 'stt', 'ana', 's', 'second', 0.5, 'USD', '2020-01-01', '{"unit_cost": 0.2}'),
    (NULL, 'tts', 'ana', 't', 'character', 0.25, 'USD', '2020-01-01', '{}');
CREATE FUNCTION public.analytics_attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; code text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
    RETURN code || ': ' || message;
END $$;
CREATE FUNCTION public.analytics_items(seconds int, characters int) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_array(
        jsonb_build_object('category', 'stt', 'provider', 'ana', 'model', 's', 'unit', 'second', 'quantity', seconds),
        jsonb_build_object('category', 'tts', 'provider', 'ana', 'model', 't', 'unit', 'character', 'quantity', characters))
$$;

SET SESSION AUTHORIZATION analytics_service;
BEGIN;
SELECT lad.authenticate_service(:b, 'test');
SELECT lad.create_wallet(currency => 'USD') AS foreign_wallet \gset
SELECT seq FROM lad.topup(:'foreign_wallet', 100, 'opening');
SELECT amount FROM lad.charge('ai', public.analytics_items(7, 0), 'other', occurred_at => '2026-01-05');
COMMIT;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT lad.create_wallet(currency => 'USD') AS wallet \gset
SELECT seq FROM lad.topup(:'wallet', 100, 'opening');
SELECT * FROM lad.forecast_balance(:'wallet');
SELECT amount FROM lad.charge('ai', public.analytics_items(10, 4), 'one', occurred_at => '2026-01-05');
SELECT amount FROM lad.charge('ai', public.analytics_items(2, 0), 'two', occurred_at => '2026-01-31 23:59:59',
                              metadata => '{"campaign_id": "ca000000-0000-4000-8000-000000000022", "agent_id": "7"}');
SELECT amount FROM lad.charge('ai', public.analytics_items(100, 0), 'next month', occurred_at => '2026-02-01');
-- A call, and then a longer one of the same: the second event is of the added seconds.
INSERT INTO lad_data.voice_call_logs (to_country_code, to_base_number, agent_id, campaign_id, created_at) VALUES ('+971', 1, 220022, 'ca000000-0000-4000-8000-000000000022', '2026-01-10') RETURNING id AS call \gset
SELECT amount FROM lad.finish_call(:'call', 'ended', 10, '2026-01-10', public.analytics_items(10, 0));
SELECT amount FROM lad.finish_call(:'call', 'ended', 14, '2026-01-10', public.analytics_items(14, 0));
COMMIT;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT total_cost FROM lad_data.billing_usage_events WHERE idempotency_key ~ :'call' ORDER BY idempotency_key;
COMMIT;
RESET SESSION AUTHORIZATION;

SELECT lad.issue_token(:a, ttl => '15 minutes') AS token \gset
SET SESSION AUTHORIZATION analytics_app;
BEGIN;
SELECT lad.authenticate(:'token');
SELECT transaction_id FROM lad.charge('ai', public.analytics_items(10, 4), 'one', occurred_at => '2026-01-05') \gset
COMMIT;
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION analytics_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT amount FROM lad.reverse(:'transaction_id', 'half', 3);
COMMIT;
RESET SESSION AUTHORIZATION;

SET SESSION AUTHORIZATION analytics_app;
BEGIN;
SELECT lad.authenticate(:'token');
\set january '''2026-01-01'', ''2026-02-01'''
SELECT feature_key, currency, events, quantity, cost, known_cost, margin FROM lad.cost_report(:january);
SELECT events, cost FROM lad.cost_report(:january, '{}');
SELECT feature_key, category, provider, model, unit, events, quantity, cost, known_cost, margin FROM lad.cost_report(:january, '{feature,component}');
SELECT agent_id, campaign_id, events, cost FROM lad.cost_report(:january, '{agent,campaign}');
SELECT tenant_id, cost FROM lad.cost_report('-infinity', 'infinity', '{tenant}');
-- It agrees with what the ledger took.
SELECT (SELECT sum(cost) FROM lad.cost_report('-infinity', 'infinity', '{}')) =
       (SELECT -sum(amount) FROM lad_data.billing_ledger_transactions WHERE counter_account = 'revenue') AS agrees,
       (SELECT sum(cost) FROM lad.cost_report('-infinity', 'infinity', '{component,campaign,agent,feature}')) =
       (SELECT -sum(amount) FROM lad_data.billing_ledger_transactions WHERE counter_account = 'revenue') AS by_component_too;
SELECT public.analytics_attempt(format('SELECT * FROM lad.cost_report(%s)', arguments)) FROM (VALUES
    ('''2026-02-01'', ''2026-01-01'''), ('NULL, now()'), ('''2026-01-01'', now(), ''{day}'''), ('''2026-01-01'', now(), ''{feature,feature}'''),
    ('''2026-01-01'', now(), NULL'), ('''2026-01-01'', now(), ''{NULL}''')) AS bad (arguments);

-- Everything was used within the last fourteen days: 61 of it net, 39 is left.
SELECT available, daily_use, round(extract(epoch FROM runs_out_at - now()) / 86400, 6) AS days FROM lad.forecast_balance(:'wallet');
SELECT public.analytics_attempt(format('SELECT lad.forecast_balance(%L)', w)) FROM (VALUES (:'foreign_wallet'::uuid), (gen_random_uuid()), (NULL)) AS bad (w);
COMMIT;
RESET SESSION AUTHORIZATION;

-- A service sees its tenant, or every tenant.
SET SESSION AUTHORIZATION analytics_service;
BEGIN;
SELECT lad.authenticate_service(:b, 'test');
SELECT tenant_id, cost FROM lad.cost_report(:january, '{tenant}');
COMMIT;
BEGIN;
SELECT lad.authenticate_service(NULL, 'test');
SELECT tenant_id, cost FROM lad.cost_report(:january, '{tenant}') WHERE tenant_id IN (:a, :b) ORDER BY 1;
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT public.analytics_attempt('SELECT lad.cost_report(now(), now())');
DROP FUNCTION public.analytics_attempt(text), public.analytics_items(int, int);
DROP ROLE analytics_app, analytics_service;
