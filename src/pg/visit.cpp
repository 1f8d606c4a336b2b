#include "pg/visit.hpp"

#include <atomic>
#include <cstring>
#include <new>

#include "pg/worker.hpp"
#include "pg/worker_process.hpp"

extern "C" {
#include <postmaster/bgworker.h>
#include <storage/ipc.h>
#include <storage/lwlock.h>
#include <storage/shmem.h>
}

namespace lad::pg {
namespace {

struct Slot {
  std::atomic<Outcome> outcome;
  std::atomic<std::int64_t> next_due;
};

struct Shared {
  Slot slots[kVisits];
};

constinit Shared* shared = nullptr;
constinit shmem_request_hook_type next_request = nullptr;
constinit shmem_startup_hook_type next_startup = nullptr;

void request_memory() {
  if (next_request != nullptr) next_request();
  RequestAddinShmemSpace(MAXALIGN(sizeof(Shared)));
}

void start_memory() {
  if (next_startup != nullptr) next_startup();
  bool found = false;
  LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
  shared = static_cast<Shared*>(ShmemInitStruct("lad_ext visits", sizeof(Shared), &found));
  if (!found) new (shared) Shared{};
  LWLockRelease(AddinShmemInitLock);
}

constinit Plan<> kIsInstalled{
    "SELECT to_regclass('lad_data.maintenance_jobs') IS NOT NULL"
    " AND to_regprocedure('lad.run_maintenance(timestamptz)') IS NOT NULL"};

constinit Plan<> kNextDue{"SELECT min(next_run) FROM lad.jobs"};

bool is_installed() {
  return kIsInstalled.run().get<bool>(0, 0);
}

std::int64_t next_due() {
  const auto due = kNextDue.run().get_optional<Timestamp>(0, 0);
  return due ? due->us : DT_NOEND;
}

void visit(const VisitOrder& order) {
  const bool has_work =
      enter_database(order.database) && worker_transaction([] { return is_installed(); });
  if (!has_work) return close_slot(order.slot, Outcome::nothing_to_do, DT_NOEND);
  become("lad_service");
  run_top_level("CALL lad.run_maintenance()");
  close_slot(order.slot, Outcome::done, worker_transaction([] { return next_due(); }));
}

}  // namespace

void define_visits() {
  next_request = shmem_request_hook;
  shmem_request_hook = request_memory;
  next_startup = shmem_startup_hook;
  shmem_startup_hook = start_memory;
}

void open_slot(int slot) {
  close_slot(slot, Outcome::none, DT_NOBEGIN);
}

void close_slot(int slot, Outcome outcome, std::int64_t next_due) {
  shared->slots[slot].next_due = next_due;
  shared->slots[slot].outcome = outcome;
}

VisitResult read_slot(int slot) {
  return {shared->slots[slot].outcome, shared->slots[slot].next_due};
}

}  // namespace lad::pg

extern "C" {
PGDLLEXPORT void lad_visit_main(Datum);

void lad_visit_main(Datum) {
  lad::pg::boundary([] {
    lad::pg::VisitOrder order;
    std::memcpy(&order, MyBgworkerEntry->bgw_extra, sizeof(order));
    lad::pg::attempt_in_worker([&] { lad::pg::visit(order); });
  });
}
}
