#include "pg/spi.hpp"
#include "rollups/store.hpp"

namespace lad::rollups::store {
namespace {

constinit pg::Plan<> kTryLock{
    "SELECT pg_try_advisory_xact_lock(hashtextextended('lad.fold_rollups', 0))"};

// Moves deltas in one statement, so that no snapshot sees one twice or not at all. Returns how
// many, then the folded rows that came to nothing.
constinit pg::Plan<std::int32_t> kFoldCalls{
    "WITH taken AS ("
    "  DELETE FROM lad_data.call_stats_deltas"
    "  WHERE ctid = ANY (ARRAY(SELECT ctid FROM lad_data.call_stats_deltas LIMIT $1))"
    "  RETURNING tenant_id, day, agent_id, status, currency, calls, seconds, cost, credits),"
    " summed AS ("
    "  SELECT tenant_id, day, agent_id, status, currency, sum(calls)::bigint AS calls,"
    "   sum(seconds)::bigint AS seconds, sum(cost) AS cost, sum(credits) AS credits"
    "  FROM taken GROUP BY tenant_id, day, agent_id, status, currency),"
    " kept AS ("
    "  INSERT INTO lad_data.call_stats_folded AS f"
    "   (tenant_id, day, agent_id, status, currency, calls, seconds, cost, credits)"
    "  SELECT * FROM summed WHERE (calls, seconds, cost, credits) <> (0, 0, 0, 0)"
    "  ON CONFLICT (tenant_id, day, agent_id, status, currency) DO UPDATE"
    "   SET calls = f.calls + EXCLUDED.calls, seconds = f.seconds + EXCLUDED.seconds,"
    "    cost = f.cost + EXCLUDED.cost, credits = f.credits + EXCLUDED.credits"
    "  RETURNING tenant_id, id, (calls, seconds, cost, credits) = (0, 0, 0, 0) AS is_empty)"
    " SELECT count(*), NULL::uuid, NULL::uuid FROM taken"
    " UNION ALL SELECT 0, tenant_id, id FROM kept WHERE is_empty"};

constinit pg::Plan<std::vector<Uuid>, std::vector<Uuid>> kDropCalls{
    "DELETE FROM lad_data.call_stats_folded AS f USING unnest($1, $2) AS e (tenant_id, id)"
    " WHERE f.tenant_id = e.tenant_id AND f.id = e.id"
    "  AND (calls, seconds, cost, credits) = (0, 0, 0, 0)"};

constinit pg::Plan<std::int32_t> kFoldUsage{
    "WITH taken AS ("
    "  DELETE FROM lad_data.usage_stats_deltas"
    "  WHERE ctid = ANY (ARRAY(SELECT ctid FROM lad_data.usage_stats_deltas LIMIT $1))"
    "  RETURNING tenant_id, day, feature_key, category, currency, events, quantity, cost),"
    " summed AS ("
    "  SELECT tenant_id, day, feature_key, category, currency, sum(events)::bigint AS events,"
    "   sum(quantity) AS quantity, sum(cost) AS cost"
    "  FROM taken GROUP BY tenant_id, day, feature_key, category, currency),"
    " kept AS ("
    "  INSERT INTO lad_data.usage_stats_folded AS f"
    "   (tenant_id, day, feature_key, category, currency, events, quantity, cost)"
    "  SELECT * FROM summed WHERE (events, quantity, cost) <> (0, 0, 0)"
    "  ON CONFLICT (tenant_id, day, feature_key, category, currency) DO UPDATE"
    "   SET events = f.events + EXCLUDED.events, quantity = f.quantity + EXCLUDED.quantity,"
    "    cost = f.cost + EXCLUDED.cost"
    "  RETURNING tenant_id, id, (events, quantity, cost) = (0, 0, 0) AS is_empty)"
    " SELECT count(*), NULL::uuid, NULL::uuid FROM taken"
    " UNION ALL SELECT 0, tenant_id, id FROM kept WHERE is_empty"};

constinit pg::Plan<std::vector<Uuid>, std::vector<Uuid>> kDropUsage{
    "DELETE FROM lad_data.usage_stats_folded AS f USING unnest($1, $2) AS e (tenant_id, id)"
    " WHERE f.tenant_id = e.tenant_id AND f.id = e.id AND (events, quantity, cost) = (0, 0, 0)"};

std::int64_t fold_one(pg::Plan<std::int32_t>& move,
                      pg::Plan<std::vector<Uuid>, std::vector<Uuid>>& drop_empty,
                      std::int32_t max_rows) {
  const pg::Rows rows = move.run(max_rows);
  std::int64_t folded = 0;
  std::vector<Uuid> tenant_ids;
  std::vector<Uuid> ids;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    folded += rows.get<std::int64_t>(row, 0);
    if (rows.is_null(row, 1)) continue;
    tenant_ids.push_back(rows.get<Uuid>(row, 1));
    ids.push_back(rows.get<Uuid>(row, 2));
  }
  if (!ids.empty()) drop_empty.run(tenant_ids, ids);
  return folded;
}

}  // namespace

std::int64_t fold(std::int32_t max_rows) {
  if (!kTryLock.run().get<bool>(0, 0)) return 0;
  return fold_one(kFoldCalls, kDropCalls, max_rows) + fold_one(kFoldUsage, kDropUsage, max_rows);
}

}  // namespace lad::rollups::store
