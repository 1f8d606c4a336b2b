#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pg/day.hpp"
#include "pg/values.hpp"
#include "rollups/rollups.hpp"

/// SQL of the sums per day: inside with_spi, and as lad_owner but where it says otherwise.
namespace lad::rollups::store {

/// Throws not_in_state (55000) when lad.install_schema has not made the tables.
void require_installed();

/// Appends what a statement changes. Names everything in full: it has no search path of its own.
void append(const std::vector<CallDelta>& deltas);

/// Usage events that a statement has charged (sign 1) or that are no longer so (-1).
struct UsageChanges {
  std::vector<Uuid> tenant_ids;
  std::vector<pg::Day> days;
  std::vector<std::string> feature_keys;
  std::vector<std::string> currencies;
  std::vector<Decimal> costs;
  std::vector<pg::JsonbDatum> items;
  std::vector<std::int32_t> signs;
};

/// Appends a delta for each category of each event.
void append(const UsageChanges& changes);

/// Marks the days of a time span as stale. An end that is missing is that of the partition, or
/// open. Does nothing for a table that is not summed.
void mark_stale(pg::TableId table, const std::optional<pg::Timestamp>& from,
                const std::optional<pg::Timestamp>& to);
/// The same by a SQL function, as any role and with any search path.
void mark_stale_by_function(pg::TableId table);
void add_triggers_by_function(pg::TableId partition);

/// Gives a partition the counting triggers that its table has.
void add_triggers(pg::TableId partition);

/// Moves up to max_rows deltas of each kind; none while another transaction does.
std::int64_t fold(std::int32_t max_rows);

/// Sums marked days anew and takes the marks away. Leaves those of a table whose partitions are
/// being changed.
void recompute_marked();

struct Days {
  pg::Day first;
  pg::Day last;
};

/// Sums the days anew, appends the differences, and takes marks within the days away. Returns the
/// number of differences. Waits for whoever changes partitions.
std::int64_t repair(const Days& days);

struct Difference {
  std::string rollup;
  Uuid tenant_id;
  pg::Day day;
  pg::Json key, expected, found;
  bool stale;
};

/// In the snapshot of the calling statement.
std::vector<Difference> differences(const Days& days);

}  // namespace lad::rollups::store
