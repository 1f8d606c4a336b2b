#pragma once

#include <functional>
#include <string>
#include <vector>

#include "partitions/archive.hpp"
#include "pg/packed_file.hpp"
#include "pg/values.hpp"

/// Rows of tables in files of an archive, and back. As the owner of the tables, inside with_spi,
/// with TimeZone UTC and DateStyle ISO, so that the same row is always the same line.
namespace lad::partitions::store {

/// The columns of a table, generated ones excepted.
std::vector<ArchivedColumn> read_columns(const std::string& table);

/// Writes a table that nobody changes meanwhile into a file, step by step, each in a transaction of
/// its own if the caller likes.
class TableExport {
 public:
  TableExport(pg::WrittenFiles& files, const std::string& table, const std::string& told_as,
              const std::string& path);

  /// Writes the next part; false when there is none.
  bool step();
  std::uint64_t rows() const { return hash_.rows(); }
  ArchivedTable finish();

 private:
  ArchivedTable told_;
  std::string table_;
  std::string line_;  ///< SQL of a row's line
  pg::PackedWriter writer_;
  RowHash hash_;
  std::int64_t next_block_ = 0;
  std::int64_t blocks_ = 0;
};

/// Writes a small file as it is.
void write_text(pg::WrittenFiles& files, const std::string& path, const std::string& text);

/// Throws archive_mismatch (LD503) unless the file is the one that was written, with those rows.
void require_file(const std::string& directory, const ArchivedTable& file);
void require_text(const std::string& directory, const std::string& path, const std::string& text);

/// Loads a file into a table; throws archive_mismatch (LD503) when what came is not what was
/// archived.
void import_table(const std::string& directory, const ArchivedTable& file, pg::TableId id,
                  const std::string& table);

/// What a table holds now.
RowHash hash_table(const std::string& table, const std::vector<ArchivedColumn>& columns);

}  // namespace lad::partitions::store
