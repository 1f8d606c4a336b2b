#pragma once

#include <optional>
#include <string>
#include <vector>

#include "partitions/registry_store.hpp"
#include "partitions/shape_store.hpp"
#include "pg/values.hpp"

/// Making partitions ahead, and mending what has drifted, in the transaction of the caller.
namespace lad::partitions::store {

/// One line of the report.
struct Work {
  std::optional<pg::TableId> table;
  std::string action;  ///< created, mended, deferred or refused
  std::optional<pg::TableId> partition;
  std::string detail;
  std::int64_t us = 0;  ///< how long it took
};

/// Registers a table. Throws not_found, invalid_argument (no table, no such column or another one
/// than it is partitioned by, bad step), conversion_refused (LD502) for a table that is not
/// partitioned, with the unique keys that forbid it, partition_refused (LD501) for one that cannot
/// be managed, privilege.
void manage(pg::TableId table, const Registration& registration, const pg::Interval& step);

/// Waits until no other session maintains partitions; held to the end of the transaction.
void lock_maintenance();

/// Looks after one table. Leaves are built first, unseen; locks are taken when all are built, first
/// those of attaching, each briefly. Throws not_found, privilege, partition_refused.
std::vector<Work> maintain(const Managed& managed, std::int64_t now_us);

/// Looks after all; a table that refuses is a line of the report and stops no other.
std::vector<Work> maintain_all(std::int64_t now_us);

}  // namespace lad::partitions::store
