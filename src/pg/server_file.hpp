#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace lad::pg {

/// Whether something, or a folder, lies at that path for the server's user.
bool is_readable_file(const std::string& path);
bool is_folder(const std::string& path);

/// A file of the server, read from its start to its end.
class ServerFile {
 public:
  /// Throws invalid_argument (22023) when the server cannot read it.
  explicit ServerFile(const std::string& path);
  ~ServerFile();
  ServerFile(const ServerFile&) = delete;
  ServerFile& operator=(const ServerFile&) = delete;

  /// The next bytes, at most so many; none at the end.
  std::size_t read(char* into, std::size_t size);

 private:
  int file_;
};

/// All bytes of a file; throws invalid_argument when it is larger than so many.
std::vector<std::byte> read_whole(const std::string& path, std::size_t largest);

}  // namespace lad::pg
