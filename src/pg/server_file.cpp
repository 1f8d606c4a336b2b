#include "pg/server_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/error.hpp"
#include "pg/boundary.hpp"

namespace lad::pg {
namespace {

bool has_kind(const std::string& path, mode_t kind) {
  struct stat facts {};
  return stat(path.c_str(), &facts) == 0 && (facts.st_mode & S_IFMT) == kind;
}

[[noreturn]] void refuse(const std::string& why) {
  throw Error{ErrorCode::invalid_argument, "the server cannot read the file", why};
}

}  // namespace

bool is_readable_file(const std::string& path) {
  return has_kind(path, S_IFREG) && access(path.c_str(), R_OK) == 0;
}

bool is_folder(const std::string& path) {
  return has_kind(path, S_IFDIR);
}

// A pipe or a device would block or never end.
ServerFile::ServerFile(const std::string& path) {
  if (!is_readable_file(path)) {
    refuse("Path " + path + " names no regular file that the server's user may read.");
  }
  file_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file_ < 0) refuse("Path " + path + " cannot be opened.");
}

ServerFile::~ServerFile() {
  close(file_);
}

std::size_t ServerFile::read(char* into, std::size_t size) {
  poll_interrupts();
  while (true) {
    const ssize_t got = ::read(file_, into, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) refuse("Reading failed before its end.");
  }
}

std::vector<std::byte> read_whole(const std::string& path, std::size_t largest) {
  ServerFile file{path};
  std::vector<std::byte> bytes;
  constexpr std::size_t kBlock = 1 << 20;
  while (true) {
    const std::size_t before = bytes.size();
    bytes.resize(before + kBlock);
    const std::size_t got = file.read(reinterpret_cast<char*>(bytes.data() + before), kBlock);
    bytes.resize(before + got);
    if (got == 0) return bytes;
    if (bytes.size() > largest) refuse("It is larger than a lexicon can be.");
  }
}

}  // namespace lad::pg
