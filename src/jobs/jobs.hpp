#pragma once

#include <cstdint>
#include <span>
#include <string_view>

/// The jobs of maintenance: what runs by itself, how often, and what a failure changes.
namespace lad::jobs {

/// One line of the list; a new job is a new line. All jobs run as lad_service in a service context
/// of no tenant, each round in a transaction of its own.
struct Job {
  std::string_view name;
  std::int64_t every_us;  ///< from the start of one run to the start of the next
  const char* statement;  ///< returns one bigint, what it has done; $1 is the clock, timestamptz
  int rounds = 1;         ///< how often it is repeated at most while it returns more than 0
  int limit_s = 60;       ///< of one round
  int lock_limit_ms = 5'000;
};

/// In the order in which they run.
std::span<const Job> all_jobs() noexcept;

/// The job of that name; throws not_found (P0002).
const Job& find_job(std::string_view name);

/// Whether a job is due. A run that comes a little early counts: cron calls every minute, and its
/// last call was some milliseconds late. At most a tenth of the time between runs and 5 seconds.
bool is_due(std::int64_t next_run_us, std::int64_t every_us, std::int64_t now_us) noexcept;

/// From the start of a run to the next: each failure in a row doubles it, up to an hour, or to
/// `every` where that is longer.
std::int64_t delay_us(std::int64_t every_us, int failures) noexcept;

/// Throws invalid_argument (22023) for less than a second or more than a year.
void require_valid_period(std::int64_t every_us);

}  // namespace lad::jobs
