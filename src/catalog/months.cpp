#include "catalog/months.hpp"

#include <cstdio>

namespace lad::catalog {

Month Month::plus(int months) const {
  const int index = year * 12 + (month - 1) + months;
  return {index / 12, index % 12 + 1};
}

std::string Month::suffix() const {
  char text[32];
  std::snprintf(text, sizeof text, "%04d_%02d", year, month);
  return text;
}

std::string Month::boundary() const {
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02d-01 00:00:00+00", year, month);
  return text;
}

std::vector<PartitionRange> missing_partitions(const std::string& table, Month current, int premake,
                                               const std::optional<Month>& covered_until) {
  std::vector<PartitionRange> missing;
  if (!covered_until) missing.push_back({table + "_legacy", "MINVALUE", current.boundary()});
  const Month last = current.plus(premake);
  for (Month month = covered_until.value_or(current); month <= last; month = month.plus(1)) {
    missing.push_back({table + "_" + month.suffix(), month.boundary(), month.plus(1).boundary()});
  }
  return missing;
}

}  // namespace lad::catalog
