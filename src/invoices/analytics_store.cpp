#include "invoices/analytics_store.hpp"

#include "pg/spi.hpp"

namespace lad::invoices::store {
namespace {

using pg::Timestamp;

// Agent and campaign are those of the call an event charges, else what its metadata says. A price
// whose metadata has a unit_cost tells what we paid; it counts where currencies agree.
constinit pg::Plan<std::optional<Uuid>, Timestamp, Timestamp, std::vector<std::string>> kCosts{
    "WITH events AS NOT MATERIALIZED ("
    " SELECT e.*, CASE WHEN 'agent' = ANY ($4) THEN coalesce(l.agent_id,"
    "   CASE WHEN e.metadata->>'agent_id' ~ '^[0-9]{1,18}$'"
    "    THEN (e.metadata->>'agent_id')::bigint END) END AS agent_id,"
    "  CASE WHEN 'campaign' = ANY ($4) THEN coalesce(l.campaign_id,"
    "   CASE WHEN e.metadata->>'campaign_id' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'"
    "    THEN (e.metadata->>'campaign_id')::uuid END) END AS campaign_id"
    " FROM lad_data.billing_usage_events e LEFT JOIN lad_data.voice_call_logs l"
    "  ON $4 && '{agent,campaign}' AND l.tenant_id = e.tenant_id AND l.id ="
    "   CASE WHEN e.idempotency_key ~ '^call:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(:|$)'"
    "    THEN substr(e.idempotency_key, 6, 36)::uuid END"
    " WHERE e.tenant_id = ANY (ARRAY(SELECT id FROM lad_data.tenants WHERE $1 IS NULL OR id = $1))"
    "  AND e.occurred_at >= $2 AND e.occurred_at < $3 AND e.status = 'charged'),"
    " grouped AS ("
    " SELECT CASE WHEN 'tenant' = ANY ($4) THEN e.tenant_id END AS tenant_id,"
    "  CASE WHEN 'feature' = ANY ($4) THEN e.feature_key END AS feature_key,"
    "  e.agent_id, e.campaign_id, e.currency, c.item->>'category' AS category,"
    "  c.item->>'provider' AS provider, c.item->>'model' AS model, c.item->>'unit' AS unit,"
    "  c.item->>'price_id' AS price_id, count(*) FILTER (WHERE coalesce(c.n, 1) = 1) AS events,"
    "  count(c.n) AS items, sum((c.item->>'quantity')::numeric) AS quantity,"
    "  coalesce(sum((c.item->>'cost')::numeric), 0) AS cost,"
    "  coalesce(sum(e.total_cost) FILTER (WHERE coalesce(c.n, 1) = 1), 0) AS total"
    " FROM events e LEFT JOIN LATERAL jsonb_array_elements("
    "  CASE jsonb_typeof(e.usage_items) WHEN 'array' THEN e.usage_items END)"
    "  WITH ORDINALITY AS c (item, n) ON true"
    " GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),"
    " lines AS ("
    " SELECT g.tenant_id, g.feature_key, g.agent_id, g.campaign_id, g.currency, g.category,"
    "  g.provider, g.model, g.unit,"
    "  CASE WHEN 'component' = ANY ($4) THEN g.items ELSE g.events END AS events, g.quantity,"
    "  g.cost, round(g.quantity * (p.metadata->>'unit_cost')::numeric, 6) AS known_cost,"
    "  CASE WHEN p.id IS NOT NULL THEN g.cost END AS covered"
    " FROM grouped g LEFT JOIN lad_data.billing_pricing_catalog p ON p.id::text = g.price_id"
    "  AND p.currency = g.currency AND jsonb_typeof(p.metadata->'unit_cost') = 'number'"
    " UNION ALL"
    " SELECT tenant_id, feature_key, agent_id, campaign_id, currency, 'correction', NULL, NULL,"
    "  NULL, 0, NULL, sum(total) - sum(cost), NULL, NULL"
    " FROM grouped GROUP BY 1, 2, 3, 4, 5 HAVING sum(total) <> sum(cost)"
    " UNION ALL"
    " SELECT CASE WHEN 'tenant' = ANY ($4) THEN e.tenant_id END,"
    "  CASE WHEN 'feature' = ANY ($4) THEN e.feature_key END, e.agent_id, e.campaign_id,"
    "  e.currency, 'refund', NULL, NULL, NULL, 0, NULL, -sum(abs(r.amount)), NULL, NULL"
    " FROM events e JOIN lad_data.billing_ledger_transactions r"
    "  ON r.tenant_id = e.tenant_id AND r.reverses_id = e.ledger_transaction_id"
    "  AND r.reverses_id IS NOT NULL GROUP BY 1, 2, 3, 4, 5)"
    " SELECT tenant_id, feature_key::text, agent_id, campaign_id, currency::text,"
    "  CASE WHEN 'component' = ANY ($4) THEN category END,"
    "  CASE WHEN 'component' = ANY ($4) THEN provider END,"
    "  CASE WHEN 'component' = ANY ($4) THEN model END,"
    "  CASE WHEN 'component' = ANY ($4) THEN unit END,"
    "  sum(events)::bigint, CASE WHEN 'component' = ANY ($4) THEN sum(quantity) END, sum(cost),"
    "  sum(known_cost), sum(covered) - sum(known_cost)"
    " FROM lines GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 5, 1, 2, 3, 4, 6, 7, 8, 9"};

constinit pg::Plan<Uuid, Timestamp> kUse{
    "SELECT (lad.balance($1)).available, (SELECT coalesce(-sum(l.amount), 0)"
    " FROM lad_data.billing_wallets w JOIN lad_data.billing_ledger_transactions l"
    "  ON l.tenant_id = w.tenant_id AND l.wallet_id = w.id"
    " WHERE w.id = $1 AND l.created_at > $2 AND l.counter_account = 'revenue')"
    " + (SELECT coalesce(-sum(l.amount), 0)"
    " FROM lad_data.billing_wallets w JOIN lad_data.billing_ledger_archive l"
    "  ON l.tenant_id = w.tenant_id AND l.wallet_id = w.id"
    " WHERE w.id = $1 AND l.created_at > $2 AND l.counter_account = 'revenue')"};

}  // namespace

std::vector<CostRow> read_costs(const std::optional<Uuid>& tenant_id, Timestamp from, Timestamp to,
                                const std::vector<std::string>& group_by) {
  const pg::Rows rows = kCosts.run_in_snapshot(tenant_id, from, to, group_by);
  std::vector<CostRow> costs(rows.size());
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    CostRow& cost = costs[row];
    cost.tenant_id = rows.get_optional<Uuid>(row, 0);
    cost.feature_key = rows.get_optional<std::string>(row, 1);
    cost.agent_id = rows.get_optional<std::int64_t>(row, 2);
    cost.campaign_id = rows.get_optional<Uuid>(row, 3);
    cost.currency = rows.get<std::string>(row, 4);
    cost.category = rows.get_optional<std::string>(row, 5);
    cost.provider = rows.get_optional<std::string>(row, 6);
    cost.model = rows.get_optional<std::string>(row, 7);
    cost.unit = rows.get_optional<std::string>(row, 8);
    cost.events = rows.get<std::int64_t>(row, 9);
    cost.quantity = rows.get_optional<Decimal>(row, 10);
    cost.cost = rows.get<Decimal>(row, 11);
    cost.known_cost = rows.get_optional<Decimal>(row, 12);
    cost.margin = rows.get_optional<Decimal>(row, 13);
  }
  return costs;
}

Use read_use(const Uuid& wallet_id, Timestamp since) {
  const pg::Rows rows = kUse.run_in_snapshot(wallet_id, since);
  return {rows.get<Decimal>(0, 0), rows.get<Decimal>(0, 1)};
}

}  // namespace lad::invoices::store
