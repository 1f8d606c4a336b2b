#include "pg/key_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>

#include "core/error.hpp"
#include "pg/boundary.hpp"

extern "C" {
#include <storage/ipc.h>
#include <storage/lwlock.h>
#include <storage/shmem.h>
#include <utils/guc.h>
}

namespace lad::pg {
namespace {

constexpr const char* kName = "lad_ext key file";
constexpr off_t kMaxFileSize = 65536;

struct SharedKeys {
  std::uint64_t generation;  // 0: never read well
  TimestampTz loaded_for;    // the reload that the last attempt answered
  char refusal[200];         // why the last attempt failed; empty when it did not
  unsigned char bytes[kMaxKeysSize];
};

constinit KeyFileFormat key_format{};
constinit char* key_file = nullptr;
constinit SharedKeys* shared = nullptr;
constinit LWLock* lock = nullptr;
constinit SharedKeys local{};
constinit shmem_request_hook_type next_request = nullptr;
constinit shmem_startup_hook_type next_startup = nullptr;

void request_memory() {
  if (next_request != nullptr) next_request();
  RequestAddinShmemSpace(MAXALIGN(sizeof(SharedKeys)));
  RequestNamedLWLockTranche(kName, 1);
}

void start_memory() {
  if (next_startup != nullptr) next_startup();
  bool found = false;
  LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
  shared = static_cast<SharedKeys*>(ShmemInitStruct(kName, sizeof(SharedKeys), &found));
  if (!found) std::memset(shared, 0, sizeof(*shared));
  lock = &GetNamedLWLockTranche(kName)->lock;
  LWLockRelease(AddinShmemInitLock);
}

[[noreturn]] void refuse(const char* why) {
  throw Error{ErrorCode::key_unavailable, std::string("key file ") + why};
}

struct OpenFile {
  int number;
  ~OpenFile() {
    if (number >= 0) close(number);
  }
};

/// The text of the file, cleansed when it is dropped.
struct KeyText {
  std::string bytes;
  ~KeyText() { explicit_bzero(bytes.data(), bytes.size()); }
};

void read_key_file(KeyText& text) {
  // Whoever owns a link would choose the keys; opening a pipe would hang the session.
  const OpenFile file{open(key_file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (file.number < 0) refuse(errno == ELOOP ? "is a symbolic link" : "cannot be opened");
  struct stat status;
  if (fstat(file.number, &status) != 0) refuse("cannot be examined");
  if (!S_ISREG(status.st_mode)) refuse("is not a plain file");
  if (status.st_uid != geteuid()) refuse("is not owned by the server's user");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) refuse("is open to others than its owner");
  if (status.st_size > kMaxFileSize) refuse("is larger than 64 kB");
  text.bytes.resize(static_cast<std::size_t>(status.st_size));
  std::size_t done = 0;
  while (done < text.bytes.size()) {
    const ssize_t count = read(file.number, text.bytes.data() + done, text.bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) refuse("cannot be read");
    done += static_cast<std::size_t>(count);
  }
}

/// The reason why the file was refused, or nothing when `keys` holds what it says.
std::optional<std::string> try_read(unsigned char* keys) {
  try {
    KeyText text;
    read_key_file(text);
    key_format.parse(text.bytes, keys);
    return std::nullopt;
  } catch (const Error& error) {
    return error.detail().empty() ? error.message() : error.message() + ": " + error.detail();
  }
}

bool is_set() {
  return key_file != nullptr && key_file[0] != '\0';
}

void report_refusal(const char* reason, bool has_keys) {
  guard([&] {
    ereport(LOG, (errcode(ERRCODE_CONFIG_FILE_ERROR), errmsg("lad.key_file refused: %s", reason),
                  has_keys ? errdetail("The keys read before stay in force.")
                           : errdetail("There are no keys.")));
  });
}

void publish(const unsigned char* keys) {
  std::memcpy(shared->bytes, keys, key_format.size);
  ++shared->generation;
}

/// Reads the file if this backend has seen a reload that nobody has answered, then takes a copy of
/// the published keys. Reading happens before the lock is taken: it may fail, the lock may not.
void refresh() {
  unsigned char keys[kMaxKeysSize];
  const bool unanswered = PgReloadTime > shared->loaded_for;
  const std::optional<std::string> refusal = unanswered ? try_read(keys) : std::nullopt;
  guard([&] {
    LWLockAcquire(lock, LW_EXCLUSIVE);
    // Another backend may have answered a later reload meanwhile: its keys must not be undone.
    if (unanswered && PgReloadTime > shared->loaded_for) {
      if (!refusal) publish(keys);
      strlcpy(shared->refusal, refusal ? refusal->c_str() : "", sizeof(shared->refusal));
      shared->loaded_for = PgReloadTime;
    }
    std::memcpy(&local, shared, sizeof(local));
    LWLockRelease(lock);
  });
  explicit_bzero(keys, sizeof(keys));
  if (refusal) report_refusal(refusal->c_str(), local.generation != 0);
}

}  // namespace

std::string key_file_problem() {
  if (!is_set()) return "no key file is set";
  refresh();
  return local.refusal;
}

void define_key_file(const KeyFileFormat& format) {
  key_format = format;
  DefineCustomStringVariable("lad.key_file", "File with the keys that sign and verify tokens.",
                             "Lines of key id, algorithm and base64 key; owned by the server's "
                             "user, closed to all others.",
                             &key_file, "", PGC_SIGHUP, GUC_SUPERUSER_ONLY, nullptr, nullptr,
                             nullptr);
  next_request = shmem_request_hook;
  shmem_request_hook = request_memory;
  next_startup = shmem_startup_hook;
  shmem_startup_hook = start_memory;
}

const void* current_keys() {
  if (!is_set()) throw Error{ErrorCode::key_unavailable, "no key file is set"};
  if (PgReloadTime > shared->loaded_for || local.generation != shared->generation ||
      local.generation == 0) {
    refresh();
  }
  if (local.generation == 0) throw Error{ErrorCode::key_unavailable, "no key file could be read"};
  return local.bytes;
}

}  // namespace lad::pg
