#include "pg/tallies.hpp"

#include <algorithm>

#include "pg/boundary.hpp"

extern "C" {
#include <storage/ipc.h>
#include <storage/lwlock.h>
#include <storage/shmem.h>
#include <storage/spin.h>
}

namespace lad::pg {
namespace {

struct Slot {
  Oid database;
  std::int64_t uses;  // 0: free
  TimestampTz last_used_at;
  std::uint8_t id[UUID_LEN];
};

/// Rows whose identifiers agree in a few bits share a bucket, so that a lock is held for a handful
/// of comparisons. Sessions are spread over shards, so that those which use one row do not meet.
constexpr std::size_t kSlots = 8;
constexpr std::size_t kShards = 16;
constexpr std::size_t kBuckets = 128 * kShards;

struct Bucket {
  slock_t lock;
  Slot slots[kSlots];
};

constinit Bucket* buckets = nullptr;
constinit shmem_request_hook_type next_request = nullptr;
constinit shmem_startup_hook_type next_startup = nullptr;

constexpr Size kBytes = sizeof(Bucket) * kBuckets;

void request_memory() {
  if (next_request != nullptr) next_request();
  RequestAddinShmemSpace(MAXALIGN(kBytes));
}

void start_memory() {
  if (next_startup != nullptr) next_startup();
  bool found = false;
  LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
  buckets = static_cast<Bucket*>(ShmemInitStruct("lad_ext tallies", kBytes, &found));
  if (!found) {
    std::memset(buckets, 0, kBytes);
    for (std::size_t i = 0; i < kBuckets; ++i) SpinLockInit(&buckets[i].lock);
  }
  LWLockRelease(AddinShmemInitLock);
}

/// The last bytes of a random identifier are random.
Bucket& bucket_of(const Uuid& id) {
  const std::size_t number = static_cast<std::size_t>(id.bytes[14]) << 8 | id.bytes[15];
  const std::size_t shard = static_cast<std::size_t>(MyProcPid) % kShards;
  return buckets[(number * kShards + shard) % kBuckets];
}

bool holds(const Slot& slot, const Uuid& id) {
  return slot.uses > 0 && slot.database == MyDatabaseId &&
         std::equal(id.bytes.begin(), id.bytes.end(), slot.id);
}

/// One tally for each row, sorted.
std::vector<Tally> merged(std::vector<Tally> tallies) {
  std::ranges::sort(tallies, {}, &Tally::id);
  std::vector<Tally> result;
  for (const Tally& tally : tallies) {
    if (result.empty() || result.back().id != tally.id) {
      result.push_back(tally);
      continue;
    }
    result.back().uses += tally.uses;
    result.back().last_used_at = std::max(result.back().last_used_at, tally.last_used_at);
  }
  return result;
}

}  // namespace

void define_tallies() {
  next_request = shmem_request_hook;
  shmem_request_hook = request_memory;
  next_startup = shmem_startup_hook;
  shmem_startup_hook = start_memory;
}

void add_tally(const Tally& tally) noexcept {
  Bucket& bucket = bucket_of(tally.id);
  SpinLockAcquire(&bucket.lock);
  Slot* chosen = nullptr;
  for (Slot& slot : bucket.slots) {
    if (holds(slot, tally.id)) {
      chosen = &slot;
      break;
    }
    if (slot.uses == 0 && chosen == nullptr) chosen = &slot;
  }
  if (chosen != nullptr) {
    if (chosen->uses == 0) {
      chosen->database = MyDatabaseId;
      chosen->last_used_at = tally.last_used_at.us;
      std::copy(tally.id.bytes.begin(), tally.id.bytes.end(), chosen->id);
    }
    chosen->uses += tally.uses;
    chosen->last_used_at = std::max(chosen->last_used_at, tally.last_used_at.us);
  }
  SpinLockRelease(&bucket.lock);
}

std::vector<Tally> take_tallies() {
  std::vector<Tally> taken;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    Bucket& bucket = buckets[i];
    // Copied first: nothing may raise while the lock is held.
    Slot copies[kSlots];
    SpinLockAcquire(&bucket.lock);
    for (std::size_t s = 0; s < kSlots; ++s) {
      Slot& slot = bucket.slots[s];
      copies[s] = slot;
      if (slot.database == MyDatabaseId) slot.uses = 0;
    }
    SpinLockRelease(&bucket.lock);
    for (const Slot& copy : copies) {
      if (copy.uses == 0 || copy.database != MyDatabaseId) continue;
      Tally tally{{}, copy.uses, {copy.last_used_at}};
      std::copy(copy.id, copy.id + UUID_LEN, tally.id.bytes.begin());
      taken.push_back(tally);
    }
  }
  return merged(std::move(taken));
}

}  // namespace lad::pg
