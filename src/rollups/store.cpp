#include "rollups/store.hpp"

#include "core/error.hpp"
#include "pg/spi.hpp"
#include "rollups/components_store.hpp"

namespace lad::rollups::store {
namespace {

using pg::Day;
using pg::JsonbDatum;
using pg::TableId;
using pg::Timestamp;
using Text = std::string;

constinit pg::Plan<> kInstalled{"SELECT to_regclass('lad_data.rollup_marks') IS NOT NULL"};

#define CALL_COLUMNS "(tenant_id, day, agent_id, status, currency, calls, seconds, cost, credits)"

constinit pg::Plan<Uuid, Day, std::optional<std::int64_t>, Text, std::optional<Text>, std::int64_t,
                   std::int64_t, Decimal, Decimal>
    kAppendCall{"INSERT INTO lad_data.call_stats_deltas " CALL_COLUMNS
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};

constinit pg::Plan<std::vector<Uuid>, std::vector<Day>, std::vector<std::optional<std::int64_t>>,
                   std::vector<Text>, std::vector<std::optional<Text>>, std::vector<std::int64_t>,
                   std::vector<std::int64_t>, std::vector<Decimal>, std::vector<Decimal>>
    kAppendCalls{"INSERT INTO lad_data.call_stats_deltas " CALL_COLUMNS
                 " SELECT * FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2),"
                 " pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5),"
                 " pg_catalog.unnest($6), pg_catalog.unnest($7), pg_catalog.unnest($8),"
                 " pg_catalog.unnest($9))"};

#define APPEND_USAGE                                                                      \
  "INSERT INTO lad_data.usage_stats_deltas"                                               \
  " (tenant_id, day, feature_key, category, currency, events, quantity, cost)"            \
  " SELECT e.tenant_id, e.day, e.feature_key, c.category, e.currency, e.sign * c.events," \
  " e.sign * c.quantity, e.sign * c.cost FROM "
#define USAGE_COLUMNS "tenant_id, day, feature_key, currency, total_cost, usage_items, sign"

constinit pg::Plan<Uuid, Day, Text, Text, Decimal, JsonbDatum, std::int32_t> kAppendEvent{
    APPEND_USAGE "(VALUES ($1, $2, $3, $4, $5, $6, $7)) AS e (" USAGE_COLUMNS
                 ")," LAD_USAGE_COMPONENTS};

constinit pg::Plan<std::vector<Uuid>, std::vector<Day>, std::vector<Text>, std::vector<Text>,
                   std::vector<Decimal>, std::vector<JsonbDatum>, std::vector<std::int32_t>>
    kAppendEvents{APPEND_USAGE "unnest($1, $2, $3, $4, $5, $6, $7) AS e (" USAGE_COLUMNS
                               ")," LAD_USAGE_COMPONENTS};

// The bounds as text, which the function reads in UTC.
constinit pg::Plan<TableId, std::optional<Timestamp>, std::optional<Timestamp>> kSpan{
    "SELECT CASE c.relname WHEN 'voice_call_logs' THEN 'calls' ELSE 'usage' END,"
    " coalesce(s.begins::date, '-infinity'), coalesce((s.ends - interval '1 us')::date, 'infinity')"
    " FROM pg_class p JOIN pg_class c ON c.oid = coalesce(pg_partition_root(p.oid), p.oid)"
    "  AND c.relnamespace = to_regnamespace('lad_data')"
    "  AND c.relname IN ('voice_call_logs', 'billing_usage_events'),"
    " LATERAL (SELECT pg_get_expr(p.relpartbound, p.oid)) AS b (text),"
    " LATERAL (SELECT coalesce($2, substring(b.text, $r$FROM \\('([^']*)'\\)$r$)::timestamptz),"
    "  coalesce($3, substring(b.text, $r$TO \\('([^']*)'\\)$r$)::timestamptz)) AS s (begins, ends)"
    " WHERE p.oid = $1"};

constinit pg::Plan<Text, Day, Day> kMark{
    "INSERT INTO lad_data.rollup_marks (rollup, first_day, last_day) VALUES ($1, $2, $3)"};

// Whoever attaches a partition to a table of his own may call neither, and need not.
constinit pg::Plan<TableId> kIsCounted{
    "SELECT FROM pg_class c WHERE c.oid = coalesce(pg_partition_root($1), $1)"
    " AND c.relnamespace = to_regnamespace('lad_data')"
    " AND c.relname IN ('voice_call_logs', 'billing_usage_events')"};
constinit pg::Plan<TableId> kMarkByFunction{"SELECT lad.mark_rollup_stale($1)"};
constinit pg::Plan<TableId> kTriggersByFunction{"SELECT lad.add_rollup_triggers($1)"};

constinit pg::Plan<TableId> kMissingTriggers{
    "SELECT replace(pg_get_triggerdef(g.oid), format(' ON %I.%I ', n.nspname, r.relname),"
    "  format(' ON %I.%I ', m.nspname, p.relname))"
    " FROM pg_class p JOIN pg_namespace m ON m.oid = p.relnamespace"
    " JOIN pg_class r ON r.oid = pg_partition_root(p.oid) AND r.oid <> p.oid"
    " JOIN pg_namespace n ON n.oid = r.relnamespace JOIN pg_trigger g ON g.tgrelid = r.oid"
    " JOIN pg_proc f ON f.oid = g.tgfoid AND f.pronamespace = 'lad'::regnamespace"
    "  AND f.proname IN ('count_calls', 'count_usage', 'mark_truncated')"
    " WHERE p.oid = $1 AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = p.oid"
    "  AND t.tgname = g.tgname) ORDER BY g.tgname"};

}  // namespace

void require_installed() {
  if (kInstalled.run().get<bool>(0, 0)) return;
  throw Error{ErrorCode::not_in_state, "the tables of sums are not installed", "",
              "SELECT * FROM lad.install_schema();"};
}

void append(const std::vector<CallDelta>& deltas) {
  // Most statements change a call or two, for which arrays would cost more.
  if (deltas.size() <= 2) {
    for (const auto& [key, sums] : deltas) {
      kAppendCall.run(key.tenant_id, Day{key.day}, key.agent_id, key.status, key.currency,
                      sums.calls, sums.seconds, sums.cost, sums.credits);
    }
    return;
  }
  std::vector<Uuid> tenant_ids;
  std::vector<Day> days;
  std::vector<std::optional<std::int64_t>> agent_ids;
  std::vector<Text> statuses;
  std::vector<std::optional<Text>> currencies;
  std::vector<std::int64_t> calls;
  std::vector<std::int64_t> seconds;
  std::vector<Decimal> costs;
  std::vector<Decimal> credits;
  for (const auto& [key, sums] : deltas) {
    tenant_ids.push_back(key.tenant_id);
    days.push_back({key.day});
    agent_ids.push_back(key.agent_id);
    statuses.push_back(key.status);
    currencies.push_back(key.currency);
    calls.push_back(sums.calls);
    seconds.push_back(sums.seconds);
    costs.push_back(sums.cost);
    credits.push_back(sums.credits);
  }
  kAppendCalls.run(tenant_ids, days, agent_ids, statuses, currencies, calls, seconds, costs,
                   credits);
}

void append(const UsageChanges& changes) {
  if (changes.signs.size() > 1) {
    kAppendEvents.run(changes.tenant_ids, changes.days, changes.feature_keys, changes.currencies,
                      changes.costs, changes.items, changes.signs);
    return;
  }
  kAppendEvent.run(changes.tenant_ids[0], changes.days[0], changes.feature_keys[0],
                   changes.currencies[0], changes.costs[0], changes.items[0], changes.signs[0]);
}

void mark_stale(TableId table, const std::optional<Timestamp>& from,
                const std::optional<Timestamp>& to) {
  const pg::Rows span = kSpan.run(table, from, to);
  if (span.empty()) return;
  const Day first = span.get<Day>(0, 1);
  const Day last = span.get<Day>(0, 2);
  require_installed();
  if (first <= last) kMark.run(span.get<Text>(0, 0), first, last);
}

void mark_stale_by_function(TableId table) {
  if (!kIsCounted.run(table).empty()) kMarkByFunction.run(table);
}

void add_triggers_by_function(TableId partition) {
  if (!kIsCounted.run(partition).empty()) kTriggersByFunction.run(partition);
}

void add_triggers(TableId partition) {
  const pg::Rows missing = kMissingTriggers.run(partition);
  for (std::uint64_t row = 0; row < missing.size(); ++row) {
    pg::run_once(missing.get<Text>(row, 0).c_str());
  }
}

}  // namespace lad::rollups::store
