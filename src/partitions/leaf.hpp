#pragma once

#include <string>

#include "partitions/range.hpp"

/// A leaf is the table of one range of a partitioned table.
namespace lad::partitions {

/// The name that an object of a leaf bears for one of its table: `calls_2026_02_tenant` for
/// `calls_tenant`, or the same name where the table's name is no part of it.
std::string leaf_part_name(const std::string& part, const std::string& table,
                           const std::string& leaf);

/// The name of the constraint that proves the range until the leaf is attached.
std::string range_check_name(const std::string& leaf);

}  // namespace lad::partitions
