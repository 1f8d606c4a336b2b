#include "pg/spi.hpp"
#include "pg/table_lock.hpp"
#include "rollups/components_store.hpp"
#include "rollups/store.hpp"

namespace lad::rollups::store {
namespace {

using pg::Day;
using Text = std::string;

// The sums of the rows themselves (source), and those that are kept, for the days $1 to $2.
#define CALL_SIDES                                                                               \
  "(SELECT tenant_id, (created_at AT TIME ZONE 'UTC')::date AS day, agent_id, status, currency," \
  "  count(*) AS calls, coalesce(sum(duration_seconds), 0) AS seconds,"                          \
  "  coalesce(sum(cost), 0) AS cost, coalesce(sum(credits_charged), 0) AS credits,"              \
  "  true AS source"                                                                             \
  " FROM lad_data.voice_call_logs WHERE created_at >= $1::timestamp AT TIME ZONE 'UTC'"          \
  "  AND created_at <= (($2 + 1)::timestamp AT TIME ZONE 'UTC') - interval '1 us'"               \
  " GROUP BY 1, 2, 3, 4, 5"                                                                      \
  " UNION ALL SELECT tenant_id, day, agent_id, status, currency, calls, seconds, cost, credits," \
  "  false FROM lad_data.call_stats_folded WHERE day BETWEEN $1 AND $2"                          \
  " UNION ALL SELECT tenant_id, day, agent_id, status, currency, calls, seconds, cost, credits," \
  "  false FROM lad_data.call_stats_deltas WHERE day BETWEEN $1 AND $2) AS s"

#define USAGE_SIDES                                                                             \
  "(SELECT e.tenant_id, e.day, e.feature_key, c.category, e.currency, sum(c.events) AS events," \
  "  sum(c.quantity) AS quantity, sum(c.cost) AS cost, true AS source"                          \
  " FROM (SELECT *, (occurred_at AT TIME ZONE 'UTC')::date AS day"                              \
  "  FROM lad_data.billing_usage_events WHERE status = 'charged'"                               \
  "   AND occurred_at >= $1::timestamp AT TIME ZONE 'UTC'"                                      \
  "   AND occurred_at <= (($2 + 1)::timestamp AT TIME ZONE 'UTC') - interval '1 us') AS "       \
  "e," LAD_USAGE_COMPONENTS                                                                     \
  " GROUP BY 1, 2, 3, 4, 5"                                                                     \
  " UNION ALL SELECT tenant_id, day, feature_key, category, currency, events, quantity, cost,"  \
  "  false FROM lad_data.usage_stats_folded WHERE day BETWEEN $1 AND $2"                        \
  " UNION ALL SELECT tenant_id, day, feature_key, category, currency, events, quantity, cost,"  \
  "  false FROM lad_data.usage_stats_deltas WHERE day BETWEEN $1 AND $2) AS s"

// What the kept sums lack of the rows.
#define LACK(measure) "sum(CASE WHEN source THEN " measure " ELSE -" measure " END)"
#define CALL_LACKS LACK("calls") ", " LACK("seconds") ", " LACK("cost") ", " LACK("credits")
#define USAGE_LACKS LACK("events") ", " LACK("quantity") ", " LACK("cost")

constinit pg::Plan<Day, Day> kRepairCalls{
    "INSERT INTO lad_data.call_stats_deltas"
    " (tenant_id, day, agent_id, status, currency, calls, seconds, cost, credits)"
    " SELECT tenant_id, day, agent_id, status, currency, " CALL_LACKS " FROM " CALL_SIDES
    " GROUP BY tenant_id, day, agent_id, status, currency"
    " HAVING (" CALL_LACKS ") <> (0, 0, 0, 0)"};

constinit pg::Plan<Day, Day> kRepairUsage{
    "INSERT INTO lad_data.usage_stats_deltas"
    " (tenant_id, day, feature_key, category, currency, events, quantity, cost)"
    " SELECT tenant_id, day, feature_key, category, currency, " USAGE_LACKS " FROM " USAGE_SIDES
    " GROUP BY tenant_id, day, feature_key, category, currency"
    " HAVING (" USAGE_LACKS ") <> (0, 0, 0)"};

// Sums of one side, as an object.
#define SUM_OF(measure, side) "'" measure "', coalesce(sum(" measure ") FILTER (WHERE " side "), 0)"
#define CALL_SUMS(side)                                                                 \
  "jsonb_build_object(" SUM_OF("calls", side) ", " SUM_OF("seconds", side) ", " SUM_OF( \
      "cost", side) ", " SUM_OF("credits", side) ")::text"
#define USAGE_SUMS(side)                                                                  \
  "jsonb_build_object(" SUM_OF("events", side) ", " SUM_OF("quantity", side) ", " SUM_OF( \
      "cost", side) ")::text"
#define IS_STALE(rollup)                                                  \
  "EXISTS (SELECT FROM lad_data.rollup_marks m WHERE m.rollup = '" rollup \
  "'"                                                                     \
  " AND day BETWEEN m.first_day AND m.last_day)"

constinit pg::Plan<Day, Day> kCompareCalls{
    "SELECT 'calls', tenant_id, day, jsonb_build_object('agent_id', agent_id, 'status', status,"
    "  'currency', currency)::text,"
    " " CALL_SUMS("source") ", " CALL_SUMS("NOT source") ", " IS_STALE(
        "calls") " FROM " CALL_SIDES
                 " GROUP BY tenant_id, day, agent_id, status, currency"
                 " HAVING (" CALL_LACKS
                 ") <> (0, 0, 0, 0)"
                 " ORDER BY tenant_id, day, agent_id, status, currency"};

constinit pg::Plan<Day, Day> kCompareUsage{
    "SELECT 'usage', tenant_id, day, jsonb_build_object('feature_key', feature_key,"
    "  'category', category, 'currency', currency)::text,"
    " " USAGE_SUMS("source") ", " USAGE_SUMS("NOT source") ", " IS_STALE(
        "usage") " FROM " USAGE_SIDES
                 " GROUP BY tenant_id, day, feature_key, category, currency"
                 " HAVING (" USAGE_LACKS
                 ") <> (0, 0, 0)"
                 " ORDER BY tenant_id, day, feature_key, category, currency"};

// Wide spans first: they include the others.
constinit pg::Plan<Text> kMarks{
    "SELECT id, first_day, last_day FROM lad_data.rollup_marks WHERE rollup = $1"
    " ORDER BY first_day, last_day DESC"};
constinit pg::Plan<std::vector<Uuid>> kDropMarks{
    "DELETE FROM lad_data.rollup_marks WHERE id = ANY ($1)"};

struct Rollup {
  const char* name;
  const char* source;
  pg::Plan<Day, Day>& repair;
  pg::Plan<Day, Day>& compare;
};
constexpr Rollup kRollups[] = {
    {"calls", "voice_call_logs", kRepairCalls, kCompareCalls},
    {"usage", "billing_usage_events", kRepairUsage, kCompareUsage},
};

struct Mark {
  Uuid id;
  Days days;
};

std::vector<Mark> marks_of(const Rollup& rollup) {
  const pg::Rows rows = kMarks.run(rollup.name);
  std::vector<Mark> marks;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    marks.push_back({rows.get<Uuid>(row, 0), {rows.get<Day>(row, 1), rows.get<Day>(row, 2)}});
  }
  return marks;
}

bool includes(const Days& outer, const Days& inner) {
  return outer.first <= inner.first && inner.last <= outer.last;
}

}  // namespace

// Marks are read before the lock is taken: whoever has made one by changing partitions holds that
// lock until every session has been told of the new partitions, and so the sums are of them.
void recompute_marked() {
  for (const Rollup& rollup : kRollups) {
    const std::vector<Mark> marks = marks_of(rollup);
    if (marks.empty() || !pg::try_lock_partitions(rollup.source)) continue;
    std::vector<Uuid> done;
    std::optional<Days> summed;
    for (const Mark& mark : marks) {
      if (!summed || !includes(*summed, mark.days)) {
        rollup.repair.run(mark.days.first, mark.days.last);
        summed = mark.days;
      }
      done.push_back(mark.id);
    }
    kDropMarks.run(done);
  }
}

std::int64_t repair(const Days& days) {
  std::int64_t repaired = 0;
  for (const Rollup& rollup : kRollups) {
    std::vector<Uuid> done;
    for (const Mark& mark : marks_of(rollup)) {
      if (includes(days, mark.days)) done.push_back(mark.id);
    }
    pg::lock_partitions(rollup.source);
    repaired += static_cast<std::int64_t>(rollup.repair.run(days.first, days.last).processed());
    if (!done.empty()) kDropMarks.run(done);
  }
  return repaired;
}

std::vector<Difference> differences(const Days& days) {
  std::vector<Difference> found;
  for (const Rollup& rollup : kRollups) {
    const pg::Rows rows = rollup.compare.run_in_snapshot(days.first, days.last);
    for (std::uint64_t row = 0; row < rows.size(); ++row) {
      found.push_back({rows.get<Text>(row, 0),
                       rows.get<Uuid>(row, 1),
                       rows.get<Day>(row, 2),
                       {rows.get<Text>(row, 3)},
                       {rows.get<Text>(row, 4)},
                       {rows.get<Text>(row, 5)},
                       rows.get<bool>(row, 6)});
    }
  }
  return found;
}

}  // namespace lad::rollups::store
