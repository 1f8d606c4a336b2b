#include "partitions/gate.hpp"
#include "partitions/health_store.hpp"
#include "partitions/maintain_store.hpp"
#include "pg/args.hpp"
#include "pg/duration.hpp"
#include "pg/name.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::partitions {
namespace {

void require_premake(int premake) {
  constexpr int kMostPremake = 900;
  if (premake >= 0 && premake <= kMostPremake) return;
  throw Error{ErrorCode::invalid_argument, "premake is not between 0 and 900"};
}

void require_positive(const std::optional<pg::Interval>& retention) {
  if (!retention) return;
  constexpr std::int64_t kLongestYears = 1000;
  const bool is_sane = retention->months >= 0 && retention->days >= 0 && retention->us >= 0 &&
                       retention->months + retention->days + retention->us > 0 &&
                       retention->months <= kLongestYears * 12 &&
                       retention->days <= kLongestYears * 366 &&
                       retention->us <= kLongestYears * 366 * kDayUs;
  if (is_sane) return;
  throw Error{ErrorCode::invalid_argument, "retention is not positive, or longer than 1,000 years"};
}

/// An interval as text, in a form that reads back exactly.
std::string interval_text(const pg::Interval& interval) {
  return std::to_string(interval.months) + " months " + std::to_string(interval.days) + " days " +
         std::to_string(interval.us) + " microseconds";
}

std::vector<store::Work> maintain(const std::optional<pg::TableId>& table, std::int64_t now_us) {
  store::require_installed();
  store::lock_maintenance();
  if (!table) return store::maintain_all(now_us);
  const auto shape = store::read_shape(*table);
  const auto managed = shape ? store::find_managed(shape->schema, shape->name) : std::nullopt;
  if (!managed) {
    throw Error{ErrorCode::not_found, "the table is not managed", "",
                "Call lad.manage_partitions for it first."};
  }
  return store::maintain(*managed, now_us);
}

}  // namespace

/// lad.manage_partitions: have the partitions of a table looked after.
LAD_FUNCTION(lad_manage_partitions) {
  require_maintainer("manage partitions");
  const pg::Args args{fcinfo};
  const auto table = args.get<pg::TableId>(0, "parent");
  const auto step = args.get<pg::Interval>(2, "step");
  const auto retention = args.get_optional<pg::Interval>(4);
  store::Registration registration{"",
                                   "",
                                   args.get<pg::NameText>(1, "column_name").text,
                                   interval_text(step),
                                   args.get<std::int32_t>(3, "premake"),
                                   std::nullopt,
                                   args.get<std::string>(5, "retention_action")};
  require_premake(registration.premake);
  require_retention_action(registration.retention_action);
  require_positive(retention);
  if (retention) registration.retention = interval_text(*retention);
  pg::with_spi([&] {
    store::require_installed();
    store::manage(table, registration, step);
  });
  return pg::void_datum();
}

/// lad.unmanage_partitions: leave a table to its owner again.
LAD_FUNCTION(lad_unmanage_partitions) {
  require_maintainer("manage partitions");
  const auto table = pg::Args{fcinfo}.get<pg::TableId>(0, "parent");
  const bool was_managed = pg::with_spi([&] {
    store::require_installed();
    const auto shape = store::read_shape(table);
    if (!shape) throw Error{ErrorCode::not_found, "no such table"};
    store::require_rights(*shape);
    return store::delete_managed(shape->schema, shape->name);
  });
  return pg::to_datum(was_managed);
}

/// lad.maintain_partitions: partitions ahead, drift mended.
LAD_FUNCTION(lad_maintain_partitions) {
  require_maintainer("maintain partitions");
  const pg::Args args{fcinfo};
  const auto table = args.get_optional<pg::TableId>(0);
  const std::int64_t now_us = read_as_of(args, 1);
  const auto report = pg::with_spi([&] { return maintain(table, now_us); });
  pg::RowSet set{fcinfo};
  for (const store::Work& work : report) {
    set.add(work.table, work.action, work.partition, work.detail, pg::Duration{work.us});
  }
  return set.done();
}

/// lad.partition_health: what is wrong, or will be.
LAD_FUNCTION(lad_partition_health) {
  require_maintainer("read the health of partitions");
  const auto found = pg::with_spi([] {
    store::require_installed();
    return store::find_problems(pg::unix_us(pg::clock_now()));
  });
  pg::RowSet set{fcinfo};
  for (const store::Finding& finding : found) {
    set.add(finding.table, finding.level, finding.problem, finding.detail, finding.remedy);
  }
  return set.done();
}

}  // namespace lad::partitions
