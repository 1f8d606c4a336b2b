-- What usage cost, by whatever it is asked by, and how long the money lasts.

CREATE FUNCTION lad.cost_report(
    from_time timestamptz,
    to_time   timestamptz,
    group_by  text[] DEFAULT '{feature}'
) RETURNS TABLE (
    tenant_id   uuid,
    feature_key text,
    category    text,
    provider    text,
    model       text,
    unit        text,
    agent_id    bigint,
    campaign_id uuid,
    currency    text,
    events      bigint,
    quantity    numeric,
    cost        numeric,
    known_cost  numeric,
    margin      numeric
)
    LANGUAGE c STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_cost_report';
REVOKE ALL ON FUNCTION lad.cost_report(timestamptz, timestamptz, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.cost_report(timestamptz, timestamptz, text[]) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.cost_report(timestamptz, timestamptz, text[]) IS
    'What the charged usage that occurred in [from_time, to_time) cost, by currency and by group_by: any of tenant, feature, component (category, provider, model, unit, with their quantity), agent and campaign (of the call, else metadata.agent_id and metadata.campaign_id of the event); other columns are NULL. cost is what the events were charged less refunds; by component those are rows of their own (correction, refund), and events counts components. known_cost: quantity times metadata.unit_cost of the price, where it has one in the same currency; margin: what those components were charged, less known_cost; NULL where none is known. Of the current tenant; of all tenants for a service without one. 22023 times in the wrong order or an unknown word.';

CREATE FUNCTION lad.forecast_balance(
    wallet_id uuid,
    OUT available   numeric,
    OUT daily_use   numeric,
    OUT runs_out_at timestamptz
) RETURNS record
    LANGUAGE c STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_forecast_balance';
REVOKE ALL ON FUNCTION lad.forecast_balance(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.forecast_balance(uuid) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.forecast_balance(uuid) IS
    'When what is available in a wallet will be used up: linear, as if each day to come used the average of the last 14 days (debits less what was reversed of them). runs_out_at is NULL when nothing was used, or for more than 100 years. LD205 unknown wallet.';
