#include "pg/launcher.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "pg/boundary.hpp"
#include "pg/visit.hpp"

extern "C" {
#include <access/heapam.h>
#include <access/table.h>
#include <access/tableam.h>
#include <catalog/pg_database.h>
#include <pgstat.h>
#include <postmaster/bgworker.h>
#include <postmaster/interrupt.h>
#include <storage/ipc.h>
#include <storage/latch.h>
#include <utils/guc.h>
#include <utils/wait_event.h>
}

namespace lad::pg {
namespace {

constinit bool worker_is_on = true;
constinit int naptime_ms = 10'000;

/// A database without lad_ext is looked at this much more rarely.
constexpr std::int64_t kWithoutFactor = 6;
constexpr std::int64_t kLongestBackOff = 5 * SECS_PER_MINUTE * USECS_PER_SEC;
constexpr int kMostDoublings = 10;

struct Database {
  Oid id = InvalidOid;
  TimestampTz visited = DT_NOBEGIN;  ///< when the last visit ended
  TimestampTz due = DT_NOBEGIN;      ///< when a job is due
  bool has_work = true;
  int failures = 0;
  bool is_visited = false;  ///< at this moment
};

struct Visit {
  BackgroundWorkerHandle* handle = nullptr;  ///< nullptr: the slot is free
  Oid database = InvalidOid;
};

std::int64_t nap() {
  return static_cast<std::int64_t>(naptime_ms) * 1000;
}

/// Never more often than the nap; after failures less and less often.
TimestampTz next_visit(const Database& database) {
  if (database.visited == DT_NOBEGIN) return DT_NOBEGIN;
  std::int64_t wait = database.has_work ? nap() : kWithoutFactor * nap();
  if (database.failures > 0) {
    const int doublings = std::min(database.failures, kMostDoublings);
    wait = std::max(wait, std::min(wait << doublings, kLongestBackOff));
  }
  return std::max<TimestampTz>(database.visited + wait, database.has_work ? database.due : 0);
}

bool is_open(const FormData_pg_database& database) {
#ifdef DATCONNLIMIT_INVALID_DB
  if (database.datconnlimit == DATCONNLIMIT_INVALID_DB) return false;
#endif
  return database.datallowconn && !database.datistemplate;
}

/// The databases to look at, in memory that outlives the transaction.
List* read_databases() {
  const MemoryContext memory = CurrentMemoryContext;
  List* ids = NIL;
  StartTransactionCommand();
  (void)GetTransactionSnapshot();
  const Relation relation = table_open(DatabaseRelationId, AccessShareLock);
  const TableScanDesc scan = table_beginscan_catalog(relation, 0, nullptr);
  while (HeapTuple row = heap_getnext(scan, ForwardScanDirection)) {
    const auto* const database = reinterpret_cast<FormData_pg_database*>(GETSTRUCT(row));
    if (!is_open(*database)) continue;
    const MemoryContext saved = MemoryContextSwitchTo(memory);
    ids = lappend_oid(ids, database->oid);
    MemoryContextSwitchTo(saved);
  }
  table_endscan(scan);
  table_close(relation, AccessShareLock);
  CommitTransactionCommand();
  MemoryContextSwitchTo(memory);
  return ids;
}

class Launcher {
 public:
  [[noreturn]] void run() {
    for (;;) {
      wait_until(worker_is_on ? next_event() : DT_NOEND);
      collect();
      if (!worker_is_on) continue;
      const TimestampTz now = GetCurrentTimestamp();
      if (now >= next_listing_) list_databases(now);
      start_visits(now);
    }
  }

 private:
  TimestampTz next_event() const {
    TimestampTz next = next_listing_;
    if (free_slot() < 0) return next;
    for (const Database& database : databases_) {
      if (!database.is_visited) next = std::min(next, std::max(next_visit(database), not_before_));
    }
    return next;
  }

  /// Returns at that time, when a visit begins or ends, or when the settings have changed.
  static void wait_until(TimestampTz when) {
    guard([when] {
      const long timeout_ms =
          when == DT_NOEND ? -1 : TimestampDifferenceMilliseconds(GetCurrentTimestamp(), when);
      const int events = WL_LATCH_SET | WL_EXIT_ON_PM_DEATH | (timeout_ms < 0 ? 0 : WL_TIMEOUT);
      if (timeout_ms != 0) WaitLatch(MyLatch, events, timeout_ms, PG_WAIT_EXTENSION);
      ResetLatch(MyLatch);
      CHECK_FOR_INTERRUPTS();
      // Not 0, which would keep the launcher from being started again.
      if (ShutdownRequestPending) proc_exit(1);
      if (ConfigReloadPending) {
        ConfigReloadPending = false;
        ProcessConfigFile(PGC_SIGHUP);
      }
    });
  }

  void list_databases(TimestampTz now) {
    List* const ids = guard([] { return read_databases(); });
    std::vector<Database> listed;
    for (int i = 0; i < list_length(ids); ++i) {
      const Database* const known = find(list_nth_oid(ids, i));
      listed.push_back(known != nullptr ? *known : Database{.id = list_nth_oid(ids, i)});
    }
    guard([ids] { list_free(ids); });
    databases_ = std::move(listed);
    next_listing_ = now + nap();
  }

  void start_visits(TimestampTz now) {
    if (now < not_before_) return;
    // Whoever waits longest comes first.
    std::sort(databases_.begin(), databases_.end(),
              [](const Database& a, const Database& b) { return a.visited < b.visited; });
    for (Database& database : databases_) {
      const int slot = free_slot();
      if (slot < 0) return;
      if (database.is_visited || next_visit(database) > now) continue;
      if (!start(slot, database)) {
        not_before_ = now + nap();
        return;
      }
    }
  }

  /// False when all of max_worker_processes are in use.
  bool start(int slot, Database& database) {
    open_slot(slot);
    const VisitOrder order{database.id, slot};
    BackgroundWorkerHandle* const handle = guard([&order] {
      BackgroundWorker worker{};
      strlcpy(worker.bgw_name, "lad_ext worker", BGW_MAXLEN);
      strlcpy(worker.bgw_type, "lad_ext worker", BGW_MAXLEN);
      worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
      worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
      worker.bgw_restart_time = BGW_NEVER_RESTART;
      strlcpy(worker.bgw_library_name, "lad_ext", BGW_MAXLEN);
      strlcpy(worker.bgw_function_name, "lad_visit_main", BGW_MAXLEN);
      std::memcpy(worker.bgw_extra, &order, sizeof(order));
      worker.bgw_notify_pid = MyProcPid;
      BackgroundWorkerHandle* started = nullptr;
      return RegisterDynamicBackgroundWorker(&worker, &started) ? started : nullptr;
    });
    if (handle == nullptr) {
      warn_once();
      return false;
    }
    has_warned_ = false;
    visits_[slot] = {handle, database.id};
    database.is_visited = true;
    return true;
  }

  void warn_once() {
    if (has_warned_) return;
    has_warned_ = true;
    guard([] {
      ereport(WARNING, (errmsg("no process is free for the maintenance of lad_ext"),
                        errhint("Raise max_worker_processes.")));
    });
  }

  /// Takes note of the visits that are over.
  void collect() {
    for (int slot = 0; slot < kVisits; ++slot) {
      Visit& visit = visits_[slot];
      if (visit.handle == nullptr) continue;
      pid_t pid = 0;
      const BgwHandleStatus status =
          guard([&] { return GetBackgroundWorkerPid(visit.handle, &pid); });
      if (status != BGWH_STOPPED) continue;
      if (Database* const database = find(visit.database)) take_note(*database, read_slot(slot));
      guard([&] { pfree(visit.handle); });
      visit = {};
    }
  }

  static void take_note(Database& database, const VisitResult& result) {
    database.is_visited = false;
    database.visited = GetCurrentTimestamp();
    database.failures = result.outcome == Outcome::none ? database.failures + 1 : 0;
    if (result.outcome == Outcome::none) return;
    database.has_work = result.outcome == Outcome::done;
    database.due = result.next_due;
  }

  Database* find(Oid id) {
    const auto found = std::find_if(databases_.begin(), databases_.end(),
                                    [id](const Database& database) { return database.id == id; });
    return found == databases_.end() ? nullptr : &*found;
  }

  int free_slot() const {
    for (int slot = 0; slot < kVisits; ++slot) {
      if (visits_[slot].handle == nullptr) return slot;
    }
    return -1;
  }

  std::vector<Database> databases_;
  std::array<Visit, kVisits> visits_{};
  TimestampTz next_listing_ = DT_NOBEGIN;
  TimestampTz not_before_ = DT_NOBEGIN;  ///< after a process was not free
  bool has_warned_ = false;
};

void register_launcher() {
  BackgroundWorker worker{};
  strlcpy(worker.bgw_name, "lad_ext launcher", BGW_MAXLEN);
  strlcpy(worker.bgw_type, "lad_ext launcher", BGW_MAXLEN);
  worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
  worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
  worker.bgw_restart_time = 5;
  strlcpy(worker.bgw_library_name, "lad_ext", BGW_MAXLEN);
  strlcpy(worker.bgw_function_name, "lad_launcher_main", BGW_MAXLEN);
  RegisterBackgroundWorker(&worker);
}

}  // namespace

void define_launcher() {
  define_visits();
  guard([] {
    DefineCustomBoolVariable("lad.worker", "Whether jobs of maintenance run by themselves.",
                             "When off, CALL lad.run_maintenance() runs them.", &worker_is_on, true,
                             PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("lad.maintenance_naptime",
                            "Shortest time between two visits of the worker in a database.",
                            nullptr, &naptime_ms, 10'000, 100, 86'400'000, PGC_SIGHUP, GUC_UNIT_MS,
                            nullptr, nullptr, nullptr);
    if (!IsBinaryUpgrade) register_launcher();
  });
}

}  // namespace lad::pg

extern "C" {
PGDLLEXPORT void lad_launcher_main(Datum);

void lad_launcher_main(Datum) {
  lad::pg::boundary([] {
    lad::pg::guard([] {
      pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
      pqsignal(SIGHUP, SignalHandlerForConfigReload);
      BackgroundWorkerUnblockSignals();
      BackgroundWorkerInitializeConnection(nullptr, nullptr, 0);
      MemoryContextSwitchTo(TopMemoryContext);
    });
    lad::pg::Launcher{}.run();
  });
}
}
