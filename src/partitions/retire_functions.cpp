#include "partitions/retire_functions.hpp"

#include <algorithm>

#include "partitions/archive_store.hpp"
#include "partitions/gate.hpp"
#include "partitions/lock_store.hpp"
#include "partitions/retire_store.hpp"
#include "pg/args.hpp"
#include "pg/as_owner.hpp"
#include "pg/result.hpp"
#include "pg/savepoint.hpp"
#include "pg/session.hpp"
#include "pg/worker.hpp"

namespace lad::partitions {
namespace {

/// What a job does next: a statement outside of transactions, a nap, or nothing.
struct Move {
  enum class Kind { statement, wait, done } kind;
  std::string sql = {};
};

/// Services only read jobs.
void report(const Uuid& job, const char* phase, std::int64_t done) {
  const pg::ActAsOwner owner{"lad_owner"};
  constexpr std::int64_t kSteps = 3;  // half detached, detached, disposed of
  pg::report_progress(job, phase, done, kSteps);
}

store::Retirement read_request(const Uuid& job) {
  const pg::ActAsOwner owner{"lad_owner"};
  return store::read_retirement(pg::read_long_job(job).parameters);
}

store::Shape require_table(const store::Retirement& retirement, const store::RetiredLeaf& leaf) {
  const auto shape = store::read_shape(retirement.table);
  if (!shape || (leaf.table && leaf.table->oid != retirement.table.oid)) {
    throw Error{ErrorCode::not_found, "the table of the partition is another one meanwhile"};
  }
  if (!store::may_jobs_alter(*shape)) {
    throw Error{ErrorCode::privilege, "jobs may not alter " + shape->target, "",
                "Make lad_owner its owner, or a member of the role that owns it."};
  }
  return *shape;
}

/// One at a time is half detached. Another one that is has lost its session, since its job would
/// hold the lock.
Move detaching_move(const store::Shape& shape, const store::RetiredLeaf& leaf) {
  if (!store::lock_detaching(shape.id)) return {Move::Kind::wait};
  for (const store::Partition& partition : store::read_partitions(shape.id)) {
    if (partition.is_pending && partition.id.oid != leaf.id.oid) {
      return {Move::Kind::statement,
              store::detach_statement(shape, store::read_leaf(partition.id))};
    }
  }
  return {Move::Kind::statement, store::detach_statement(shape, leaf)};
}

Move next_move(const Uuid& job) {
  const store::Retirement retirement = read_request(job);
  const store::RetiredLeaf leaf = store::read_leaf(retirement.leaf);
  if (leaf.state == store::LeafState::gone || leaf.schema == "lad_archive") {
    return {Move::Kind::done};
  }
  const store::Shape shape = require_table(retirement, leaf);
  if (leaf.state != store::LeafState::detached) {
    report(job, "detach", leaf.state == store::LeafState::pending ? 1 : 0);
    return detaching_move(shape, leaf);
  }
  const bool disposed =
      store::try_brief_locks([&] { store::dispose(shape, leaf, retirement.action); }, 1);
  report(job, retirement.action.c_str(), disposed ? 3 : 2);
  return {disposed ? Move::Kind::done : Move::Kind::wait};
}

/// Locks are asked for briefly and again, as everywhere: behind a statement that waits for one
/// everybody else would wait too.
bool was_run(const std::string& sql) {
  const auto survived = pg::attempt_in_worker([&] { pg::run_top_level(sql.c_str()); });
  if (!survived) return true;
  if (survived->sqlstate == "55P03") return false;
  throw Error{ErrorCode::partition_refused, survived->message, survived->detail};
}

void restart(const Uuid& job) {
  store::requeue(job);
  pg::start_long_job(job);
}

/// The job that detaches the partition; the same one when there is one already.
Uuid start(const store::Candidate& candidate, const std::string& action) {
  const store::Shape& shape = candidate.shape;
  if (!store::may_jobs_alter(shape)) {
    throw Error{ErrorCode::partition_refused, "jobs may not alter " + shape.target,
                "They run as lad_owner, who neither owns it nor is a member of its owner.",
                "Give it to lad_owner, or detach with concurrently => false."};
  }
  if (const auto job = store::find_job(candidate.partition.id)) {
    restart(job->id);
    return job->id;
  }
  const pg::ActAsOwner owner{"lad_owner"};
  return pg::request_long_job("detach", candidate.partition.target,
                              store::request_json({candidate.partition.id, shape.id, action}));
}

void retire_here(const store::Candidate& candidate, const std::string& action) {
  store::detach_here(candidate);
  store::with_brief_locks(
      "disposing of " + candidate.partition.target,
      [&] { store::dispose(candidate.shape, store::read_leaf(candidate.partition.id), action); },
      store::kLockAttemptsWhileHolding);
}

std::optional<Uuid> retire(const store::Candidate& candidate, const std::string& action,
                           bool concurrently) {
  // The range is known as long as it is attached.
  if (action == "archive") {
    store::begin_archive(candidate.shape, store::read_leaf(candidate.partition.id).name,
                         candidate.partition.range);
  }
  if (concurrently) return start(candidate, action);
  retire_here(candidate, action);
  return std::nullopt;
}

/// A partition that its job has detached but could not dispose of is none any more.
std::optional<Uuid> retire_one(pg::TableId partition, const std::optional<std::string>& action,
                               bool concurrently) {
  store::require_installed();
  store::lock_retiring();
  if (store::read_leaf(partition).state == store::LeafState::detached) {
    if (const auto job = store::find_job(partition)) {
      restart(job->id);
      return job->id;
    }
  }
  const store::Candidate candidate =
      store::require_retirable(partition, pg::unix_us(pg::clock_now()));
  return retire(candidate, action.value_or(candidate.managed.retention_action), concurrently);
}

struct Retired {
  std::optional<pg::TableId> table;
  std::optional<pg::TableId> partition;
  std::string action;
  std::string detail;
  std::optional<Uuid> job;
};

/// One that refuses stops no other.
void retire_outlived(const store::Managed& managed, std::int64_t now_us, bool concurrently,
                     std::vector<Retired>& report) {
  std::vector<store::Candidate> candidates;
  const auto unread =
      pg::Savepoint::attempt([&] { candidates = store::outlived(managed, now_us); });
  if (unread) {
    report.push_back({std::nullopt, std::nullopt, "refused", unread->message, std::nullopt});
  }
  for (const store::Candidate& candidate : candidates) {
    Retired line{candidate.shape.id, candidate.partition.id, managed.retention_action,
                 candidate.partition.target, std::nullopt};
    const auto survived = pg::Savepoint::attempt(
        [&] { line.job = retire(candidate, managed.retention_action, concurrently); });
    if (survived) {
      line.action = "refused";
      line.detail += ": " + survived->message;
    }
    report.push_back(std::move(line));
  }
}

std::vector<Retired> retire_all(const std::optional<pg::TableId>& table, std::int64_t now_us,
                                bool concurrently) {
  store::require_installed();
  store::lock_retiring();
  std::vector<Retired> report;
  if (!table) {
    for (const store::Managed& managed : store::managed_tables()) {
      retire_outlived(managed, now_us, concurrently, report);
    }
    return report;
  }
  const auto shape = store::read_shape(*table);
  const auto managed = shape ? store::find_managed(shape->schema, shape->name) : std::nullopt;
  if (!managed) {
    throw Error{ErrorCode::not_found, "the table is not managed", "",
                "Call lad.manage_partitions for it first."};
  }
  store::require_rights(*shape);
  retire_outlived(*managed, now_us, concurrently, report);
  return report;
}

}  // namespace

/// lad.retire_partition: one partition, whatever its age.
LAD_FUNCTION(lad_retire_partition) {
  require_maintainer("retire partitions");
  const pg::Args args{fcinfo};
  const auto partition = args.get<pg::TableId>(0, "partition");
  const auto action = args.get_optional<std::string>(1);
  const bool concurrently = args.get<bool>(2, "concurrently");
  if (action) require_retention_action(*action);
  const auto job = pg::with_spi([&] { return retire_one(partition, action, concurrently); });
  return job ? pg::to_datum(*job) : pg::null_datum(fcinfo);
}

/// lad.retire_partitions: those that have outlived their retention.
LAD_FUNCTION(lad_retire_partitions) {
  require_maintainer("retire partitions");
  const pg::Args args{fcinfo};
  const auto table = args.get_optional<pg::TableId>(0);
  const std::int64_t now_us = read_as_of(args, 1);
  const bool concurrently = args.get<bool>(2, "concurrently");
  const auto report = pg::with_spi([&] { return retire_all(table, now_us, concurrently); });
  pg::RowSet set{fcinfo};
  for (const Retired& line : report) {
    set.add(line.table, line.partition, line.action, line.detail, line.job);
  }
  return set.done();
}

void run_detach(const Uuid& job) {
  constexpr double kLongestNap = 10;
  double nap = 0.2;
  pg::run_top_level("SET lock_timeout = '150ms'");
  for (;;) {
    const Move move = pg::worker_transaction([&] { return next_move(job); });
    if (move.kind == Move::Kind::done) return;
    if (move.kind == Move::Kind::statement && was_run(move.sql)) {
      nap = 0.2;
      continue;
    }
    pg::run_top_level(("SELECT pg_sleep(" + std::to_string(nap) + ")").c_str());
    nap = std::min(nap * 1.5, kLongestNap);
  }
}

}  // namespace lad::partitions
