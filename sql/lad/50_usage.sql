-- Usage: what was used, what it costs, and its one charge through the ledger.

CREATE FUNCTION lad.usage_quantity(feature_key text, usage_items jsonb) RETURNS numeric
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, lad, pg_temp
    AS $$
DECLARE
    counted text;
BEGIN
    SELECT e.metadata->>'unit' INTO counted FROM lad_data.billing_feature_entitlements e
        WHERE e.tenant_id = lad.current_tenant_id() AND e.feature_key = usage_quantity.feature_key;
    IF counted IS NULL THEN
        RETURN 1;
    END IF;
    RETURN coalesce((
        SELECT sum((i->>'quantity')::numeric) FROM jsonb_array_elements(usage_items) AS i
        WHERE i->>'unit' = counted AND i->>'category' IS DISTINCT FROM 'overage' AND jsonb_typeof(i->'quantity') = 'number'), 0);
END
$$;
ALTER FUNCTION lad.usage_quantity(text, jsonb) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.usage_quantity(text, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION lad.usage_quantity(text, jsonb) IS
    'What an event counts against its feature''s quota: the quantities of the items whose unit is the entitlement''s metadata.unit, or 1 where none is set; what tells of overage does not count. Used by the extension only.';

CREATE FUNCTION lad.rate_usage(
    usage_items jsonb,
    at          timestamptz DEFAULT now(),
    currency    text DEFAULT NULL
) RETURNS jsonb
    LANGUAGE c STABLE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_rate_usage';
ALTER FUNCTION lad.rate_usage(jsonb, timestamptz, text) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.rate_usage(jsonb, timestamptz, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.rate_usage(jsonb, timestamptz, text) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.rate_usage(jsonb, timestamptz, text) IS
    'Prices [{category, provider, model, unit, quantity}] at a time: {items: [{..., price_id, unit_price, cost}], total, currency}. Each cost is rounded once, to 6 decimals: quantity * unit_price, or what the price''s terms say (lad.set_price; unit_price is then that of a package or of the tier reached, and price_model, free_quantity, minimum_charge tell). With a currency a price in another one is converted where an exchange rate is in force: price_currency and exchange_rate tell. LD301 no price, LD204 no price in the currency and no rate to it, LD302 more than 6 decimals, 22023 malformed item (by number), 22003 overflow.';

CREATE FUNCTION lad.record_usage(
    feature_key           text,
    usage_items           jsonb,
    idempotency_key       text,
    user_id               uuid DEFAULT NULL,
    external_reference_id text DEFAULT NULL,
    occurred_at           timestamptz DEFAULT now(),
    metadata              jsonb DEFAULT '{}'
) RETURNS uuid
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_record_usage';
ALTER FUNCTION lad.record_usage(text, jsonb, text, uuid, text, timestamptz, jsonb) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.record_usage(text, jsonb, text, uuid, text, timestamptz, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.record_usage(text, jsonb, text, uuid, text, timestamptz, jsonb) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.record_usage(text, jsonb, text, uuid, text, timestamptz, jsonb) IS
    'Records priced usage as a pending event, in the currency of the wallet that pays: the user''s own, else the tenant''s. Returns the event; the same key with the same feature, items, user and reference returns it again, with anything else LD101. Keys starting with call:, ai_message: or charge_usage_ are reserved. LD301 no price, LD204 price in another currency, LD302, 22023, 22003 bad items, key or feature.';

CREATE FUNCTION lad.charge_usage(
    usage_event_id uuid
) RETURNS lad.posting
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_charge_usage';
ALTER FUNCTION lad.charge_usage(uuid) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.charge_usage(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.charge_usage(uuid) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.charge_usage(uuid) IS
    'Charges a pending or failed event to its wallet, once; a charged one answers with its posting, replayed. NULL when it costs nothing. LD201 insufficient funds (the event stays as it was), LD202 wallet not active, LD204 wallet in another currency, LD205 no wallet, LD303 voided, P0002 unknown event.';

CREATE FUNCTION lad.charge(
    feature_key           text,
    usage_items           jsonb,
    idempotency_key       text,
    user_id               uuid DEFAULT NULL,
    external_reference_id text DEFAULT NULL,
    occurred_at           timestamptz DEFAULT now(),
    metadata              jsonb DEFAULT '{}'
) RETURNS lad.posting
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_charge';
ALTER FUNCTION lad.charge(text, jsonb, text, uuid, text, timestamptz, jsonb) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.charge(text, jsonb, text, uuid, text, timestamptz, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.charge(text, jsonb, text, uuid, text, timestamptz, jsonb) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.charge(text, jsonb, text, uuid, text, timestamptz, jsonb) IS
    'lad.record_usage and lad.charge_usage in one call: on any error, LD201 included, nothing is kept and the key is free.';
