-- Quotas: how much of a feature a tenant may use in a month and in a day.

CREATE FUNCTION lad.set_entitlement(
    feature_key    text,
    enabled        boolean DEFAULT true,
    monthly_quota  numeric DEFAULT NULL,
    daily_quota    numeric DEFAULT NULL,
    allow_overages boolean DEFAULT false,
    overage_rate   numeric DEFAULT NULL,
    metadata       jsonb DEFAULT '{}'
) RETURNS uuid
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_set_entitlement';
ALTER FUNCTION lad.set_entitlement(text, boolean, numeric, numeric, boolean, numeric, jsonb) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.set_entitlement(text, boolean, numeric, numeric, boolean, numeric, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.set_entitlement(text, boolean, numeric, numeric, boolean, numeric, jsonb) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.set_entitlement(text, boolean, numeric, numeric, boolean, numeric, jsonb) IS
    'Says what the tenant may use of a feature, instead of what was said before; returns the entitlement. Quotas: units per calendar month and day in tenants.metadata.timezone (default UTC), NULL for no limit. metadata.unit: the unit of the items that count; without one each event counts 1. allow_overages: use beyond a quota is taken, and each unit over costs overage_rate more, in the currency of the wallet. enabled false: recording use is 42501. For the owner, billing.admin and services, else 42501. 22023 bad key, quota, rate or metadata, LD302 more decimals than 6, of the rate 10.';

CREATE FUNCTION lad.check_quota(
    feature_key     text,
    quantity        numeric,
    OUT allowed         boolean,
    OUT remaining_month numeric,
    OUT remaining_day   numeric,
    OUT overage         numeric
)
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_check_quota';
ALTER FUNCTION lad.check_quota(text, numeric) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.check_quota(text, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.check_quota(text, numeric) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.check_quota(text, numeric) IS
    'Whether so many units of a feature could be recorded now: what is left of the quotas of this month and day (NULL for no limit), and how many of the units would be over and cost the overage rate. An event counts from its recording, by its occurred_at, pending, charged or failed, until it is voided. A promise it is not: lad.record_usage and lad.charge decide, one after the other. Calls are never refused; they count. 22023 bad key or quantity.';
