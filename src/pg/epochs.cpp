#include "pg/epochs.hpp"

#include "pg/boundary.hpp"

extern "C" {
#include <access/xlog.h>
#include <storage/ipc.h>
#include <storage/lwlock.h>
#include <storage/shmem.h>
#include <utils/guc.h>
#include <utils/hsearch.h>
}

namespace lad::pg {
namespace {

constexpr const char* kName = "lad_ext epochs";

struct Key {
  Oid database;
  Uuid tenant_id;
};
static_assert(sizeof(Key) == 20, "hashed as bytes, so it may have no gaps");

struct Entry {
  Key key;
  TenantEpoch state;
};

struct Head {
  std::uint64_t generation;
};

/// A tenant whose tokens the running transaction revokes, in the transaction's memory.
struct Note {
  Note* next;
  Uuid tenant_id;
};

constinit int cache_size = 16384;
constinit Head* head = nullptr;
constinit HTAB* entries = nullptr;
constinit LWLock* lock = nullptr;
constinit Note* notes = nullptr;
constinit shmem_request_hook_type next_request = nullptr;
constinit shmem_startup_hook_type next_startup = nullptr;

void request_memory() {
  if (next_request != nullptr) next_request();
  RequestAddinShmemSpace(
      add_size(MAXALIGN(sizeof(Head)), hash_estimate_size(cache_size, sizeof(Entry))));
  RequestNamedLWLockTranche(kName, 1);
}

void start_memory() {
  if (next_startup != nullptr) next_startup();
  bool found = false;
  HASHCTL shape{};
  shape.keysize = sizeof(Key);
  shape.entrysize = sizeof(Entry);
  LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
  head = static_cast<Head*>(ShmemInitStruct(kName, sizeof(Head), &found));
  if (!found) head->generation = 1;
  entries = ShmemInitHash("lad_ext epochs by tenant", cache_size, cache_size, &shape,
                          HASH_ELEM | HASH_BLOBS);
  lock = &GetNamedLWLockTranche(kName)->lock;
  LWLockRelease(AddinShmemInitLock);
}

Entry* find_entry(const Uuid& tenant_id, HASHACTION action, bool* found) {
  const Key key{MyDatabaseId, tenant_id};
  return static_cast<Entry*>(hash_search(entries, &key, action, found));
}

/// Makes room (under the exclusive lock): any entry can be loaded again.
void drop_any_entry() {
  HASH_SEQ_STATUS scan;
  hash_seq_init(&scan, entries);
  if (const auto* const entry = static_cast<Entry*>(hash_seq_search(&scan))) {
    hash_search(entries, &entry->key, HASH_REMOVE, nullptr);
    hash_seq_term(&scan);
  }
}

/// Forgets what a committed transaction has revoked. A savepoint that was rolled back has cost no
/// more than a look at the table. Nothing here may raise: the transaction is over.
void forget_noted() {
  LWLockAcquire(lock, LW_EXCLUSIVE);
  ++head->generation;
  for (const Note* note = notes; note != nullptr; note = note->next) {
    find_entry(note->tenant_id, HASH_REMOVE, nullptr);
  }
  LWLockRelease(lock);
}

void end_transaction(XactEvent event, void*) {
  if (notes == nullptr) return;
  if (event == XACT_EVENT_PRE_PREPARE) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("cannot prepare a transaction that revokes tokens")));
  }
  if (event == XACT_EVENT_COMMIT) forget_noted();
  if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT) notes = nullptr;
}

}  // namespace

void define_epochs() {
  DefineCustomIntVariable(
      "lad.epoch_cache_size", "Tenants whose revocation state is kept in shared memory.",
      "Others are read from their table when a token is presented.", &cache_size, 16384, 64,
      10'000'000, PGC_POSTMASTER, 0, nullptr, nullptr, nullptr);
  next_request = shmem_request_hook;
  shmem_request_hook = request_memory;
  next_startup = shmem_startup_hook;
  shmem_startup_hook = start_memory;
  RegisterXactCallback(end_transaction, nullptr);
}

std::optional<TenantEpoch> find_epoch(const Uuid& tenant_id) {
  if (RecoveryInProgress()) return std::nullopt;
  TenantEpoch state{};
  const bool found = guard([&] {
    LWLockAcquire(lock, LW_SHARED);
    const Entry* const entry = find_entry(tenant_id, HASH_FIND, nullptr);
    if (entry != nullptr) state = entry->state;
    LWLockRelease(lock);
    return entry != nullptr;
  });
  return found ? std::optional{state} : std::nullopt;
}

std::uint64_t epoch_generation() {
  return guard([] {
    LWLockAcquire(lock, LW_SHARED);
    const std::uint64_t generation = head->generation;
    LWLockRelease(lock);
    return generation;
  });
}

void load_epoch(const Uuid& tenant_id, const TenantEpoch& read, std::uint64_t generation) {
  if (RecoveryInProgress()) return;
  guard([&] {
    LWLockAcquire(lock, LW_EXCLUSIVE);
    if (head->generation == generation) {
      if (hash_get_num_entries(entries) >= cache_size) drop_any_entry();
      bool found = false;
      Entry* const entry = find_entry(tenant_id, HASH_ENTER_NULL, &found);
      if (entry != nullptr) entry->state = read;
    }
    LWLockRelease(lock);
  });
}

void forget_epoch_on_commit(const Uuid& tenant_id) {
  guard([&] {
    if (notes != nullptr && notes->tenant_id == tenant_id) return;
    auto* const note = static_cast<Note*>(MemoryContextAlloc(TopTransactionContext, sizeof(Note)));
    *note = {notes, tenant_id};
    notes = note;
  });
}

}  // namespace lad::pg
