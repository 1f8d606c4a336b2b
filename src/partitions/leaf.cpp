#include "partitions/leaf.hpp"

#include "catalog/names.hpp"

namespace lad::partitions {

std::string leaf_part_name(const std::string& part, const std::string& table,
                           const std::string& leaf) {
  // The name of a long table is cut within the names of its parts.
  for (const char* const suffix : {"tenant", "service"}) {
    if (part == catalog::part_name(table, suffix)) return catalog::part_name(leaf, suffix);
  }
  const std::string prefix = table + "_";
  if (!part.starts_with(prefix) || part.size() == prefix.size()) return part;
  return catalog::part_name(leaf, part.substr(prefix.size()));
}

std::string range_check_name(const std::string& leaf) {
  return catalog::part_name(leaf, "range_check");
}

}  // namespace lad::partitions
