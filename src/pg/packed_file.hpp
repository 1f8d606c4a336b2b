#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// Files below the archive directory, compressed with zstd. No symbolic link is followed on the way
/// to them, none is overwritten, and none is there before it is on disk as a whole.
namespace lad::pg {

/// Defines lad.archive_directory; while preloading.
void define_archive_directory();

/// The directory's path; throws not_in_state (55000) when none is set.
std::string archive_directory();

/// How a file turned out.
struct FileFacts {
  std::uint64_t bytes = 0;
  std::string sha256;  ///< of its bytes, hexadecimal
};

/// Files that were written go again with this object unless they are kept.
class WrittenFiles {
 public:
  explicit WrittenFiles(std::string directory) : directory_(std::move(directory)) {}
  ~WrittenFiles();
  WrittenFiles(const WrittenFiles&) = delete;
  WrittenFiles& operator=(const WrittenFiles&) = delete;

  const std::string& directory() const { return directory_; }
  void add(std::vector<std::string> path) { paths_.push_back(std::move(path)); }
  void keep() { paths_.clear(); }

 private:
  std::string directory_;
  std::vector<std::vector<std::string>> paths_;
};

/// Writes one file under another name, which is its own in the end. Throws invalid_argument (22023)
/// for a path whose directory is missing or leads through a symbolic link, duplicate_object (42710)
/// where a file exists, disk_full (53100), and io_error (58030) with the reason for the rest.
class PackedWriter {
 public:
  /// The last part of the path is the file's name.
  PackedWriter(WrittenFiles& files, std::vector<std::string> path, bool compressed = true);
  ~PackedWriter();
  PackedWriter(const PackedWriter&) = delete;
  PackedWriter& operator=(const PackedWriter&) = delete;

  void write(std::string_view text);
  /// Makes all of it durable and gives it its name.
  FileFacts finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Whether anything of that name is there, and taking it away. They throw as PackedWriter does.
bool has_file(const std::string& directory, const std::vector<std::string>& path);
void remove_file(const std::string& directory, const std::vector<std::string>& path);

/// Reads one file. Throws archive_mismatch (LD503) for one that is missing, no plain file, damaged
/// or cut off.
class PackedReader {
 public:
  PackedReader(const std::string& directory, const std::vector<std::string>& path,
               bool compressed = true);
  ~PackedReader();
  PackedReader(const PackedReader&) = delete;
  PackedReader& operator=(const PackedReader&) = delete;

  /// The next piece; empty at the end.
  std::string_view read();
  /// What was read. At the end of the file.
  FileFacts facts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lad::pg
