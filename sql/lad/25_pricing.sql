-- Prices and exchange rates: the ways to change the catalog that usage is priced from.

CREATE FUNCTION lad.set_price(
    category       text,
    provider       text,
    model          text,
    unit           text,
    unit_price     numeric,
    currency       text DEFAULT 'USD',
    effective_from timestamptz DEFAULT NULL,
    effective_to   timestamptz DEFAULT NULL,
    metadata       jsonb DEFAULT '{}',
    description    text DEFAULT NULL,
    for_everyone   boolean DEFAULT false
) RETURNS uuid
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_set_price';
ALTER FUNCTION lad.set_price(text, text, text, text, numeric, text, timestamptz, timestamptz, jsonb, text, boolean) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.set_price(text, text, text, text, numeric, text, timestamptz, timestamptz, jsonb, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.set_price(text, text, text, text, numeric, text, timestamptz, timestamptz, jsonb, text, boolean) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.set_price(text, text, text, text, numeric, text, timestamptz, timestamptz, jsonb, text, boolean) IS
    'Sets the tenant''s own price, or everyone''s (services only), from effective_from (NULL: now) to effective_to (NULL: until the next one that is set, else for ever). The price before ends there, and goes on after effective_to; one that began at the same moment is replaced. Charged events keep what they were charged. Returns the price; the same values again change nothing. model * is any model; metadata holds the terms: model (per_unit, package, graduated, volume), package_size, tiers [{up_to, unit_price}], minimum_charge, free_quantity. unit_price is of a unit, or of a package; NULL with tiers. For the owner, billing.admin and services, else 42501. 22023 bad value or terms, 22004 no price, LD302 more than 10 decimals (6 of a quantity or minimum), 22003, 23P01 effective_to lies beyond the start of the next one.';

CREATE FUNCTION lad.set_exchange_rate(
    from_currency  text,
    to_currency    text,
    rate           numeric,
    effective_from timestamptz DEFAULT NULL,
    effective_to   timestamptz DEFAULT NULL,
    for_everyone   boolean DEFAULT false
) RETURNS uuid
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_set_exchange_rate';
ALTER FUNCTION lad.set_exchange_rate(text, text, numeric, timestamptz, timestamptz, boolean) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.set_exchange_rate(text, text, numeric, timestamptz, timestamptz, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.set_exchange_rate(text, text, numeric, timestamptz, timestamptz, boolean) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.set_exchange_rate(text, text, numeric, timestamptz, timestamptz, boolean) IS
    'Sets how many units of to_currency one unit of from_currency is, the tenant''s own rate or everyone''s (services only), over a period as lad.set_price does. Prices in from_currency then count where to_currency is asked for; a rate is neither inverted nor chained. For the owner, billing.admin and services, else 42501. 22023 bad currency or rate, LD302 more than 10 decimals, 22003, 23P01.';
