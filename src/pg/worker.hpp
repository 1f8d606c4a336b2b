#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "pg/boundary.hpp"
#include "pg/savepoint.hpp"
#include "pg/spi.hpp"

/// Long jobs: work of minutes or hours, in a background worker of its own, one for each row of
/// lad_data.long_jobs.
///
/// The worker enters as the server's bootstrap superuser, because before PostgreSQL 17 a worker
/// cannot enter as a role without LOGIN, and becomes lad_owner before it runs anything. A job that
/// works on a table of somebody else becomes its owner (become); a conversion alone stays
/// superuser, to set triggers of foreign keys aside, and copies rows as the owner of the table. So
/// that a function of a user, called by a trigger, a constraint or a default, cannot go back to the
/// role that entered, worker_transaction runs its body, and the triggers that wait for the commit,
/// in the state of a SECURITY DEFINER function, where SET ROLE and SET SESSION AUTHORIZATION are
/// refused; row-level security that is forced on an owner is set aside meanwhile.
///
/// A job may be run again from any point: after kill -9, a restart, or an error that passes.
namespace lad::pg {

/// What a kind of long_jobs does. `run` is called outside any transaction. When it returns, the job
/// is done, unless it has written another final state itself; when it throws, it has failed. Errors
/// that pass (serialization failures, deadlocks, locks not available, lack of resources) queue it
/// again.
struct LongJob {
  const char* kind;
  void (*run)(const Uuid& job);
};

/// Makes the kinds known; from _PG_init, before the prefix of the settings is reserved.
void define_workers(std::span<const LongJob> jobs);

/// Writes a job and has it start when the transaction commits. The table's name is
/// schema-qualified, the parameters a JSON object. Inside with_spi, as lad_owner.
Uuid request_long_job(const char* kind, const std::string& relation, const std::string& parameters);

/// Starts the worker of a job when the calling transaction commits; nothing on rollback. Where a
/// worker has the job in hand, or no process is free (max_worker_processes), the job stays as it
/// is: the next maintenance starts what is not running.
void start_long_job(const Uuid& job);

/// Has every job started, at commit, that is queued or lost its worker; says how many. Inside
/// with_spi, as lad_owner.
int resume_long_jobs();

/// What a job was asked for.
struct LongJobRow {
  std::string kind;
  std::string relation;
  std::string parameters;  ///< JSON
  std::string phase;
  std::string state;  ///< queued, running, done, failed or aborted
  std::int64_t done = 0;
  std::optional<std::int64_t> total;
};

/// Reads a job. Throws not_found. Inside with_spi, as lad_owner.
LongJobRow read_long_job(const Uuid& job);

/// Tells how far a job is. Inside with_spi, as lad_owner; in the transaction of the work itself, so
/// that both are kept or neither.
void report_progress(const Uuid& job, const std::string& phase, std::int64_t done,
                     const std::optional<std::int64_t>& total);

// ---- inside a worker, outside any transaction
// ----------------------------------------------------

/// From now on this worker's transactions and statements are those of that role.
void become(const std::string& role);

namespace detail {
void begin_worker_transaction();
void commit_worker_transaction();
/// Ends the failed transaction. A PostgreSQL error waits on the error stack again afterwards.
void abort_worker_transaction(bool is_postgres);
/// Ends what failed outside the guard of a transaction, logs it, and says what it was.
Survived settle_failure(const Failure& failure);
}  // namespace detail

/// One transaction around the body, with SPI and a snapshot. An error is rethrown after the abort.
template <class Body>
auto worker_transaction(Body&& body) {
  std::exception_ptr failure;
  bool is_postgres = false;
  detail::begin_worker_transaction();
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<Body&>>) {
      with_spi(body);
      detail::commit_worker_transaction();
      return;
    } else {
      auto result = with_spi(body);
      detail::commit_worker_transaction();
      return result;
    }
  } catch (const PostgresError&) {
    failure = std::current_exception();
    is_postgres = true;
  } catch (...) {
    failure = std::current_exception();
  }
  detail::abort_worker_transaction(is_postgres);
  std::rethrow_exception(failure);
}

/// Runs one statement as if a client had sent it: what may not run inside a transaction block, such
/// as CREATE INDEX CONCURRENTLY, DETACH PARTITION … CONCURRENTLY, or CALL of a procedure that
/// commits. Not for a statement that runs functions of users other than as their owner: here they
/// could change the role.
void run_top_level(const char* sql);

/// Runs the body, which consists of worker transactions and statements; nothing when it went well,
/// else the error, which is then in the server's log. A worker that is told to end does end.
template <class Body>
std::optional<Survived> attempt_in_worker(Body&& body) {
  Failure failure;
  try {
    body();
    return std::nullopt;
  } catch (...) {
    failure = describe_current_exception();
  }
  return detail::settle_failure(failure);
}

/// Whether the same may succeed a little later: conflicts of transactions, locks, lack of
/// resources.
bool may_pass(const std::string& sqlstate);

}  // namespace lad::pg
