#pragma once

#include <string>
#include <vector>

#include "pg/values.hpp"

/// Where leaves have drifted away from their table: row-level security, policies, grants, indexes
/// and triggers do not follow it.
namespace lad::partitions::store {

struct Drift {
  pg::TableId leaf;
  std::string target;             ///< the leaf, quoted where it must be
  std::string problem;            ///< `policy calls_tenant is missing`
  std::vector<std::string> cure;  ///< statements; none where somebody must decide
  std::string remedy = {};        ///< what to do where there is no cure
  bool is_foreign = false;        ///< of another owner than its table, who alone may alter it
  bool shows_rows = true;         ///< tenants may meet; else it is slow, or rollups miss writes
};

/// In the order of the leaves. Foreign tables and further levels of partitions are left to their
/// owners. Inside with_spi.
std::vector<Drift> find_drift(pg::TableId table);

}  // namespace lad::partitions::store
