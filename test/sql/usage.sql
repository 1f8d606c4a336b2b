-- Usage through SQL: prices, one event for each key, one charge, refusals that leave nothing.
SET client_min_messages = warning;

CREATE ROLE usage_service LOGIN IN ROLE lad_service;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    ('a0000000-0000-4000-8000-000000000011', 'Usage A', 'usage-a', 'active'),
    ('b0000000-0000-4000-8000-000000000011', 'Usage B', 'usage-b', 'active');
\set a '''a0000000-0000-4000-8000-000000000011'''
\set b '''b0000000-0000-4000-8000-000000000011'''
INSERT INTO lad_data.billing_pricing_catalog
    (tenant_id, category, provider, model, unit, unit_price, currency, effective_from) VALUES
    (NULL, 'llm', 'usage-test', 'm1', 'token', 0.00000015, 'USD', '2020-01-01'),
    (NULL, 'llm', 'usage-test', '*', 'token', 0.5, 'USD', '2020-01-01'),
    (:a, 'llm', 'usage-test', '*', 'token', 0.25, 'USD', '2020-01-01'),
    (NULL, 'tts', 'usage-test', 'v', 'character', 0, 'USD', '2020-01-01'),
    (NULL, 'stt', 'usage-test', 's', 'second', 1, 'CREDIT', '2020-01-01');
CREATE FUNCTION public.usage_attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; code text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
    RETURN code || ': ' || message;
END $$;
SET SESSION AUTHORIZATION usage_service;
BEGIN;
SELECT lad.authenticate_service(:a, 'test');
SELECT lad.create_wallet(currency => 'USD') AS wallet \gset
SELECT balance_after FROM lad.topup(:'wallet', 10, 'usage_topup');

-- The tenant's price for any model comes before everyone's for the model; the caller's is ignored.
SELECT r->>'total' AS total, r->>'currency' AS currency, (r->'items'->0) - 'price_id' AS item
    FROM lad.rate_usage('[{"category": "llm", "provider": "usage-test", "model": "m1", "unit": "token",
        "quantity": "3", "unitPrice": 9, "note": "kept"}]') AS r;
SELECT public.usage_attempt(format('SELECT lad.rate_usage(%L)', items)) FROM (VALUES
    ('{}'), ('[]'), ('[1]'), ('[{"category": "llm"}]'),
    ('[{"category": "llm", "provider": "p", "model": "m", "unit": "token", "quantity": "NaN"}]'),
    ('[{"category": "llm", "provider": "p", "model": "m", "unit": "token", "quantity": -1}]'),
    ('[{"category": "llm", "provider": "p", "model": "m", "unit": "token", "quantity": 0.0000001}]'),
    ('[{"category": "llm", "provider": "p", "model": "m", "unit": "token", "quantity": 1e14}]'),
    ('[{"category": "llm", "provider": "p", "model": "m", "unit": "token", "quantity": 1}]')) AS t (items);
SELECT public.usage_attempt($$SELECT lad.record_usage('ai', '[{"category": "stt",
    "provider": "usage-test", "model": "s", "unit": "second", "quantity": 1}]', 'credit price')$$);

\set items '''[{"category": "llm", "provider": "usage-test", "model": "x", "unit": "token", "quantity": 4}]'''
SELECT lad.record_usage('ai', :items, 'use 1') AS event \gset
SELECT lad.record_usage('ai', :items, 'use 1') = :'event' AS same;
SELECT public.usage_attempt(format('SELECT lad.record_usage(''other'', %L, ''use 1'')', :items));
SELECT public.usage_attempt(format('SELECT lad.record_usage(''ai'', %L, %L)', :items, key))
    FROM (VALUES (''), ('call:1'), ('charge_usage_1'), (NULL)) AS t (key);
SELECT amount, balance_after, replayed FROM lad.charge_usage(:'event');
SELECT amount, balance_after, replayed FROM lad.charge_usage(:'event');
SELECT amount, balance_after, replayed FROM lad.charge('ai', :items, 'use 2');
SELECT amount, balance_after, replayed FROM lad.charge('ai', :items, 'use 2');
SELECT lad.charge('ai', '[{"category": "tts", "provider": "usage-test", "model": "v",
    "unit": "character", "quantity": 5}]', 'free') IS NULL AS free;
SELECT public.usage_attempt($$SELECT lad.charge('ai', '[{"category": "llm", "provider": "usage-test",
    "model": "x", "unit": "token", "quantity": 4000}]', 'too much')$$);
SELECT idempotency_key, status, total_quantity, total_cost, currency,
       ledger_transaction_id IS NOT NULL AS in_ledger
    FROM lad_data.billing_usage_events WHERE tenant_id = :a ORDER BY idempotency_key;
SELECT public.usage_attempt('SELECT lad.charge_usage(gen_random_uuid())');
SELECT * FROM lad.verify_ledger();
COMMIT;

-- Another tenant finds no such event.
BEGIN;
SELECT lad.authenticate_service(:b, 'test');
SELECT public.usage_attempt(format('SELECT lad.charge_usage(%L)', :'event'));
COMMIT;
RESET SESSION AUTHORIZATION;
DROP FUNCTION public.usage_attempt(text);
DROP ROLE usage_service;
