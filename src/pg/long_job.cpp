#include <array>
#include <cstring>

#include "pg/session.hpp"
#include "pg/worker.hpp"
#include "pg/worker_process.hpp"

extern "C" {
#include <postmaster/bgworker.h>
}

namespace lad::pg {
namespace {

/// A job whose worker dies without an error, such as by taking the server down, is not tried for
/// ever.
constexpr std::int32_t kMaxAttempts = 20;

constinit std::span<const LongJob> kinds{};

constinit Plan<std::string, std::string, Json> kRequest{
    "INSERT INTO lad_data.long_jobs (kind, relation, parameters, requested_by)"
    " VALUES ($1, $2, $3, session_user) RETURNING id"};

constinit Plan<Uuid> kRead{
    "SELECT kind, relation, parameters::text, phase, state, done, total"
    " FROM lad_data.long_jobs WHERE id = $1"};

constinit Plan<Uuid, std::string, std::int64_t, std::optional<std::int64_t>> kReport{
    "UPDATE lad_data.long_jobs SET phase = $2, done = $3, total = $4 WHERE id = $1"};

// The lock is the session's: it lives exactly as long as the worker that has the job in hand. Half
// of a version 4 identifier is as good as random.
#define LOCK_KEY(id) "('x' || left(replace(" id "::text, '-', ''), 16))::bit(64)::bigint"

constinit Plan<Uuid> kTake{"SELECT pg_try_advisory_lock(" LOCK_KEY("$1") ")"};

constinit Plan<Uuid> kBegin{
    "UPDATE lad_data.long_jobs SET state = 'running', pid = pg_backend_pid(), error = NULL,"
    " attempts = attempts + 1, started_at = coalesce(started_at, clock_timestamp())"
    " WHERE id = $1 AND state IN ('queued', 'running') RETURNING kind, attempts"};

constinit Plan<Uuid> kFinish{
    "UPDATE lad_data.long_jobs SET state = 'done', phase = 'done', pid = NULL,"
    " finished_at = clock_timestamp() WHERE id = $1 AND state = 'running'"};

constinit Plan<Uuid, bool, std::string> kFail{
    "UPDATE lad_data.long_jobs SET state = CASE WHEN $2 THEN 'queued' ELSE 'failed' END,"
    " pid = NULL, error = $3, finished_at = CASE WHEN NOT $2 THEN clock_timestamp() END"
    " WHERE id = $1 AND state IN ('queued', 'running')"};

// The second try is made at once, each further one waits longer.
constinit Plan<> kResumable{
    "SELECT j.id FROM lad_data.long_jobs j WHERE j.state IN ('queued', 'running')"
    " AND j.updated_at <= clock_timestamp()"
    "  - least((j.attempts - 1) * abs(j.attempts - 1), 300) * interval '1 second'"
    " AND NOT EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 1"
    "  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    "  AND (l.classid::bigint << 32 | l.objid::bigint) = " LOCK_KEY("j.id") ")"
    " ORDER BY j.created_at LIMIT 64"};

#undef LOCK_KEY

constinit Plan<> kIsInstalled{"SELECT to_regclass('lad_data.long_jobs') IS NOT NULL"};

/// What the process of a job is told.
struct Order {
  Oid database;
  Uuid job;
};
static_assert(sizeof(Order) <= BGW_EXTRALEN);

/// Jobs to be started when this transaction commits, with the nesting level they belong to.
struct Pending {
  Uuid job;
  int level = 0;
};
constexpr std::size_t kMaxPending = 64;
constinit std::array<Pending, kMaxPending> pending{};
constinit std::size_t pending_count = 0;

/// Runs at commit, where nothing may raise: without a handle nothing is allocated. When no slot is
/// free the job stays queued.
void register_worker(const Uuid& job) {
  const Order order{MyDatabaseId, job};
  BackgroundWorker worker{};
  strlcpy(worker.bgw_name, "lad_ext long job", BGW_MAXLEN);
  strlcpy(worker.bgw_type, "lad_ext long job", BGW_MAXLEN);
  worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
  worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
  worker.bgw_restart_time = BGW_NEVER_RESTART;
  strlcpy(worker.bgw_library_name, "lad_ext", BGW_MAXLEN);
  strlcpy(worker.bgw_function_name, "lad_long_job_main", BGW_MAXLEN);
  std::memcpy(worker.bgw_extra, &order, sizeof(order));
  RegisterDynamicBackgroundWorker(&worker, nullptr);
}

void end_transaction(XactEvent event, void*) {
  if (event == XACT_EVENT_PRE_PREPARE && pending_count != 0) {
    boundary([] {
      throw Error{ErrorCode::not_in_state, "a transaction that starts a job cannot be prepared", "",
                  "Commit it in one phase."};
    });
  }
  if (event == XACT_EVENT_COMMIT) {
    for (std::size_t i = 0; i < pending_count; ++i) register_worker(pending[i].job);
  }
  if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT) pending_count = 0;
}

void end_subtransaction(SubXactEvent event, SubTransactionId, SubTransactionId, void*) {
  const int level = GetCurrentTransactionNestLevel();
  if (event == SUBXACT_EVENT_ABORT_SUB) {
    while (pending_count != 0 && pending[pending_count - 1].level >= level) --pending_count;
  } else if (event == SUBXACT_EVENT_COMMIT_SUB) {
    for (std::size_t i = pending_count; i != 0 && pending[i - 1].level >= level; --i) {
      pending[i - 1].level = level - 1;
    }
  }
}

/// The kind of the job, now in the hands of this worker; nothing when it is another's, or over.
std::optional<std::string> take(const Uuid& job) {
  return worker_transaction([&]() -> std::optional<std::string> {
    if (!kIsInstalled.run().get<bool>(0, 0)) return std::nullopt;
    if (!kTake.run(job).get<bool>(0, 0)) return std::nullopt;
    const Rows rows = kBegin.run(job);
    if (rows.empty()) return std::nullopt;
    if (rows.get<std::int32_t>(0, 1) <= kMaxAttempts) return rows.get<std::string>(0, 0);
    kFail.run(job, false, "given up: its worker was lost too often");
    return std::nullopt;
  });
}

void run_kind(const std::string& name, const Uuid& job) {
  for (const LongJob& kind : kinds) {
    if (name == kind.kind) return kind.run(job);
  }
  throw Error{ErrorCode::internal, "no code for jobs of kind " + name};
}

void work_on(const Uuid& job) {
  const auto kind = take(job);
  if (!kind) return;
  const auto failure = attempt_in_worker([&] { run_kind(*kind, job); });
  become("lad_owner");
  worker_transaction([&] {
    if (!failure) {
      kFinish.run(job);
    } else {
      kFail.run(job, may_pass(failure->sqlstate),
                failure->sqlstate + ": " + failure->message +
                    (failure->detail.empty() ? "" : " (" + failure->detail + ")"));
    }
  });
}

}  // namespace

void define_workers(std::span<const LongJob> jobs) {
  kinds = jobs;
  RegisterXactCallback(end_transaction, nullptr);
  RegisterSubXactCallback(end_subtransaction, nullptr);
}

Uuid request_long_job(const char* kind, const std::string& relation,
                      const std::string& parameters) {
  const auto job = kRequest.run(kind, relation, Json{parameters}).get<Uuid>(0, 0);
  start_long_job(job);
  return job;
}

void start_long_job(const Uuid& job) {
  if (pending_count == kMaxPending) {
    throw Error{ErrorCode::invalid_argument, "too many jobs in one transaction"};
  }
  const int level = guard([] { return GetCurrentTransactionNestLevel(); });
  pending[pending_count++] = {job, level};
}

int resume_long_jobs() {
  const Rows rows = kResumable.run();
  int count = 0;
  for (; count < static_cast<int>(rows.size()) && pending_count < kMaxPending; ++count) {
    start_long_job(rows.get<Uuid>(count, 0));
  }
  return count;
}

LongJobRow read_long_job(const Uuid& job) {
  const Rows rows = kRead.run(job);
  if (rows.empty()) throw Error{ErrorCode::not_found, "no such job"};
  return {rows.get<std::string>(0, 0),          rows.get<std::string>(0, 1),
          rows.get<std::string>(0, 2),          rows.get<std::string>(0, 3),
          rows.get<std::string>(0, 4),          rows.get<std::int64_t>(0, 5),
          rows.get_optional<std::int64_t>(0, 6)};
}

void report_progress(const Uuid& job, const std::string& phase, std::int64_t done,
                     const std::optional<std::int64_t>& total) {
  kReport.run(job, phase, done, total);
}

}  // namespace lad::pg

extern "C" {
PGDLLEXPORT void lad_long_job_main(Datum);

void lad_long_job_main(Datum) {
  lad::pg::boundary([] {
    lad::pg::Order order{};
    std::memcpy(&order, MyBgworkerEntry->bgw_extra, sizeof(order));
    if (!lad::pg::enter_database(order.database)) return;
    lad::pg::attempt_in_worker([&] { lad::pg::work_on(order.job); });
  });
}
}
