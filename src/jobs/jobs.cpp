#include "jobs/jobs.hpp"

#include <algorithm>
#include <string>

#include "core/error.hpp"

namespace lad::jobs {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kYear = 366 * 24 * kHour;

constexpr Job kJobs[] = {
    {"long_jobs", kMinute, "SELECT lad.resume_long_jobs()"},
    {"holds", kMinute, "SELECT count(*) FROM lad.expire_holds(100)", 50},
    {"grants", kMinute, "SELECT count(*) FROM lad.expire_credits(100)", 50},
    {"claims", kMinute, "SELECT lad.return_batch_claims()"},
    {"usage", kMinute, "SELECT count(*) FROM lad.settle_usage(1000)", 20},
    {"partitions", kHour, "SELECT count(*) FROM lad.maintain_partitions()"},
    {"retention", kHour, "SELECT count(*) FROM lad.retire_partitions()"},
    {"rollups", kMinute, "SELECT lad.fold_rollups()"},
    {"expansions", kMinute, "SELECT lad.evict_expansions(1000)::bigint", 20},
    {"invoices", kHour, "SELECT lad.mark_overdue_invoices()"},
};

}  // namespace

std::span<const Job> all_jobs() noexcept {
  return kJobs;
}

const Job& find_job(std::string_view name) {
  const auto* const found = std::find_if(std::begin(kJobs), std::end(kJobs),
                                         [&](const Job& job) { return job.name == name; });
  if (found == std::end(kJobs)) throw Error{ErrorCode::not_found, "no such job"};
  return *found;
}

bool is_due(std::int64_t next_run_us, std::int64_t every_us, std::int64_t now_us) noexcept {
  const std::int64_t early = std::min(every_us / 10, 5 * kSecond);
  return next_run_us <= now_us || next_run_us - early <= now_us;
}

std::int64_t delay_us(std::int64_t every_us, int failures) noexcept {
  const std::int64_t longest = std::max(every_us, kHour);
  std::int64_t delay = every_us;
  for (int i = 0; i < failures && delay < longest; ++i) delay *= 2;
  return std::min(delay, longest);
}

void require_valid_period(std::int64_t every_us) {
  if (every_us >= kSecond && every_us <= kYear) return;
  throw Error{ErrorCode::invalid_argument, "every must be 1 second to 366 days"};
}

}  // namespace lad::jobs
