-- Prices through SQL: who sets them, from when they hold, what they cost, conversion, holes.
SET client_min_messages = warning;
SET timezone = 'UTC';

CREATE ROLE pricing_service LOGIN IN ROLE lad_service;
CREATE ROLE pricing_app LOGIN IN ROLE lad_app;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    ('a0000000-0000-4000-8000-000000000017', 'Pricing A', 'pricing-a', 'active'),
    ('b0000000-0000-4000-8000-000000000017', 'Pricing B', 'pricing-b', 'active');
\set a '''a0000000-0000-4000-8000-000000000017'''
\set b '''b0000000-0000-4000-8000-000000000017'''
INSERT INTO lad_data.users (id, email) VALUES
    ('a0000000-0000-4000-8000-000000000018', 'owner@pricing-a.example'),
    ('a0000000-0000-4000-8000-000000000019', 'member@pricing-a.example');
INSERT INTO lad_data.memberships (tenant_id, user_id, role) VALUES
    (:a, 'a0000000-0000-4000-8000-000000000018', 'owner'),
    (:a, 'a0000000-0000-4000-8000-000000000019', 'member');
SELECT lad.issue_token(:a, 'a0000000-0000-4000-8000-000000000018') AS owner \gset
SELECT lad.issue_token(:a, 'a0000000-0000-4000-8000-000000000019') AS member \gset
SELECT lad.issue_token(:a) AS machine \gset
CREATE FUNCTION public.pricing_attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; code text; more text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE, more = PG_EXCEPTION_DETAIL;
    RETURN code || ': ' || message || coalesce(' / ' || nullif(more, ''), '');
END $$;
CREATE FUNCTION public.pricing_periods(of_model text) RETURNS TABLE (price text, currency text, period text, active boolean, own boolean)
    LANGUAGE sql AS $$
    SELECT trim_scale(unit_price)::text, currency, tstzrange(effective_from, effective_to)::text, is_active, tenant_id IS NOT NULL
    FROM lad_data.billing_pricing_catalog WHERE provider = 'pricing-test' AND model = of_model
    ORDER BY tenant_id, effective_from, is_active, unit_price
$$;
CREATE FUNCTION public.pricing_item(model text, quantity text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_array(jsonb_build_object('category', 'llm', 'provider', 'pricing-test', 'model', model,
        'unit', 'token', 'quantity', quantity))
$$;
-- The first item as it is priced, without its identifier.
CREATE FUNCTION public.pricing_rate(model text, quantity text, at timestamptz, currency text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT (r->'items'->0) - '{category,provider,unit,price_id}'::text[] || jsonb_build_object('total', r->'total', 'currency', r->'currency')
    FROM lad.rate_usage(public.pricing_item(model, quantity), at, currency) AS r
$$;

-- The owner sets his own, a service everyone's; members and machines neither, and nobody directly.
SET SESSION AUTHORIZATION pricing_app;
BEGIN;
SELECT lad.authenticate(:'owner');
SELECT lad.set_price('llm', 'pricing-test', 'm', 'token', 0.5, effective_from => '2024-01-01') IS NOT NULL AS own;
SELECT lad.set_exchange_rate('EUR', 'USD', 1.1, '2024-01-01') IS NOT NULL AS own;
SELECT public.pricing_attempt($$SELECT lad.set_price('llm', 'pricing-test', 'm', 'token', 1, for_everyone => true)$$);
SELECT public.pricing_attempt($$SELECT lad.set_exchange_rate('EUR', 'USD', 1, for_everyone => true)$$);
SELECT public.pricing_attempt($$UPDATE lad_data.billing_pricing_catalog SET unit_price = 0$$);
COMMIT;
BEGIN;
SELECT lad.authenticate(:'member');
SELECT public.pricing_attempt($$SELECT lad.set_price('llm', 'pricing-test', 'm', 'token', 1)$$);
SELECT public.pricing_attempt($$SELECT lad.set_exchange_rate('EUR', 'USD', 2)$$);
COMMIT;
BEGIN;
SELECT lad.authenticate(:'machine');
SELECT public.pricing_attempt($$SELECT lad.set_price('llm', 'pricing-test', 'm', 'token', 1)$$);
COMMIT;
SELECT public.pricing_attempt($$SELECT lad.set_price('llm', 'pricing-test', 'm', 'token', 1)$$) AS no_context;
SET SESSION AUTHORIZATION pricing_service;
BEGIN;
SELECT lad.authenticate_service(:b, 'test');
SELECT lad.set_price('llm', 'pricing-test', 'm', 'token', 0.25, effective_from => '2024-01-01') IS NOT NULL AS of_b;
SELECT lad.set_price('llm', 'pricing-test', 'm', 'token', 0.125, effective_from => '2024-01-01', for_everyone => true) IS NOT NULL AS everyones;
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT * FROM public.pricing_periods('m');

-- Bad values, each with its own error, and nothing kept.
SET SESSION AUTHORIZATION pricing_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT arguments, public.pricing_attempt(format('SELECT lad.set_price(%s)', arguments)) FROM (VALUES
    (1, $$'llm', 'pricing-test', 'bad', 'token', NULL$$), (2, $$'llm', 'pricing-test', 'bad', 'token', -1$$),
    (3, $$'llm', 'pricing-test', 'bad', 'token', 'NaN'$$), (4, $$'llm', 'pricing-test', 'bad', 'token', 0.00000000001$$),
    (5, $$'llm', 'pricing-test', 'bad', 'token', 1e10$$), (6, $$'dreams', 'pricing-test', 'bad', 'token', 1$$),
    (7, $$'llm', '', 'bad', 'token', 1$$), (8, $$'llm', 'pricing-test', E'b\x01d', 'token', 1$$),
    (9, $$'llm', 'pricing-test', 'bad', 'smile', 1$$), (10, $$'llm', 'pricing-test', 'bad', 'token', 1, 'usd'$$),
    (11, $$'llm', 'pricing-test', 'bad', 'token', 1, NULL$$),
    (12, $$'llm', 'pricing-test', 'bad', 'token', 1, 'USD', 'infinity'$$),
    (13, $$'llm', 'pricing-test', 'bad', 'token', 1, 'USD', '2024-02-01', '2024-02-01'$$),
    (14, $$'llm', 'pricing-test', 'bad', 'token', 1, metadata => '[]'$$),
    (15, $$'llm', 'pricing-test', 'bad', 'token', 1, metadata => 'null'$$),
    (16, $$'llm', 'pricing-test', 'bad', 'token', 1, metadata => '{"model": "flat"}'$$),
    (17, $$'llm', 'pricing-test', 'bad', 'token', 1, metadata => '{"model": "volume", "tiers": [{"up_to": 5, "unit_price": 1}]}'$$),
    (18, $$'llm', 'pricing-test', 'bad', 'token', 2, metadata => '{"model": "volume", "tiers": [{"up_to": null, "unit_price": 1}]}'$$)
    ) AS t (n, arguments) ORDER BY n;
SELECT public.pricing_attempt(format('SELECT lad.set_exchange_rate(%s)', arguments)) FROM (VALUES
    (1, $$'EUR', 'EUR', 1$$), (2, $$'EUR', 'usd', 1$$), (3, $$'EUR', 'USD', 0$$), (4, $$'EUR', 'USD', -1$$),
    (5, $$'EUR', 'USD', NULL$$), (6, $$'EUR', 'USD', 1e10$$)) AS t (n, arguments) ORDER BY n;
SELECT count(*) AS kept FROM lad_data.billing_pricing_catalog WHERE model = 'bad';

-- From when a price holds. The one before ends where the new one starts, and comes back after an end.
SELECT lad.set_price('llm', 'pricing-test', 'dated', 'token', 1, effective_from => '2024-01-01') AS first \gset
SELECT lad.set_price('llm', 'pricing-test', 'dated', 'token', 1, effective_from => '2024-01-01') = :'first' AS retried;
SELECT lad.set_price('llm', 'pricing-test', 'dated', 'token', 1) = :'first' AS nothing_to_change;
SELECT lad.set_price('llm', 'pricing-test', 'dated', 'token', 2, effective_from => '2024-06-01') IS NOT NULL AS set;
SELECT lad.set_price('llm', 'pricing-test', 'dated', 'token', 3, effective_from => '2024-03-01') IS NOT NULL AS set;
SELECT lad.set_price('llm', 'pricing-test', 'dated', 'token', 4, effective_from => '2024-07-01', effective_to => '2024-08-01') IS NOT NULL AS set;
SELECT public.pricing_attempt($$SELECT lad.set_price('llm', 'pricing-test', 'dated', 'token', 5, effective_from => '2024-05-01', effective_to => '2024-06-02')$$);
SELECT * FROM public.pricing_periods('dated');
-- Of the same start: replaced, kept for what was charged with it, and the rest of its period stays.
SELECT lad.set_price('llm', 'pricing-test', 'dated', 'token', 6, effective_from => '2024-08-01', effective_to => '2024-09-01') IS NOT NULL AS set;
SELECT * FROM public.pricing_periods('dated');
SELECT at::date, public.pricing_rate('dated', '1', at, NULL)->'unit_price' AS unit_price FROM (VALUES
    ('2024-01-01'::timestamptz), ('2024-02-29 23:59:59.999999'), ('2024-03-01'), ('2024-06-01'), ('2024-07-31'),
    ('2024-08-01'), ('2024-09-01')) AS t (at);
SELECT public.pricing_attempt($$SELECT public.pricing_rate('dated', '1', '2023-12-31 23:59:59.999999', NULL)$$);
-- Another currency is another key.
SELECT lad.set_price('llm', 'pricing-test', 'dated', 'token', 7, 'CREDIT', '2024-02-01') IS NOT NULL AS set;
SELECT count(*) FROM public.pricing_periods('dated') WHERE currency = 'USD' AND active;

-- The models.
SELECT lad.set_price('llm', 'pricing-test', 'blocks', 'token', 3, metadata => '{"model": "package", "package_size": 60, "minimum_charge": 4, "free_quantity": "30"}') IS NOT NULL AS set;
SELECT lad.set_price('llm', 'pricing-test', 'steps', 'token', NULL, metadata =>
    '{"model": "graduated", "tiers": [{"up_to": 100, "unit_price": 0.02}, {"up_to": 1000, "unit_price": "0.015"}, {"up_to": null, "unit_price": 0.01}]}') IS NOT NULL AS set;
SELECT lad.set_price('llm', 'pricing-test', 'bulk', 'token', 0.02, metadata =>
    '{"model": "volume", "tiers": [{"up_to": 100, "unit_price": 0.02}, {"up_to": null, "unit_price": 0.01}]}') IS NOT NULL AS set;
SELECT public.pricing_rate(model, quantity, now(), NULL) FROM (VALUES
    ('blocks', '0'), ('blocks', '30'), ('blocks', '30.000001'), ('blocks', '90'), ('blocks', '91'),
    ('steps', '0'), ('steps', '100'), ('steps', '1001'), ('bulk', '100'), ('bulk', '100.000001')) AS t (model, quantity);
SELECT unit_price FROM lad_data.billing_pricing_catalog WHERE provider = 'pricing-test' AND model = 'steps';

-- A price in another currency: not without a rate, the tenant's own rate before everyone's, one rounding.
SELECT lad.set_price('llm', 'pricing-test', 'euro', 'token', 0.0000005, 'EUR') IS NOT NULL AS set;
SELECT public.pricing_attempt($$SELECT public.pricing_rate('euro', '3', now(), 'CREDIT')$$);
SELECT lad.set_exchange_rate('EUR', 'CREDIT', 9, '2024-01-01', for_everyone => true) IS NOT NULL AS set;
SELECT public.pricing_rate('euro', '3', now(), 'CREDIT');
SELECT lad.set_exchange_rate('EUR', 'CREDIT', 0.8, '2024-01-01') AS rate \gset
SELECT lad.set_exchange_rate('EUR', 'CREDIT', 0.8) = :'rate' AS nothing_to_change;
SELECT lad.set_exchange_rate('EUR', 'CREDIT', 0.9, '2024-01-01') <> :'rate' AS replaced;
SELECT lad.set_exchange_rate('EUR', 'CREDIT', 2, '2024-06-01', '2024-07-01') IS NOT NULL AS set;
SELECT public.pricing_rate('euro', '3', now(), 'CREDIT');
SELECT trim_scale(rate), tstzrange(effective_from, effective_to), tenant_id IS NOT NULL AS own
    FROM lad_data.billing_exchange_rates WHERE from_currency = 'EUR' AND to_currency = 'CREDIT' ORDER BY 3, effective_from;
SELECT lad.set_price('llm', 'pricing-test', 'euro', 'token', 1, 'CREDIT') IS NOT NULL AS set;
SELECT public.pricing_rate('euro', '3', now(), 'CREDIT') AS asked_before_converted;

-- An event keeps the price, the rate and the cost that it was charged with; what the caller says of them is ignored.
SELECT lad.create_wallet() AS wallet \gset
SELECT balance_after FROM lad.topup(:'wallet', 100, 'pricing_topup');
SELECT lad.set_price('llm', 'pricing-test', 'kept', 'token', 2, 'EUR', '2024-01-01') IS NOT NULL AS set;
\set kept '''[{"category": "llm", "provider": "pricing-test", "model": "kept", "unit": "token", "quantity": 5, "exchange_rate": 0, "price_currency": "ABC", "price_model": "gift", "minimum_charge": 0, "free_quantity": 5}]'''
SELECT amount, balance_after FROM lad.charge('ai', :kept, 'pricing kept', occurred_at => '2024-03-01');
SELECT lad.set_price('llm', 'pricing-test', 'kept', 'token', 3, 'EUR', '2024-02-01') IS NOT NULL AS set;
SELECT lad.set_price('llm', 'pricing-test', 'kept', 'token', 4, 'EUR', '2024-01-01') IS NOT NULL AS set;
SELECT lad.set_exchange_rate('EUR', 'CREDIT', 5, '2024-02-01', '2024-05-01') IS NOT NULL AS set;
SELECT amount, replayed FROM lad.charge('ai', :kept, 'pricing kept', occurred_at => '2024-03-01');
SELECT (usage_items->0) - 'price_id' AS item, total_cost, e.currency, p.is_active, trim_scale(p.unit_price) AS price
    FROM lad_data.billing_usage_events e JOIN lad_data.billing_pricing_catalog p ON p.id = (usage_items->0->>'price_id')::uuid
    WHERE e.tenant_id = :a;
SELECT public.pricing_rate('kept', '5', '2024-03-01', 'CREDIT') AS would_cost_now;
COMMIT;

-- Another tenant has neither the price nor the rate.
BEGIN;
SELECT lad.authenticate_service(:b, 'test');
SELECT public.pricing_attempt($$SELECT public.pricing_rate('kept', '5', '2024-03-01', 'CREDIT')$$);
SELECT public.pricing_rate('m', '1', '2024-03-01', 'USD')->'unit_price' AS of_b;
COMMIT;

-- A service without a tenant sets everyone's prices; its tenant's it has none.
BEGIN;
SELECT lad.authenticate_service(NULL, 'test');
SELECT lad.set_price('llm', 'pricing-test', 'all', 'token', 1, for_everyone => true) IS NOT NULL AS everyones;
SELECT public.pricing_attempt($$SELECT lad.set_price('llm', 'pricing-test', 'all', 'token', 1)$$);
COMMIT;
RESET SESSION AUTHORIZATION;

-- A price of the catalog that makes no sense is the catalog's fault; a hole between two is reported.
INSERT INTO lad_data.billing_pricing_catalog (tenant_id, category, provider, model, unit, unit_price, metadata, effective_from, effective_to) VALUES
    (:a, 'llm', 'pricing-test', 'odd', 'token', 1, '{"model": "volume", "tiers": [{"up_to": null, "unit_price": -1}]}', '2024-01-01', NULL),
    (:a, 'llm', 'pricing-test', 'hole', 'token', 1, '{}', '2024-01-01', '2024-02-01'),
    (:a, 'llm', 'pricing-test', 'hole', 'token', 1, '{}', '2024-03-01', NULL);
INSERT INTO lad_data.billing_exchange_rates (tenant_id, from_currency, to_currency, rate, effective_from, effective_to) VALUES
    (NULL, 'XAA', 'XBB', 1, '2024-01-01', '2024-02-01'), (NULL, 'XAA', 'XBB', 1, '2024-02-01', '2024-03-01'), (NULL, 'XAA', 'XBB', 1, '2024-04-01', NULL);
SET SESSION AUTHORIZATION pricing_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT public.pricing_attempt($$SELECT public.pricing_rate('odd', '1', now(), NULL)$$);
SELECT public.pricing_attempt($$SELECT public.pricing_rate('hole', '1', '2024-02-15', NULL)$$);
SELECT * FROM lad.lint() WHERE rule = 'price_gap' ORDER BY object;
SELECT lad.set_price('llm', 'pricing-test', 'hole', 'token', 1, effective_from => '2024-02-01') IS NOT NULL AS mended;
SELECT lad.set_exchange_rate('XAA', 'XBB', 1, '2024-03-01', for_everyone => true) IS NOT NULL AS mended;
SELECT count(*) AS holes FROM lad.lint() WHERE rule = 'price_gap';
COMMIT;
RESET SESSION AUTHORIZATION;
DELETE FROM lad_data.billing_exchange_rates WHERE tenant_id IS NULL;
DELETE FROM lad_data.billing_pricing_catalog WHERE tenant_id IS NULL AND provider = 'pricing-test';
DROP FUNCTION public.pricing_rate(text, text, timestamptz, text), public.pricing_item(text, text),
    public.pricing_periods(text), public.pricing_attempt(text);
DROP ROLE pricing_service, pricing_app;
