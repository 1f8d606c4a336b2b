#include "pg/lexicon_memory.hpp"

#include <atomic>
#include <new>

#include "pg/boundary.hpp"

extern "C" {
#include <access/xlog.h>
#include <storage/ipc.h>
#include <storage/lwlock.h>
#include <storage/shmem.h>
}

namespace lad::pg {
namespace {

constexpr const char* kName = "lad_ext lexicons";
/// More files than this are checked anew by some backends.
constexpr std::size_t kFiles = 256;

struct Shared {
  std::atomic<std::uint64_t> generation;
  std::size_t next;
  FileIdentity checked[kFiles];
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

constinit Shared* shared = nullptr;
constinit LWLock* lock = nullptr;
constinit bool is_changed_here = false;
constinit shmem_request_hook_type next_request = nullptr;
constinit shmem_startup_hook_type next_startup = nullptr;

void request_memory() {
  if (next_request != nullptr) next_request();
  RequestAddinShmemSpace(MAXALIGN(sizeof(Shared)));
  RequestNamedLWLockTranche(kName, 1);
}

void start_memory() {
  if (next_startup != nullptr) next_startup();
  bool found = false;
  LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
  shared = static_cast<Shared*>(ShmemInitStruct(kName, sizeof(Shared), &found));
  if (!found) {
    new (shared) Shared{};
    shared->generation = 1;
  }
  lock = &GetNamedLWLockTranche(kName)->lock;
  LWLockRelease(AddinShmemInitLock);
}

void end_transaction(XactEvent event, void*) {
  if (!is_changed_here) return;
  if (event == XACT_EVENT_PRE_PREPARE) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("cannot prepare a transaction that changes a lexicon")));
  }
  if (event == XACT_EVENT_COMMIT) shared->generation.fetch_add(1);
  if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT) is_changed_here = false;
}

}  // namespace

void define_lexicon_memory() {
  next_request = shmem_request_hook;
  shmem_request_hook = request_memory;
  next_startup = shmem_startup_hook;
  shmem_startup_hook = start_memory;
  RegisterXactCallback(end_transaction, nullptr);
}

std::optional<std::uint64_t> lexicon_generation() {
  if (is_changed_here || RecoveryInProgress()) return std::nullopt;
  return shared->generation.load();
}

bool has_changed_lexicons() {
  return is_changed_here;
}

void tell_lexicons_on_commit() {
  is_changed_here = true;
}

bool is_checked(const FileIdentity& file) {
  return guard([&] {
    bool found = false;
    LWLockAcquire(lock, LW_SHARED);
    for (std::size_t i = 0; i < kFiles && !found; ++i) found = shared->checked[i] == file;
    LWLockRelease(lock);
    return found;
  });
}

void remember_checked(const FileIdentity& file) {
  guard([&] {
    LWLockAcquire(lock, LW_EXCLUSIVE);
    shared->checked[shared->next++ % kFiles] = file;
    LWLockRelease(lock);
  });
}

}  // namespace lad::pg
