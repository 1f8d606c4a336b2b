#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pg/values.hpp"

namespace lad::partitions::store {

/// One line of lad.partition_health.
struct Finding {
  std::optional<pg::TableId> table;
  std::string level;  ///< error, warning or info
  std::string problem;
  std::string detail;
  std::string remedy;
};

/// What is wrong, or will be, with the managed tables as of a moment, and which rows name calls
/// that are gone. Reads only. Inside with_spi.
std::vector<Finding> find_problems(std::int64_t now_us);

}  // namespace lad::partitions::store
