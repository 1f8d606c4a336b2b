-- The same work as lad.charge by hand: prices, the event, the wallet and a chained ledger row, in one
-- statement over tables with the same columns, indexes and foreign keys, without row-level security.
CREATE TABLE bench.prices (LIKE lad_data.billing_pricing_catalog INCLUDING ALL);
INSERT INTO bench.prices SELECT * FROM lad_data.billing_pricing_catalog;
CREATE TABLE bench.purses (LIKE lad_data.billing_wallets INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE) WITH (fillfactor = 50);
INSERT INTO bench.purses SELECT * FROM lad_data.billing_wallets;
CREATE TABLE bench.rows (LIKE lad_data.billing_ledger_transactions INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE);
ALTER TABLE bench.rows ADD FOREIGN KEY (tenant_id) REFERENCES lad_data.tenants (id);
CREATE TABLE bench.events (LIKE lad_data.billing_usage_events INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE);
ALTER TABLE bench.events ADD FOREIGN KEY (tenant_id) REFERENCES lad_data.tenants (id);
ALTER TABLE bench.events ADD FOREIGN KEY (tenant_id, user_id) REFERENCES lad_data.memberships (tenant_id, user_id);
ALTER TABLE bench.events ADD FOREIGN KEY (tenant_id, ledger_transaction_id) REFERENCES bench.rows (tenant_id, id);

CREATE FUNCTION bench.charge_by_hand(tenant uuid, member uuid, items jsonb, key text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    balance numeric;
BEGIN
    WITH priced AS (
        SELECT jsonb_agg(i || jsonb_build_object('price_id', p.id, 'unit_price', p.unit_price, 'cost', p.cost) ORDER BY n) AS items, sum(p.cost) AS total
        FROM jsonb_array_elements(items) WITH ORDINALITY AS t (i, n) CROSS JOIN LATERAL (
            SELECT c.id, c.unit_price, round((i->>'quantity')::numeric * c.unit_price, 6) AS cost
            FROM bench.prices AS c
            WHERE (c.tenant_id = tenant OR c.tenant_id IS NULL) AND c.category = i->>'category' AND c.provider = i->>'provider'
              AND c.unit = i->>'unit' AND c.model IN (i->>'model', '*') AND c.currency = 'USD' AND c.is_active
              AND c.effective_from <= now() AND (c.effective_to IS NULL OR c.effective_to > now())
            ORDER BY c.tenant_id IS NULL, c.model = '*', c.effective_from DESC LIMIT 1) AS p
    ), new_ids AS (
        SELECT gen_random_uuid() AS row_id, gen_random_uuid() AS event_id
        WHERE NOT EXISTS (SELECT FROM bench.events e WHERE e.tenant_id = tenant AND e.idempotency_key = key)
    ), locked AS MATERIALIZED (
        SELECT w.* FROM bench.purses AS w
        WHERE w.tenant_id = tenant AND w.user_id = member AND w.status = 'active' FOR NO KEY UPDATE
    ), paid AS (
        SELECT l.*, priced.total, priced.items, new_ids.*,
               sha256(coalesce(l.last_hash, '') || convert_to(concat_ws('|', tenant, l.id, l.last_seq + 1, row_id, -total,
                   l.current_balance, l.current_balance - total, key, clock_timestamp()), 'UTF8')) AS row_hash,
               sha256(convert_to(concat_ws('|', l.id, total, key), 'UTF8')) AS request_hash
        FROM locked AS l, priced, new_ids WHERE l.current_balance - l.reserved_balance + l.credit_limit >= total
    ), moved AS (
        UPDATE bench.purses AS w SET current_balance = w.current_balance - p.total, last_seq = w.last_seq + 1, last_hash = p.row_hash
        FROM paid AS p WHERE w.tenant_id = p.tenant_id AND w.id = p.id
    ), row_written AS (
        INSERT INTO bench.rows (id, tenant_id, wallet_id, seq, transaction_type, amount, balance_before, balance_after, counter_account, currency,
            reference_type, reference_id, idempotency_key, metadata, effective_at, created_at, request_hash, prev_hash, row_hash)
        SELECT row_id, tenant, p.id, last_seq + 1, 'debit', -total, current_balance, current_balance - total, 'revenue', currency,
            'usage_event', event_id, 'charge_usage_' || event_id, '{}', clock_timestamp(), clock_timestamp(), request_hash, last_hash, row_hash
        FROM paid AS p RETURNING balance_after
    ), event_written AS (
        INSERT INTO bench.events (id, tenant_id, user_id, feature_key, usage_items, total_quantity, total_cost, currency, status,
            ledger_transaction_id, charged_at, idempotency_key)
        SELECT event_id, tenant, member, 'voice-agent', p.items, 1, total, 'USD', 'charged', row_id, clock_timestamp(), key FROM paid AS p
    )
    SELECT balance_after INTO balance FROM row_written;
    RETURN balance;
END $$;
