#include "partitions/maintain_store.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "partitions/drift_store.hpp"
#include "partitions/leaf_store.hpp"
#include "pg/as_owner.hpp"
#include "pg/event_trigger.hpp"
#include "pg/savepoint.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::partitions::store {
namespace {

constinit pg::Plan<> kLock{
    "SELECT pg_advisory_xact_lock(hashtextextended('lad.maintain_partitions', 0))"};

[[noreturn]] void refuse_unpartitioned(const Shape& shape, const std::string& column) {
  const std::vector<std::string> keys = keys_without(shape.id, column);
  std::string detail = "It is not partitioned.";
  for (const std::string& key : keys) {
    detail += " Unique key " + key + " cannot hold the partition column " + column + ".";
  }
  throw Error{ErrorCode::conversion_refused, shape.target + " is no partitioned table", detail,
              keys.empty() ? "Convert it with lad.convert_to_partitioned." : ""};
}

Shape require_shape(const Managed& managed) {
  const auto shape = find_shape(managed.schema, managed.table);
  if (shape) return *shape;
  throw Error{ErrorCode::not_found,
              "managed table " + managed.schema + "." + managed.table + " does not exist",
              "It was dropped, renamed or moved.",
              "Manage it under its new name, and delete its row of lad_data.managed_partitions."};
}

std::string range_text(const Range& range, ColumnKind kind) {
  return "from " + (range.from ? moment_text(*range.from, kind) : "MINVALUE") + " to " +
         (range.to ? moment_text(*range.to, kind) : "MAXVALUE");
}

class Clock {
 public:
  std::int64_t lap_us() {
    const pg::Timestamp now = pg::clock_now();
    return now.us - std::exchange(last_, now).us;
  }

 private:
  pg::Timestamp last_ = pg::clock_now();
};

class Maintenance {
 public:
  Maintenance(const Shape& shape, const Managed& managed, std::int64_t now_us)
      : shape_(shape), plan_(plan_of(managed, *shape.key_kind, now_us)) {}

  std::vector<Work> run() {
    build();
    attach();
    mend();
    return std::move(report_);
  }

 private:
  void build() {
    for (const WantedLeaf& wanted : missing_leaves(plan_, ranges_of(read_partitions(shape_.id)))) {
      Clock clock;
      const Leaf leaf{shape_.id, free_name(shape_.schema, wanted.name), wanted.range};
      const pg::TableId id = build_leaf(leaf);
      leaves_.push_back(leaf);
      report_.push_back(
          {shape_.id, "created", id, range_text(wanted.range, *shape_.key_kind), clock.lap_us()});
    }
  }

  void attach() {
    for (std::size_t i = 0; i < leaves_.size(); ++i) {
      Clock clock;
      attach_leaf(leaves_[i], attempts());
      holds_locks_ = true;
      report_[i].us += clock.lap_us();
    }
  }

  /// All of one leaf under one lock.
  void mend() {
    const std::vector<Drift> found = find_drift(shape_.id);
    std::vector<pg::TableId> done;
    for (const Drift& first : found) {
      const auto is_same = [&](pg::TableId leaf) { return leaf.oid == first.leaf.oid; };
      if (std::any_of(done.begin(), done.end(), is_same)) continue;
      done.push_back(first.leaf);
      mend_leaf(first, found);
    }
  }

  void mend_leaf(const Drift& first, const std::vector<Drift>& found) {
    Work work{shape_.id, "mended", first.leaf, "", 0};
    std::vector<std::string> cure;
    for (const Drift& drift : found) {
      if (drift.leaf.oid != first.leaf.oid) continue;
      if (drift.is_foreign) return;
      if (drift.cure.empty()) continue;
      work.detail += (work.detail.empty() ? "" : ", ") + drift.problem;
      cure.insert(cure.end(), drift.cure.begin(), drift.cure.end());
    }
    if (cure.empty()) return;
    Clock clock;
    const pg::DdlHold hold;
    const pg::ActAsOwner owner{shape_.owner.c_str()};
    const bool mended = try_brief_locks(
        [&] {
          for (const std::string& sql : cure) pg::run_once(sql.c_str());
        },
        attempts());
    if (!mended) work.action = "deferred";
    holds_locks_ |= mended;
    work.us = clock.lap_us();
    report_.push_back(std::move(work));
  }

  int attempts() const { return holds_locks_ ? kLockAttemptsWhileHolding : kLockAttempts; }

  const Shape& shape_;
  const Plan plan_;
  bool holds_locks_ = false;
  std::vector<Leaf> leaves_;
  std::vector<Work> report_;
};

}  // namespace

void manage(pg::TableId table, const Registration& registration, const pg::Interval& step) {
  const auto shape = read_shape(table);
  if (!shape) throw Error{ErrorCode::not_found, "no such table"};
  if (!shape->is_user_table) {
    throw Error{ErrorCode::invalid_argument, shape->target + " is no table of a user",
                "It is a view, an index, temporary, or a table of the system or an extension."};
  }
  require_rights(*shape);
  if (!has_column(table, registration.column)) {
    throw Error{ErrorCode::invalid_argument,
                shape->target + " has no column " + registration.column};
  }
  if (!shape->is_partitioned) refuse_unpartitioned(*shape, registration.column);
  require_manageable(*shape);
  if (*shape->key != registration.column) {
    throw Error{ErrorCode::invalid_argument,
                shape->target + " is not partitioned by " + registration.column,
                "It is partitioned by " + *shape->key + "."};
  }
  read_step(step.months, step.days, step.us, *shape->key_kind);
  Registration named = registration;
  named.schema = shape->schema;
  named.table = shape->name;
  save_managed(named);
}

void lock_maintenance() {
  kLock.run();
}

std::vector<Work> maintain(const Managed& managed, std::int64_t now_us) {
  const Shape shape = require_shape(managed);
  require_rights(shape);
  require_manageable(shape);
  std::vector<Work> report = Maintenance{shape, managed, now_us}.run();
  note_run(managed, std::nullopt);
  return report;
}

std::vector<Work> maintain_all(std::int64_t now_us) {
  std::vector<Work> report;
  for (const Managed& managed : managed_tables()) {
    std::vector<Work> done;
    const auto survived = pg::Savepoint::attempt([&] { done = maintain(managed, now_us); });
    if (survived) {
      const auto shape = find_shape(managed.schema, managed.table);
      const std::string reason =
          survived->message + (survived->detail.empty() ? "" : ": " + survived->detail);
      done = {
          {shape ? std::optional{shape->id} : std::nullopt, "refused", std::nullopt, reason, 0}};
      note_run(managed, reason);
    }
    report.insert(report.end(), done.begin(), done.end());
  }
  return report;
}

}  // namespace lad::partitions::store
