#include "pg/statistics.hpp"

#include <atomic>
#include <new>

#include "pg/boundary.hpp"

extern "C" {
#include <storage/ipc.h>
#include <storage/lwlock.h>
#include <storage/shmem.h>
}

namespace lad::pg {
namespace {

using Count = std::atomic<std::uint64_t>;
static_assert(Count::is_always_lock_free, "a lock inside would not work between processes");

struct Shared {
  Count counts[kCounters];
  std::atomic<TimestampTz> reset_at;
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
  shared = static_cast<Shared*>(ShmemInitStruct("lad_ext statistics", sizeof(Shared), &found));
  if (!found) {
    new (shared) Shared{};
    shared->reset_at = GetCurrentTimestamp();
  }
  LWLockRelease(AddinShmemInitLock);
}

Count& count_of(Counter counter) {
  return shared->counts[static_cast<std::size_t>(counter)];
}

void add(Counter counter, std::uint64_t number) {
  count_of(counter).fetch_add(number, std::memory_order_relaxed);
}

}  // namespace

void define_statistics() {
  next_request = shmem_request_hook;
  shmem_request_hook = request_memory;
  next_startup = shmem_startup_hook;
  shmem_startup_hook = start_memory;
}

void count(Counter counter) noexcept {
  add(counter, 1);
}

void count_batch(std::uint64_t items) noexcept {
  add(Counter::batches, 1);
  add(Counter::batch_items, items);
  Count& largest = count_of(Counter::largest_batch);
  std::uint64_t before = largest.load(std::memory_order_relaxed);
  while (before < items &&
         !largest.compare_exchange_weak(before, items, std::memory_order_relaxed)) {
  }
}

Statistics read_statistics() {
  Statistics read{};
  for (std::size_t i = 0; i < kCounters; ++i) {
    read.counts[i] = static_cast<std::int64_t>(shared->counts[i].load(std::memory_order_relaxed));
  }
  read.reset_at = {shared->reset_at};
  return read;
}

void reset_statistics() {
  for (Count& count : shared->counts) count = 0;
  shared->reset_at = GetCurrentTimestamp();
}

}  // namespace lad::pg
