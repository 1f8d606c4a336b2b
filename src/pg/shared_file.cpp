#include "pg/shared_file.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "pg/boundary.hpp"

extern "C" {
#include <common/file_perm.h>
#include <fcntl.h>
#include <storage/fd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utils/syscache.h>
}

namespace lad::pg {
namespace {

FileIdentity identity_of(const struct stat& facts) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  return {static_cast<std::uint64_t>(facts.st_dev), static_cast<std::uint64_t>(facts.st_ino),
          static_cast<std::uint64_t>(facts.st_size),
          (static_cast<std::int64_t>(facts.st_mtim.tv_sec) * kSecond) + facts.st_mtim.tv_nsec};
}

bool write_all(int file, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

/// Inside a guard.
bool write_durably(const char* folder, const char* unfinished, const char* final,
                   std::span<const std::byte> bytes) {
  if (mkdir(folder, static_cast<mode_t>(pg_dir_create_mode)) != 0 && errno != EEXIST) return false;
  const int file = OpenTransientFile(unfinished, O_CREAT | O_TRUNC | O_WRONLY | PG_BINARY);
  if (file < 0) return false;
  const bool is_whole = write_all(file, bytes) && pg_fsync(file) == 0;
  if (CloseTransientFile(file) != 0 || !is_whole) {
    unlink(unfinished);
    return false;
  }
  return durable_rename(unfinished, final, LOG) == 0;
}

}  // namespace

std::optional<MappedFile> map_file(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  struct stat facts {};
  void* memory = MAP_FAILED;
  if (fstat(file, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size > 0) {
    memory = mmap(nullptr, static_cast<std::size_t>(facts.st_size), PROT_READ, MAP_SHARED, file, 0);
  }
  close(file);
  if (memory == MAP_FAILED) return std::nullopt;
  return MappedFile{
      {static_cast<const std::byte*>(memory), static_cast<std::size_t>(facts.st_size)},
      identity_of(facts)};
}

void unmap_file(const MappedFile& file) {
  munmap(const_cast<std::byte*>(file.bytes.data()), file.bytes.size());
}

bool write_shared_file(const std::string& folder, const std::string& name,
                       std::span<const std::byte> bytes) {
  const std::string final = folder + "/" + name;
  const std::string unfinished = final + "." + process_number();
  const bool is_written = guard(
      [&] { return write_durably(folder.c_str(), unfinished.c_str(), final.c_str(), bytes); });
  if (!is_written) {
    guard([&] {
      ereport(LOG, (errcode_for_file_access(), errmsg("could not write \"%s\": %m", final.c_str()),
                    errhint("Each session keeps a copy of its own meanwhile.")));
    });
  }
  return is_written;
}

void log_damaged_file(const std::string& path, const std::string& damage) {
  guard([&] {
    ereport(LOG, (errcode(ERRCODE_DATA_CORRUPTED),
                  errmsg("file \"%s\" is damaged and will be written anew: %s", path.c_str(),
                         damage.c_str())));
  });
}

std::vector<std::string> list_files(const std::string& folder) {
  std::vector<std::string> names;
  DIR* const open_folder = guard([&] { return AllocateDir(folder.c_str()); });
  if (open_folder == nullptr) return names;
  while (const struct dirent* const entry =
             guard([&] { return ReadDirExtended(open_folder, folder.c_str(), LOG); })) {
    names.emplace_back(entry->d_name);
  }
  guard([&] { FreeDir(open_folder); });
  return names;
}

void remove_file(const std::string& path) {
  unlink(path.c_str());
}

std::string database_number() {
  return std::to_string(MyDatabaseId);
}

bool is_database(const std::string& number) {
  const auto oid = static_cast<Oid>(std::strtoul(number.c_str(), nullptr, 10));
  return guard([oid] { return SearchSysCacheExists1(DATABASEOID, ObjectIdGetDatum(oid)); });
}

bool is_process(const std::string& number) {
  const auto pid = static_cast<pid_t>(std::strtol(number.c_str(), nullptr, 10));
  return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM);
}

std::string process_number() {
  return std::to_string(MyProcPid);
}

}  // namespace lad::pg
