#include <limits>

#include "core/error.hpp"
#include "pg/args.hpp"
#include "pg/as_owner.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pg/table_lock.hpp"
#include "rollups/store.hpp"

namespace lad::rollups {
namespace {

constexpr const char* kOwner = "lad_owner";

store::Days read_days(const pg::Args& args) {
  using Limits = std::numeric_limits<std::int32_t>;
  const store::Days days{args.get_optional<pg::Day>(0).value_or(pg::Day{Limits::min()}),
                         args.get_optional<pg::Day>(1).value_or(pg::Day{Limits::max()})};
  if (days.first <= days.last) return days;
  throw Error{ErrorCode::invalid_argument, "from_day must not be after to_day"};
}

}  // namespace

LAD_FUNCTION(lad_fold_rollups) {
  const auto max_rows = pg::Args{fcinfo}.get<std::int32_t>(0, "max_rows");
  if (max_rows < 1) throw Error{ErrorCode::invalid_argument, "max_rows must be at least 1"};
  const pg::ActAsOwner owner{kOwner};
  return pg::to_datum(pg::with_spi([&] {
    store::require_installed();
    const std::int64_t folded = store::fold(max_rows);
    // In an older snapshot what another session has mended meanwhile would be mended again.
    if (!pg::keeps_first_snapshot()) store::recompute_marked();
    return folded;
  }));
}

LAD_FUNCTION(lad_repair_rollups) {
  const store::Days days = read_days(pg::Args{fcinfo});
  if (pg::keeps_first_snapshot()) {
    throw Error{ErrorCode::not_in_state, "sums are not repaired in an older snapshot",
                "What another session has repaired meanwhile would be repaired again.",
                "Use a READ COMMITTED transaction."};
  }
  const pg::ActAsOwner owner{kOwner};
  return pg::to_datum(pg::with_spi([&] {
    store::require_installed();
    return store::repair(days);
  }));
}

LAD_FUNCTION(lad_verify_rollups) {
  const store::Days days = read_days(pg::Args{fcinfo});
  pg::RowSet set{fcinfo};
  const pg::ActAsOwner owner{kOwner};
  for (const store::Difference& row : pg::with_spi([&] {
         store::require_installed();
         return store::differences(days);
       })) {
    set.add(row.rollup, row.tenant_id, row.day, row.key, row.expected, row.found, row.stale);
  }
  return set.done();
}

LAD_FUNCTION(lad_mark_rollup_stale) {
  const pg::Args args{fcinfo};
  const auto table = args.get<pg::TableId>(0, "relation");
  const auto from = args.get_optional<pg::Timestamp>(1);
  const auto to = args.get_optional<pg::Timestamp>(2);
  if (from && to && *from > *to) {
    throw Error{ErrorCode::invalid_argument, "from_time must not be after to_time"};
  }
  const pg::ActAsOwner owner{kOwner};
  pg::with_spi([&] { store::mark_stale(table, from, to); });
  return pg::void_datum();
}

LAD_FUNCTION(lad_add_rollup_triggers) {
  const auto partition = pg::Args{fcinfo}.get<pg::TableId>(0, "partition_name");
  const pg::ActAsOwner owner{kOwner};
  pg::with_spi([&] { store::add_triggers(partition); });
  return pg::void_datum();
}

}  // namespace lad::rollups
