#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pg/duration.hpp"
#include "pg/values.hpp"

/// The schedule and the results of jobs. All run inside with_spi, as lad_owner but for run_round.
namespace lad::jobs::store {

/// Takes the job until the end of the transaction; false when another session has it in hand.
bool try_take(const std::string& job);

/// What is known of a job; all as at first where it never ran.
struct State {
  bool is_off = false;
  std::optional<std::int64_t> every_us;  ///< nothing: as the job has it by itself
  std::optional<pg::Timestamp> last_run;
  std::optional<pg::Duration> duration;
  std::optional<std::int64_t> rows;
  std::optional<std::string> error;
  int failures = 0;
  std::optional<pg::Timestamp> next_run;  ///< nothing: at once
};
State read_state(const std::string& job);

/// Runs the statement of a job, and the triggers that would wait for the commit: they are to have
/// no more rights than the job; what it has done.
std::int64_t run_round(const char* statement, pg::Timestamp clock);

/// A run as far as it is.
struct Run {
  std::string job;
  pg::Timestamp started;
  std::int64_t rows = 0;
  std::optional<std::string> error;
  pg::Timestamp next_run;
};
void write_run(const Run& run);

/// How a job is to run.
struct Setting {
  std::string job;
  std::optional<std::int64_t> every_us;
  bool is_off = false;
  pg::Timestamp next_run;
};
void write_setting(const Setting& setting);

std::string database_name();

}  // namespace lad::jobs::store
