#include "partitions/conversion_store.hpp"

#include "catalog/names.hpp"
#include "core/error.hpp"
#include "pg/as_owner.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::partitions::store {
namespace {

using Text = std::string;

constexpr const char* kBookkeeper = "lad_owner";

constinit pg::Plan<> kHasTables{
    "SELECT to_regclass('lad_data.long_jobs') IS NOT NULL "
    "   AND to_regclass('lad_data.conversions') IS NOT NULL"};

constinit pg::Plan<Uuid> kLock{
    "SELECT c.table_schema, c.table_name, c.column_name, "
    "       (SELECT pg_get_userbyid(relowner)::text FROM pg_class WHERE oid = c.original::oid), "
    "       extract(year FROM c.step)::int * 12 + extract(month FROM c.step)::int, "
    "       extract(day FROM c.step)::int, "
    "       (extract(epoch FROM c.step - date_trunc('day', c.step)) * 1000000)::int8, "
    "       c.batch_rows, c.max_rows_per_second, c.original, c.shape, c.storage, c.next_block, "
    "       c.end_block, j.phase, j.state, j.done, coalesce(j.total, 0), j.pid "
    "FROM lad_data.long_jobs j JOIN lad_data.conversions c ON c.job = j.id "
    "WHERE j.id = $1 FOR UPDATE OF j"};

constinit pg::Plan<Uuid> kTryLock{
    "SELECT 1 FROM lad_data.long_jobs WHERE id = $1 FOR UPDATE SKIP LOCKED"};
constinit pg::Plan<Uuid> kProcess{"SELECT pid FROM lad_data.long_jobs WHERE id = $1"};
constinit pg::Plan<std::int32_t> kCancel{
    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity "
    "WHERE pid = $1 AND datname = current_database() AND pid <> pg_backend_pid()"};

constinit pg::Plan<Text, Text> kOpen{
    "SELECT id FROM lad_data.long_jobs "
    "WHERE kind = 'convert' AND relation = format('%I.%I', $1, $2) "
    "  AND state IN ('queued', 'running', 'failed')"};

constinit pg::Plan<Text, Text, Text> kAddJob{
    "INSERT INTO lad_data.long_jobs (kind, relation, parameters, requested_by) "
    "VALUES ('convert', format('%I.%I', $1, $2), '{}', $3) RETURNING id"};

constinit pg::Plan<Uuid, Text, Text, Text, Text, std::int32_t, std::optional<std::int32_t>,
                   std::int64_t, Text>
    kAddConversion{
        "INSERT INTO lad_data.conversions (job, table_schema, table_name, column_name, step, "
        "    batch_rows, max_rows_per_second, original, shape) "
        "VALUES ($1, $2, $3, $4, $5::interval, $6, $7, $8, $9)"};

// Two starts at once find one job.
constinit pg::Plan<> kLockStarts{
    "SELECT pg_advisory_xact_lock(hashtextextended('lad.convert_to_partitioned', 0))"};

constinit pg::Plan<Uuid> kResume{
    "UPDATE lad_data.long_jobs SET state = 'queued', error = NULL, finished_at = NULL, "
    "       updated_at = clock_timestamp() WHERE id = $1 AND state = 'failed'"};

constinit pg::Plan<Uuid, Text, std::int64_t, std::int64_t> kSaveJob{
    "UPDATE lad_data.long_jobs SET phase = $2, state = 'running', done = $3, "
    "       total = nullif($4, 0), started_at = coalesce(started_at, clock_timestamp()), "
    "       updated_at = clock_timestamp() WHERE id = $1"};

constinit pg::Plan<Uuid, std::optional<std::int64_t>, std::int64_t, std::int64_t> kSaveBlocks{
    "UPDATE lad_data.conversions SET storage = $2, next_block = $3, end_block = $4 "
    "WHERE job = $1"};

constinit pg::Plan<Uuid, Text, Text> kEnd{
    "UPDATE lad_data.long_jobs SET state = $2, error = nullif($3, ''), "
    "       updated_at = clock_timestamp(), finished_at = clock_timestamp() WHERE id = $1"};

constinit pg::Plan<Uuid> kDropped{
    "UPDATE lad_data.conversions SET dropped_at = now() WHERE job = $1"};

constinit pg::Plan<> kStatus{
    "SELECT j.id, (SELECT t.oid::regclass FROM pg_class t "
    "              JOIN pg_namespace n ON n.oid = t.relnamespace "
    "              WHERE n.nspname = c.table_schema AND t.relname = c.table_name), "
    "       CASE WHEN j.state IN ('failed', 'aborted') THEN j.state "
    "            WHEN j.phase = 'queued' THEN 'prepare' ELSE j.phase END, "
    "       CASE WHEN j.state = 'running' THEN j.pid END, j.done, j.total, "
    "       round(j.done / nullif(extract(epoch FROM coalesce(j.finished_at, clock_timestamp()) "
    "                             - j.started_at), 0), 1), "
    "       CASE WHEN j.state = 'running' AND j.done > 0 THEN clock_timestamp() "
    "           + (clock_timestamp() - j.started_at) * (greatest(j.total - j.done, 0)::float8 "
    "                                                   / j.done) END, "
    "       j.error "
    "FROM lad_data.long_jobs j JOIN lad_data.conversions c ON c.job = j.id "
    "WHERE j.kind = 'convert' ORDER BY j.created_at DESC, j.id"};

}  // namespace

std::string in_schema(const std::string& schema, const std::string& table) {
  return catalog::quoted(schema) + "." + catalog::quoted(table);
}

std::string journal_of(const std::string& table) {
  return catalog::part_name(table, "journal");
}

void require_job_tables() {
  if (kHasTables.run().get<bool>(0, 0)) return;
  throw Error{ErrorCode::not_in_state, "the tables that keep the jobs are not installed", "",
              "Run SELECT * FROM lad.install_schema() first."};
}

Conversion lock_conversion(const Uuid& job) {
  require_job_tables();
  const pg::ActAsOwner owner{kBookkeeper};
  const pg::Rows rows = kLock.run(job);
  if (rows.empty()) throw Error{ErrorCode::not_found, "no such conversion"};
  Conversion c;
  c.job = job;
  c.schema = rows.get<Text>(0, 0);
  c.table = rows.get<Text>(0, 1);
  c.column = rows.get<Text>(0, 2);
  c.owner = rows.get_optional<Text>(0, 3).value_or("");
  c.step = read_step(rows.get<std::int32_t>(0, 4), rows.get<std::int32_t>(0, 5),
                     rows.get<std::int64_t>(0, 6), ColumnKind::timestamptz);
  c.batch_rows = rows.get<std::int32_t>(0, 7);
  c.max_rows_per_second = rows.get_optional<std::int32_t>(0, 8);
  c.original = static_cast<std::uint32_t>(rows.get<std::int64_t>(0, 9));
  c.shape = rows.get<Text>(0, 10);
  c.storage = rows.get_optional<std::int64_t>(0, 11);
  c.next_block = rows.get<std::int64_t>(0, 12);
  c.end_block = rows.get<std::int64_t>(0, 13);
  c.phase = phase_of(rows.get<Text>(0, 14));
  c.state = rows.get<Text>(0, 15);
  c.done = rows.get<std::int64_t>(0, 16);
  c.total = rows.get<std::int64_t>(0, 17);
  c.pid = rows.get_optional<std::int32_t>(0, 18);
  return c;
}

std::optional<std::int32_t> process_at_work(const Uuid& job) {
  const pg::ActAsOwner owner{kBookkeeper};
  if (!kTryLock.run(job).empty()) return std::nullopt;
  const pg::Rows rows = kProcess.run(job);
  if (rows.empty()) return std::nullopt;
  return rows.get_optional<std::int32_t>(0, 0);
}

void cancel_process(std::int32_t pid) {
  kCancel.run(pid);
}

void lock_starts() {
  kLockStarts.run();
}

std::optional<Uuid> open_job_of(const std::string& schema, const std::string& table) {
  const pg::ActAsOwner owner{kBookkeeper};
  const pg::Rows rows = kOpen.run(schema, table);
  if (rows.empty()) return std::nullopt;
  return rows.get<Uuid>(0, 0);
}

Uuid add_job(const Conversion& c, const std::string& step_text) {
  const pg::Rows caller = pg::run_once("SELECT session_user::text");
  const Text name = caller.get<Text>(0, 0);
  const pg::ActAsOwner owner{kBookkeeper};
  const Uuid job = kAddJob.run(c.schema, c.table, name).get<Uuid>(0, 0);
  kAddConversion.run(job, c.schema, c.table, c.column, step_text, c.batch_rows,
                     c.max_rows_per_second, std::int64_t{c.original}, c.shape);
  return job;
}

void resume_job(const Uuid& job) {
  const pg::ActAsOwner owner{kBookkeeper};
  kResume.run(job);
}

void save_progress(const Conversion& c) {
  const pg::ActAsOwner owner{kBookkeeper};
  kSaveJob.run(c.job, Text(phase_name(c.phase)), c.done, c.total);
  kSaveBlocks.run(c.job, c.storage, c.next_block, c.end_block);
}

void end_job(const Conversion& c, const char* state, const std::string& error) {
  const pg::ActAsOwner owner{kBookkeeper};
  kEnd.run(c.job, Text(state), error);
}

void note_dropped(const Uuid& job) {
  const pg::ActAsOwner owner{kBookkeeper};
  kDropped.run(job);
}

std::vector<Status> statuses() {
  require_job_tables();
  const pg::ActAsOwner owner{kBookkeeper};
  const pg::Rows rows = kStatus.run_in_snapshot();
  std::vector<Status> all;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    all.push_back({rows.get<Uuid>(row, 0), rows.get_optional<pg::TableId>(row, 1),
                   rows.get<Text>(row, 2), rows.get_optional<std::int32_t>(row, 3),
                   rows.get<std::int64_t>(row, 4), rows.get_optional<std::int64_t>(row, 5),
                   rows.get_optional<Decimal>(row, 6), rows.get_optional<pg::Timestamp>(row, 7),
                   rows.get_optional<Text>(row, 8)});
  }
  return all;
}

}  // namespace lad::partitions::store
