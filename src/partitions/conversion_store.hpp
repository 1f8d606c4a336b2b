#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/decimal.hpp"
#include "core/uuid.hpp"
#include "partitions/conversion.hpp"
#include "pg/values.hpp"

/// The jobs that convert tables, as lad_data.long_jobs and lad_data.conversions keep them.
/// All run inside with_spi.
namespace lad::partitions::store {

/// Where the partitioned table is built, and the journal lies.
inline constexpr const char* kBuildSchema = "lad_conversion";
/// Where the plain table is kept after the conversion.
inline constexpr const char* kKeptSchema = "lad_converted";

/// A table of another schema, by its quoted name.
std::string in_schema(const std::string& schema, const std::string& table);
/// The journal of the conversion of a table, unquoted.
std::string journal_of(const std::string& table);

struct Conversion {
  Uuid job;
  std::string schema;  ///< of the table, unquoted as the next two
  std::string table;
  std::string column;
  std::string owner;
  Step step{Step::Unit::month, 1};
  std::int32_t batch_rows = 0;
  std::optional<std::int32_t> max_rows_per_second;
  std::uint32_t original = 0;  ///< the plain table
  std::string shape;
  std::optional<std::int64_t> storage;
  std::int64_t next_block = 0;
  std::int64_t end_block = 0;
  Phase phase = Phase::prepare;
  std::string state;
  std::int64_t done = 0;
  std::int64_t total = 0;
  std::optional<std::int32_t> pid;

  std::string target() const { return in_schema(schema, table); }
  std::string building() const { return in_schema(kBuildSchema, table); }
  std::string journal() const { return in_schema(kBuildSchema, journal_of(table)); }
  std::string kept() const { return in_schema(kKeptSchema, table); }
  bool is_open() const { return state == "queued" || state == "running"; }
};

/// Throws the error 55000 of missing_schema unless the tables of the jobs are there.
void require_job_tables();

/// The job, its row locked until the transaction ends, so that one step, abort or finish runs at a
/// time. Throws not_found (P0002) when there is none.
Conversion lock_conversion(const Uuid& job);

/// Tries to lock the row at once: the process that works on the job now, if it is locked.
std::optional<std::int32_t> process_at_work(const Uuid& job);
/// Cancels what another process of this server does at present.
void cancel_process(std::int32_t pid);

/// Waits until no other session starts a conversion; held to the end of the transaction.
void lock_starts();

/// The job of a table that has not ended; a failed one counts until it is aborted.
std::optional<Uuid> open_job_of(const std::string& schema, const std::string& table);
Uuid add_job(const Conversion& conversion, const std::string& step_text);
/// Makes a job that failed, or whose process died, go on.
void resume_job(const Uuid& job);

/// Keeps the progress in the table of jobs: phase, numbers, blocks, storage.
void save_progress(const Conversion& conversion);
void end_job(const Conversion& conversion, const char* state, const std::string& error = "");
void note_dropped(const Uuid& job);

struct Status {
  Uuid job;
  std::optional<pg::TableId> parent;
  std::string phase;
  std::optional<std::int32_t> pid;
  std::int64_t done;
  std::optional<std::int64_t> total;
  std::optional<Decimal> rate;
  std::optional<pg::Timestamp> eta;
  std::optional<std::string> error;
};
std::vector<Status> statuses();

}  // namespace lad::partitions::store
