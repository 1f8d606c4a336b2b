#pragma once

#include <compare>
#include <optional>
#include <string>
#include <vector>

/// Monthly partitions, with boundaries in UTC whatever the session's time zone.
namespace lad::catalog {

/// A month of the proleptic Gregorian calendar; month counts from 1.
struct Month {
  int year;
  int month;
  auto operator<=>(const Month&) const = default;

  Month plus(int months) const;
  /// `2026_02`, as partitions are named.
  std::string suffix() const;
  /// `2026-02-01 00:00:00+00`, the first moment of the month.
  std::string boundary() const;
};

struct PartitionRange {
  std::string name;
  std::string from;  ///< a boundary, or `MINVALUE`
  std::string to;
};

/// Partitions that are missing so that rows up to `premake` months after the current one have a
/// place. A table without any partition gets `<table>_legacy` for everything before this month; one
/// that has some goes on from where the last of them ends.
std::vector<PartitionRange> missing_partitions(const std::string& table, Month current, int premake,
                                               const std::optional<Month>& covered_until);

}  // namespace lad::catalog
