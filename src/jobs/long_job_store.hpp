#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/decimal.hpp"
#include "pg/values.hpp"

namespace lad::jobs::store {

/// A row of lad.progress().
struct Progress {
  std::string what;
  std::string phase;
  std::int64_t done;
  std::optional<std::int64_t> total;
  std::optional<Decimal> rate;  ///< a second
  std::optional<pg::Timestamp> eta;
};

/// Throws not_in_state (55000) where lad.install_schema() has not made the tables of jobs.
/// Inside with_spi, as all below.
void require_installed();

/// Every long job, the oldest first.
std::vector<Progress> read_progress();

/// The job of this kind that is queued or running, and that no other session can begin beside it
/// until this transaction ends.
std::optional<Uuid> find_unfinished(const std::string& kind);

/// How many usage events are not charged, of all tenants.
std::int64_t count_unsettled();

/// Settles some usage events of all tenants in a service context; how many, charged or failed.
std::int64_t settle_some();

}  // namespace lad::jobs::store
