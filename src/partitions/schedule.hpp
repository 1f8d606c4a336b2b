#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "partitions/range.hpp"

/// When which partition is due: by the clock, in UTC, never by the rows.
namespace lad::partitions {

/// How many partitions one run may make, and one table may ask for.
inline constexpr int kMostPartitions = 1000;

/// The length of a partition. Its boundaries are the same for every table: months and years of the
/// calendar, days and weeks from Monday, 2000-01-03, hours from midnight.
struct Step {
  enum class Unit { month, day, hour };
  Unit unit;
  std::int64_t count;
  bool operator==(const Step&) const = default;
};

/// Reads an interval. Months must divide a year or be whole years (at most 100), hours divide a
/// day; days are at most 366. Throws invalid_argument (22023) for what cannot be stepped exactly:
/// other lengths, mixed units, hours of a date.
Step read_step(std::int32_t months, std::int32_t days, std::int64_t us, ColumnKind kind);

/// The last boundary that is not after the moment.
std::int64_t boundary_before(std::int64_t us, const Step& step);

/// The boundary so many steps after another one.
std::int64_t boundary_after(std::int64_t boundary, const Step& step, std::int64_t steps = 1);

/// `2026_02`, `2026`, `2026_02_01` or `2026_02_01_06`: how the partition that begins there is
/// named.
std::string range_suffix(std::int64_t boundary, const Step& step);

/// A partition to be made; the name is complete, but may be taken.
struct WantedLeaf {
  std::string name;
  Range range;
};

struct Plan {
  std::string table;  ///< its name, without the schema
  Step step;
  int premake;                                ///< partitions after the present one
  std::int64_t now_us;                        ///< as the caller says
  std::optional<std::int64_t> limit_us = {};  ///< of the retention: what ends before is not wanted
};

/// The partitions that are missing so that rows from the past up to `premake` steps after the
/// present one have a place, in ascending order. Existing ranges may be of anybody's making.
///
/// - Everything before the first of them lies in a legacy partition from MINVALUE, which is made
///   when it is missing: up to the present range, or to where the first existing one begins.
/// - Gaps are filled, cut at the boundaries of the step. One that follows the legacy partition and
///   has passed stays: that is where retention takes partitions away.
///
/// Throws partition_refused (LD501) when more than kMostPartitions are missing.
std::vector<WantedLeaf> missing_leaves(const Plan& plan, std::vector<Range> existing);

/// Where the unbroken partitions that hold the present moment end; none: at MAXVALUE. The moment
/// itself when it has none.
std::optional<std::int64_t> horizon_of(std::int64_t now_us, std::vector<Range> existing);

/// How the horizon lies: beyond the boundary of `near_us` nothing is to be done; before that of
/// `due_us` rows are refused soon.
struct HorizonLimits {
  std::int64_t due_us;
  std::int64_t near_us;
};
HorizonLimits horizon_limits(const Plan& plan);

/// Retention in calendar months and exact time, as an interval has them.
struct Retention {
  std::int32_t months;
  std::int64_t us;
};

/// The moment before which partitions have outlived their retention: months are counted back on the
/// calendar (to its last day where a month is shorter), then time.
std::int64_t retention_limit(std::int64_t now_us, const Retention& retention);

/// Whether a partition is to be retired: it ends at the limit or before, and is not the legacy one.
bool is_outlived(const Range& range, std::int64_t limit_us);

}  // namespace lad::partitions
