#include "partitions/conversion_step_store.hpp"

#include <optional>

#include "core/error.hpp"
#include "partitions/building_store.hpp"
#include "partitions/copy_store.hpp"
#include "partitions/lock_store.hpp"
#include "partitions/preflight_store.hpp"
#include "partitions/swap_store.hpp"
#include "pg/as_owner.hpp"
#include "pg/savepoint.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::partitions::store {
namespace {

constinit pg::Plan<std::string> kSetLockTimeout{"SELECT set_config('lock_timeout', $1, true)"};
constinit pg::Plan<> kSomeMs{"SELECT (200 + random() * 600)::int"};
constinit pg::Plan<std::string, std::string, std::string> kManage{
    "SELECT lad.manage_partitions(to_regclass($1), $2::name, $3::interval) IS NULL"};

std::string interval_text(const Step& step) {
  const char* const unit = step.unit == Step::Unit::month ? " months"
                           : step.unit == Step::Unit::day ? " days"
                                                          : " hours";
  return std::to_string(step.count) + unit;
}

/// Asks for the locks of the body once. When they are not free at once, what it did is undone, and
/// the step is asked for again after a pause without any lock.
template <class Body>
std::int32_t once_with_brief_locks(Body&& body) {
  const bool kept = pg::Savepoint::keep_unless_locked([&] {
    kSetLockTimeout.run(std::to_string(kBriefLockMs) + "ms");
    body();
    kSetLockTimeout.run(std::string("0"));
  });
  return kept ? 0 : kSomeMs.run().get<std::int32_t>(0, 0);
}

PlainTable plain_of(const Conversion& c) {
  return read_plain_table(pg::TableId{c.original}, c.column);
}

std::int32_t prepare(Conversion& c) {
  if (!is_built(c)) {
    return once_with_brief_locks([&] { build_partitioned(c, plain_of(c)); });
  }
  bool added = false;
  const std::int32_t pause = once_with_brief_locks([&] { added = add_foreign_key(c); });
  if (pause == 0 && !added) c.phase = next_phase(c.phase);
  return pause;
}

std::int32_t begin_journal(Conversion& c) {
  const std::int32_t pause = once_with_brief_locks([&] { start_journal(c); });
  if (pause == 0) c.phase = next_phase(c.phase);
  return pause;
}

std::int32_t copy(Conversion& c) {
  if (c.next_block >= c.end_block) {
    c.phase = next_phase(c.phase);
    return 0;
  }
  const std::int64_t begun = pg::clock_now().us;
  const std::int64_t rows = copy_batch(c);
  c.done += rows;
  return pause_after(rows, pg::clock_now().us - begun, c.max_rows_per_second);
}

void verify(Conversion& c) {
  const std::string difference = find_difference(c, plain_of(c));
  if (!difference.empty()) {
    throw Error{ErrorCode::conversion_refused, "the copy differs from the table", difference,
                "Abort the conversion and start it again."};
  }
  c.phase = next_phase(c.phase);
}

void catch_up_once(Conversion& c) {
  catch_up(c);
  if (count_journal(c, kFewKeys) < kFewKeys) c.phase = next_phase(c.phase);
}

void require_same_shape(const Conversion& c) {
  if (shape_of(pg::TableId{c.original}) == c.shape) return;
  throw Error{ErrorCode::conversion_refused, "the table was altered during its conversion", "",
              "Abort the conversion and start it again."};
}

/// Outside the lock first: under it there is little left.
std::int32_t change_places_once(Conversion& c) {
  while (count_journal(c, kFewKeys) >= kFewKeys) catch_up(c);
  catch_up(c);
  return once_with_brief_locks([&] {
    lock_for_swap(c);
    if (!is_same_storage(c)) return;  // the next step begins anew
    require_same_shape(c);
    while (catch_up(c) > 0) continue;
    change_places(c);
    c.phase = next_phase(c.phase);
  });
}

std::int32_t clear(Conversion& c, std::string& state) {
  bool cleared = false;
  const std::int32_t pause = once_with_brief_locks([&] { cleared = clear_next(c); });
  if (pause > 0 || cleared) return pause;
  kManage.run(c.target(), c.column, interval_text(c.step));
  state = "done";
  return 0;
}

/// One step of the phase; what it decides is in `c` and `state`.
std::int32_t work(Conversion& c, std::string& state) {
  if (phase_after_rewrite(c.phase) != c.phase && !is_same_storage(c)) {
    c.phase = phase_after_rewrite(c.phase);
    restart_copy(c);
    return 0;
  }
  switch (c.phase) {
    case Phase::prepare:
      return prepare(c);
    case Phase::swap1:
      return begin_journal(c);
    case Phase::journal:
      c.total = count_rows(c);
      c.phase = next_phase(c.phase);
      return 0;
    case Phase::copy:
      return copy(c);
    case Phase::index:
      if (!index_next_leaf(c)) c.phase = next_phase(c.phase);
      return 0;
    case Phase::verify:
      verify(c);
      return 0;
    case Phase::catch_up:
      catch_up_once(c);
      return 0;
    case Phase::swap2:
      return change_places_once(c);
    case Phase::done:
      return clear(c, state);
  }
  return 0;
}

/// Waits until no step is at work; a superuser, who may, cancels the one that is. Only who may
/// convert the table goes on.
Conversion stop_and_lock(const Uuid& job) {
  require_job_tables();
  const auto pid = process_at_work(job);
  if (pid && pg::is_superuser()) cancel_process(*pid);
  const Conversion c = lock_conversion(job);
  if (!c.owner.empty()) plain_of(c);
  return c;
}

/// Asked as the owner of the schema: the caller may not look into it.
bool is_there(const Conversion& c) {
  const pg::ActAsOwner owner{"lad_owner"};
  return is_built(c);
}

/// What belongs to the table is dropped by its owner.
template <class Body>
void as_owner_with_brief_locks(const Conversion& c, const char* what, Body&& body) {
  std::optional<pg::ActAsOwner> owner;
  if (!c.owner.empty()) owner.emplace(c.owner.c_str());
  with_brief_locks(what, body);
}

}  // namespace

StepResult do_step(const Uuid& job) {
  Conversion c = lock_conversion(job);
  if (!c.is_open()) return {phase_name(c.phase), c.state, 0};
  Conversion next = c;
  std::string state = "running";
  std::int32_t pause = 0;
  const auto failure = pg::Savepoint::attempt([&] { pause = work(next, state); });
  if (failure) {
    end_job(c, "failed", failure->message + (failure->detail.empty() ? "" : " " + failure->detail));
    return {phase_name(c.phase), "failed", 0};
  }
  save_progress(next);
  if (state == "done") end_job(next, "done");
  return {phase_name(next.phase), state, pause};
}

void abort_conversion(const Uuid& job) {
  const Conversion c = stop_and_lock(job);
  if (c.state == "aborted") return;
  if (!can_abort(c.phase)) {
    throw Error{ErrorCode::conversion_refused, "the table is partitioned already",
                "The partitioned table has taken the place of the plain one."};
  }
  const bool was_built = is_there(c);
  as_owner_with_brief_locks(c, "aborting the conversion", [&] {
    if (has_journal_trigger(c.phase)) drop_journal_trigger(c);
    if (was_built) drop_building(c);
  });
  end_job(c, "aborted");
}

void finish_conversion(const Uuid& job) {
  const Conversion c = stop_and_lock(job);
  if (c.phase != Phase::done) {
    throw Error{ErrorCode::conversion_refused, "the conversion is not done", "",
                "Wait until lad.convert_status() shows done, or abort it."};
  }
  if (!c.owner.empty()) {
    as_owner_with_brief_locks(c, "dropping the plain table", [&] { drop_kept(c); });
    note_dropped(job);
  }
  if (c.is_open()) end_job(c, "done");
}

}  // namespace lad::partitions::store
