#include "jobs/maintenance_store.hpp"

#include "pg/spi.hpp"

namespace lad::jobs::store {
namespace {

using OptionalCount = std::optional<std::int64_t>;
using OptionalText = std::optional<std::string>;
using pg::Timestamp;

constinit pg::Plan<std::string> kTake{
    "SELECT pg_catalog.pg_try_advisory_xact_lock("
    " pg_catalog.hashtextextended('lad_ext job ' || $1, 0))"};

#define MICROSECONDS(column) "(extract(epoch FROM " column ") * 1000000)::bigint"

constinit pg::Plan<std::string> kRead{
    "SELECT is_off, " MICROSECONDS("every") ", last_run, " MICROSECONDS("duration") ", rows, error,"
    " failures, next_run FROM lad_data.maintenance_jobs WHERE job = $1"};

#undef MICROSECONDS

constinit pg::Plan<std::string, Timestamp, OptionalCount, OptionalText, Timestamp> kWrite{
    "INSERT INTO lad_data.maintenance_jobs AS j"
    " (job, last_run, duration, rows, error, failures, next_run)"
    " VALUES ($1, $2, clock_timestamp() - $2, $3, $4, ($4 IS NOT NULL)::int, $5)"
    " ON CONFLICT (job) DO UPDATE SET last_run = EXCLUDED.last_run, duration = EXCLUDED.duration,"
    " rows = EXCLUDED.rows, error = EXCLUDED.error, next_run = EXCLUDED.next_run,"
    " failures = CASE WHEN EXCLUDED.error IS NULL THEN 0 ELSE j.failures + 1 END"};

constinit pg::Plan<std::string, OptionalCount, bool, Timestamp> kSet{
    "INSERT INTO lad_data.maintenance_jobs (job, every, is_off, next_run)"
    " VALUES ($1, $2 * interval '1 microsecond', $3, $4)"
    " ON CONFLICT (job) DO UPDATE SET every = EXCLUDED.every, is_off = EXCLUDED.is_off,"
    " next_run = EXCLUDED.next_run"};

constinit pg::Plan<> kDatabase{"SELECT current_database()::text"};

}  // namespace

bool try_take(const std::string& job) {
  return kTake.run(job).get<bool>(0, 0);
}

State read_state(const std::string& job) {
  const pg::Rows rows = kRead.run(job);
  State state;
  if (rows.empty()) return state;
  state.is_off = rows.get<bool>(0, 0);
  state.every_us = rows.get_optional<std::int64_t>(0, 1);
  state.last_run = rows.get_optional<Timestamp>(0, 2);
  if (const auto us = rows.get_optional<std::int64_t>(0, 3)) state.duration = pg::Duration{*us};
  state.rows = rows.get_optional<std::int64_t>(0, 4);
  state.error = rows.get_optional<std::string>(0, 5);
  state.failures = rows.get<std::int32_t>(0, 6);
  state.next_run = rows.get<Timestamp>(0, 7);
  return state;
}

std::int64_t run_round(const char* statement, Timestamp clock) {
  const auto done = pg::run_once_with(statement, clock).get_optional<std::int64_t>(0, 0);
  pg::run_once("SET CONSTRAINTS ALL IMMEDIATE");
  return done.value_or(0);
}

void write_run(const Run& run) {
  const auto rows = run.error ? std::nullopt : std::optional{run.rows};
  kWrite.run(run.job, run.started, rows, run.error, run.next_run);
}

void write_setting(const Setting& setting) {
  kSet.run(setting.job, setting.every_us, setting.is_off, setting.next_run);
}

std::string database_name() {
  return kDatabase.run().get<std::string>(0, 0);
}

}  // namespace lad::jobs::store
