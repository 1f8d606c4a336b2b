#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pg/lexicon_memory.hpp"

/// Immutable files that all backends map: one copy in memory whatever their number. A file is
/// written under another name, flushed and renamed, never changed in place. Names are relative to
/// the data directory.
namespace lad::pg {

/// A file mapped for reading.
struct MappedFile {
  std::span<const std::byte> bytes;
  FileIdentity identity;
};

/// Maps a file; nothing when there is none (or an empty one), or it cannot be read.
std::optional<MappedFile> map_file(const std::string& path);
void unmap_file(const MappedFile& file);

/// Writes a file and its folder; false, and a line in the server's log, where that is not possible.
bool write_shared_file(const std::string& folder, const std::string& name,
                       std::span<const std::byte> bytes);

/// Writes to the server's log that a file is damaged and will be written anew.
void log_damaged_file(const std::string& path, const std::string& damage);

/// The names in a folder; none when it does not exist.
std::vector<std::string> list_files(const std::string& folder);
void remove_file(const std::string& path);

/// The identifier of this database, for names of its files.
std::string database_number();

/// Whether a database of that identifier exists.
bool is_database(const std::string& number);

/// The process that a number names is alive.
bool is_process(const std::string& number);

/// This process.
std::string process_number();

}  // namespace lad::pg
