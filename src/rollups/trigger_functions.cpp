#include <algorithm>
#include <cstring>

#include "core/error.hpp"
#include "pg/as_owner.hpp"
#include "pg/event_trigger.hpp"
#include "pg/restore.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pg/transition.hpp"
#include "pg/trigger.hpp"
#include "rollups/store.hpp"

namespace lad::rollups {
namespace {

constexpr const char* kOwner = "lad_owner";

/// Where a call has what is counted.
class CallColumns {
 public:
  explicit CallColumns(const pg::StatementCall& call)
      : tenant_id_(call.require_column("tenant_id")),
        created_at_(call.require_column("created_at")),
        agent_id_(call.require_column("agent_id")),
        status_(call.require_column("status")),
        currency_(call.require_column("currency")),
        seconds_(call.require_column("duration_seconds")),
        cost_(call.require_column("cost")),
        credits_(call.require_column("credits_charged")) {}

  CallKey key(const pg::RowView& row) const {
    return {row.get<Uuid>(tenant_id_).value(), utc_day(row.get<pg::Timestamp>(created_at_)->us),
            row.get<std::int64_t>(agent_id_), row.get<std::string>(status_).value(),
            row.get<std::string>(currency_)};
  }
  CallMeasures measures(const pg::RowView& row) const {
    return {1, row.get<std::int32_t>(seconds_).value_or(0),
            row.get<Decimal>(cost_).value_or(Decimal{}),
            row.get<Decimal>(credits_).value_or(Decimal{})};
  }

 private:
  int tenant_id_, created_at_, agent_id_, status_, currency_, seconds_, cost_, credits_;
};

/// Where a usage event has what is counted, and what a statement changes of it.
class UsageReader {
 public:
  explicit UsageReader(const pg::StatementCall& call)
      : columns_{call.require_column("tenant_id"),   call.require_column("occurred_at"),
                 call.require_column("feature_key"), call.require_column("currency"),
                 call.require_column("total_cost"),  call.require_column("usage_items"),
                 call.require_column("status")} {}

  /// Rows that agree in all that is counted cancel out, whether or not they are the same event.
  void read(const pg::RowView* before, const pg::RowView* after) {
    const bool was = before != nullptr && is_charged(*before);
    const bool is = after != nullptr && is_charged(*after);
    if (was && is && std::ranges::all_of(columns_, [&](int column) {
          return before->equals(column, *after, column);
        })) {
      return;
    }
    if (was) add(*before, -1);
    if (is) add(*after, 1);
  }

  const store::UsageChanges& changes() const { return changes_; }

 private:
  bool is_charged(const pg::RowView& row) const {
    return row.get<std::string>(columns_[6]) == "charged";
  }
  void add(const pg::RowView& row, int sign) {
    changes_.tenant_ids.push_back(row.get<Uuid>(columns_[0]).value());
    changes_.days.push_back({utc_day(row.get<pg::Timestamp>(columns_[1])->us)});
    changes_.feature_keys.push_back(row.get<std::string>(columns_[2]).value());
    changes_.currencies.push_back(row.get<std::string>(columns_[3]).value());
    changes_.costs.push_back(row.get<Decimal>(columns_[4]).value());
    changes_.items.push_back(*pg::copied(row.get<pg::JsonbDatum>(columns_[5])));
    changes_.signs.push_back(sign);
  }

  std::array<int, 7> columns_;
  store::UsageChanges changes_;
};

}  // namespace

// A dump holds the sums of the rows that it holds.
LAD_FUNCTION(lad_count_calls) {
  const pg::StatementCall call{fcinfo};
  if (pg::is_restoring()) return pg::void_datum();
  // Rows of a month that is detached, or not yet attached, are in no sum.
  if (call.stands_alone() && std::strcmp(call.table_name(), call.argument(0)) != 0) {
    return pg::void_datum();
  }
  const CallColumns columns{call};
  CallDeltas changes;
  call.for_each_change([&](const pg::RowView* before, const pg::RowView* after) {
    if (before != nullptr) changes.subtract(columns.key(*before), columns.measures(*before));
    if (after != nullptr) changes.add(columns.key(*after), columns.measures(*after));
  });
  const std::vector<CallDelta> deltas = changes.take();
  if (deltas.empty()) return pg::void_datum();
  const pg::ActAsOwner owner{kOwner};
  pg::with_spi([&] { store::append(deltas); });
  return pg::void_datum();
}

LAD_FUNCTION(lad_count_usage) {
  const pg::StatementCall call{fcinfo};
  if (pg::is_restoring()) return pg::void_datum();
  UsageReader reader{call};
  call.for_each_change(
      [&](const pg::RowView* before, const pg::RowView* after) { reader.read(before, after); });
  if (reader.changes().signs.empty()) return pg::void_datum();
  const pg::ActAsOwner owner{kOwner};
  pg::with_spi([&] { store::append(reader.changes()); });
  return pg::void_datum();
}

LAD_FUNCTION(lad_mark_truncated) {
  const pg::TriggerCall call{fcinfo};
  const pg::ActAsOwner owner{kOwner};
  pg::with_spi([&] { store::mark_stale_by_function(call.table()); });
  return pg::void_datum();
}

/// Before a command that takes partitions away, since their bounds go with it, and after one that
/// brings some.
LAD_FUNCTION(lad_watch_partitions) {
  const pg::DdlEvent event{fcinfo};
  const std::vector<pg::TableId> changed = event.is_done() ? event.attached() : event.detached();
  std::vector<pg::TableId> brought = event.is_done() ? event.created() : std::vector<pg::TableId>{};
  if (event.is_done()) brought.insert(brought.end(), changed.begin(), changed.end());
  if (changed.empty() && brought.empty()) return pg::void_datum();
  pg::with_spi([&] {
    for (const pg::TableId table : changed) store::mark_stale_by_function(table);
    for (const pg::TableId table : brought) store::add_triggers_by_function(table);
  });
  return pg::void_datum();
}

}  // namespace lad::rollups
