-- What no function writes yet and the application only reads, for all tenants: permissions, prices,
-- entitlements, invoices, the older credits, usage that was not charged, events. At last the tenants
-- get their standing. A privileged role runs it. Variables: seed, until.
CREATE TEMP TABLE t AS SELECT * FROM example.tenants WHERE seed = :seed;

INSERT INTO lad_data.voice_permissions (id, tenant_id, user_id, number_id, voice_id, agent_id,
    is_active, permission_key, created_at, updated_at, is_deleted, deleted_at)
SELECT example.id(tenant_id, 'voice permission', n), tenant_id, example.id(tenant_id, 'user', n),
       CASE WHEN n % 3 <> 0 THEN example.id(tenant_id, 'number', 1 + n % 4) END,
       CASE WHEN n % 3 <> 1 THEN example.id(tenant_id, 'voice', 1 + n % 4) END,
       CASE WHEN n % 3 = 0 THEN 1000001 + n % 5 END, n <> 4,
       example.pick('{use,manage}', n), :'until', :'until',
       n = 5, CASE WHEN n = 5 THEN :'until'::timestamptz END
FROM t, generate_series(1, t.members) AS n;

-- Every fifth tenant has prices of its own, once changed.
INSERT INTO lad_data.billing_pricing_catalog (id, tenant_id, category, provider, model, unit,
    unit_price, description, effective_from, effective_to, is_active, currency, created_at, updated_at)
SELECT example.id(tenant_id, 'price', n), tenant_id, category, provider, model, unit, price,
       'Agreed price', :'until'::timestamptz + (n - 1) * interval '1 day',
       CASE WHEN n = 1 THEN :'until'::timestamptz + interval '1 day' END, n <> 5, 'USD', :'until',
       :'until'
FROM t, (VALUES (1, 'telephony', 'twilio', 'voice', 'minute', 0.0121),
                (2, 'telephony', 'twilio', 'voice', 'minute', 0.0119),
                (3, 'llm', 'openai', 'gpt-4', 'token', 0.0000285),
                (4, 'stt', 'openai', 'whisper-1', 'second', 0.00009),
                (5, 'tts', 'openai', 'tts-1', 'character', 0.000014)
        ) AS p (n, category, provider, model, unit, price);

INSERT INTO lad_data.billing_feature_entitlements (id, tenant_id, feature_key, enabled, monthly_quota,
    daily_quota, allow_overages, overage_rate, metadata, created_at, updated_at)
SELECT example.id(tenant_id, 'entitlement', n), tenant_id, key, n <> 7,
       CASE WHEN n % 3 > 0 THEN 1000 * n END, CASE WHEN n % 4 = 0 THEN 100 END, n % 2 = 0,
       CASE WHEN n % 2 = 0 THEN 0.0000015 END, '{}', :'until', :'until'
FROM t, unnest(example.features()) WITH ORDINALITY AS f (key, n)
ON CONFLICT (tenant_id, feature_key) DO NOTHING;

INSERT INTO lad_data.billing_invoices (id, tenant_id, invoice_number, status, subtotal, tax, total,
    currency, period_start, period_end, paid_at, payment_method, due_at, line_items, created_at,
    updated_at)
SELECT example.id(tenant_id, 'invoice', n), tenant_id, format('INV-%s', lpad(n::text, 6, '0')),
       example.word(ARRAY['paid', 'overdue', 'voided', 'pending', 'draft'], n, 0), subtotal,
       subtotal * 0.05, subtotal * 1.05, 'USD', period_start, period_start + interval '30 days',
       CASE WHEN n IN (1, 6) THEN period_start + interval '40 days' END,
       CASE WHEN n IN (1, 6) THEN 'card' END, period_start + interval '44 days',
       jsonb_build_array(jsonb_build_object('description', 'Calls', 'amount', subtotal)),
       period_start + interval '30 days', :'until'
FROM (SELECT t.*, n, (100 * n + example.roll(stream, n::int) % 9000)::numeric AS subtotal,
             :'until'::timestamptz - (7 - n) * interval '30 days' AS period_start
      FROM t, generate_series(1, 6) AS n) AS r;
UPDATE lad_data.billing_usage_events AS e
SET invoice_id = example.id(e.tenant_id, 'invoice', 1)
FROM t WHERE t.tenant_id = e.tenant_id AND e.status = 'charged'
  AND e.occurred_at < :'until'::timestamptz - interval '120 days';

INSERT INTO lad_data.billing_usage_events (id, tenant_id, user_id, feature_key, usage_items,
    total_quantity, total_cost, currency, status, idempotency_key, external_reference_id,
    error_message, retry_count, created_at, updated_at, occurred_at)
SELECT example.id(tenant_id, 'unpaid', n), tenant_id, example.id(tenant_id, 'user', 4),
       'lead-enrichment', '[]', 1, n, 'CREDIT', (ARRAY['voided', 'failed'])[1 + n % 2],
       'unpaid ' || n, 'apollo-x' || n, CASE WHEN n % 2 = 1 THEN 'insufficient funds' END, n % 2,
       :'until', :'until', :'until'
FROM t, generate_series(1, 4) AS n;

INSERT INTO lad_data.user_credits (id, user_id, tenant_id, balance, monthly_usage, last_usage_reset,
    created_at, updated_at)
SELECT example.id(tenant_id, 'credit', n), example.id(tenant_id, 'user', n), tenant_id, 500 - 30 * n,
       30 * n, :'until', :'until', :'until'
FROM t, generate_series(1, 4) AS n;
INSERT INTO lad_data.credit_transactions (id, user_id, tenant_id, user_credit_id, amount,
    transaction_type, reference_type, balance_before, balance_after, created_at, description)
SELECT example.id(tenant_id, 'credit entry', 10 * n + i), example.id(tenant_id, 'user', n), tenant_id,
       example.id(tenant_id, 'credit', n), CASE WHEN i = 1 THEN 500 ELSE -10 * n END,
       CASE WHEN i = 1 THEN 'topup' ELSE 'debit' END, CASE WHEN i > 1 THEN 'voice-agent' END,
       CASE WHEN i = 1 THEN 0 ELSE 500 - 10 * n * (i - 2) END, 500 - 10 * n * (i - 1),
       :'until'::timestamptz - (5 - i) * interval '10 days', CASE WHEN i = 1 THEN 'Guthaben' END
FROM t, generate_series(1, 4) AS n, generate_series(1, 4) AS i;

INSERT INTO lad_data.domain_events (id, tenant_id, event_type, aggregate_type, aggregate_id, payload,
    processed, processed_at, retry_count, created_at)
SELECT example.id(tenant_id, 'event', n), tenant_id,
       example.pick('{lead.created,lead.stage_changed,campaign.started}', n), 'lead',
       example.id(tenant_id, 'lead', n), jsonb_build_object('n', n), n % 3 > 0,
       CASE WHEN n % 3 > 0 THEN :'until'::timestamptz END, n % 2,
       example.moment(:'until', example.roll(stream, n::int), 90)
FROM t, generate_series(1, greatest(10, t.leads / 20)) AS n;

UPDATE lad_data.tenants AS o
SET status = example.word(ARRAY['active', 'trial', 'suspended', 'cancelled'], t.number,
                          example.roll(t.stream, 1)),
    deleted_at = CASE WHEN t.number % 40 = 4 THEN :'until'::timestamptz END
FROM t WHERE t.tenant_id = o.id AND t.number > 1
  AND example.word(ARRAY['active', 'trial', 'suspended', 'cancelled'], t.number,
                   example.roll(t.stream, 1)) <> 'active';
