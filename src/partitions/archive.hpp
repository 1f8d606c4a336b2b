#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"

/// What an archive of a partition consists of.
namespace lad::partitions {

/// The parts of a path below the archive directory. Throws invalid_argument (22023) for one that is
/// absolute, empty, longer than 1000 bytes, ends with a slash, or has a part that is empty, `.`,
/// `..`, starts with a dot, is longer than 200 bytes or holds a control character.
std::vector<std::string> path_parts(std::string_view path);

/// The manifest beside an archived file, and the file with what belongs to its rows.
std::string manifest_path(const std::string& path);
std::string analysis_path(const std::string& path);

/// Tells whether two sets of rows are the same, in whatever order they come: the sum, modulo 2^256,
/// of the SHA-256 of each row's line. A row that comes twice counts twice.
class RowHash {
 public:
  void add(std::string_view line);
  std::uint64_t rows() const { return rows_; }
  /// 64 hexadecimal digits.
  std::string hex() const;

 private:
  std::array<std::uint64_t, 4> sum_{};
  std::uint64_t rows_ = 0;
};

/// Takes the bytes of a CSV file in pieces of any size apart into its records, whose quoted values
/// may hold line ends.
class RecordReader {
 public:
  /// Calls body(record) for each record that ends in the piece, without its line end.
  template <class Body>
  void feed(std::string_view piece, Body&& body) {
    for (const char c : piece) {
      if (c == '"') quoted_ = !quoted_;
      if (c != '\n' || quoted_) {
        record_ += c;
        continue;
      }
      body(std::string_view{record_});
      record_.clear();
    }
  }
  /// Whether nothing of a record is left.
  bool is_complete() const { return record_.empty() && !quoted_; }

 private:
  std::string record_;
  bool quoted_ = false;
};

struct ArchivedColumn {
  std::string name;
  std::string type;
  bool operator==(const ArchivedColumn&) const = default;
};

/// A table of an archive, in a file or to be written to one.
struct ArchivedTable {
  std::string path;   ///< below the archive directory
  std::string table;  ///< whose rows they are, schema-qualified
  std::vector<ArchivedColumn> columns;
  std::uint64_t rows = 0;
  std::string row_hash;
  std::uint64_t bytes = 0;
  std::string sha256;  ///< of the file, hexadecimal
};

struct Manifest {
  std::string archive;
  std::string version;  ///< of the extension that wrote it
  std::string parent;
  std::string partition;
  std::string from;  ///< empty: MINVALUE
  std::string to;
  std::vector<ArchivedTable> files;
};

std::string manifest_text(const Manifest& manifest);

/// Reads what manifest_text wrote. Throws archive_mismatch (LD503) for anything else.
Manifest read_manifest(const JsonNode& json);

/// Throws archive_mismatch (LD503) unless the table has every archived column with its type. A
/// column that came later keeps its default in restored rows.
void require_columns(const std::vector<ArchivedColumn>& archived,
                     const std::vector<ArchivedColumn>& present);

/// Throws archive_mismatch (LD503) unless the rows are those of the archived table.
void require_rows(const ArchivedTable& archived, const RowHash& found, const char* where);

}  // namespace lad::partitions
