#include "catalog/server_flaws.hpp"

namespace lad::catalog {
namespace {

struct Flaw {
  int fixed_in;  // minor version of 15
  const char* name;
};

// Source: https://www.postgresql.org/support/security/ and the release notes of each version.
constexpr Flaw kFlaws[] = {
    {3, "CVE-2023-2455"},     // policies of another role after inlining a function
    {4, "CVE-2023-39418"},    // MERGE does not enforce the policies of UPDATE and SELECT
    {6, "CVE-2024-0985"},     // REFRESH MATERIALIZED VIEW CONCURRENTLY runs as another role
    {7, "CVE-2024-4317"},     // pg_stats_ext shows statistics of rows one may not see
    {9, "CVE-2024-10976"},    // policies of another role below subqueries
    {14, "CVE-2025-8713"},    // statistics of partitions past row-level security
    {20, "CVE-2026-120154"},  // INSERT ... ON CONFLICT DO UPDATE reads every row
};

constexpr int kMajor = 150000;

}  // namespace

std::string server_flaws(int version) {
  std::string flaws;
  for (const Flaw& flaw : kFlaws) {
    if (version < kMajor || version >= kMajor + flaw.fixed_in) continue;
    flaws += (flaws.empty() ? "" : ", ") + std::string(flaw.name) + " (fixed in 15." +
             std::to_string(flaw.fixed_in) + ")";
  }
  return flaws;
}

std::string sound_version() {
  int minor = 0;
  for (const Flaw& flaw : kFlaws) minor = flaw.fixed_in > minor ? flaw.fixed_in : minor;
  return "15." + std::to_string(minor);
}

}  // namespace lad::catalog
