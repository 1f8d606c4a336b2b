#include "partitions/archive_file_store.hpp"

#include <algorithm>

#include "catalog/names.hpp"
#include "core/error.hpp"
#include "pg/copy.hpp"
#include "pg/spi.hpp"

namespace lad::partitions::store {
namespace {

using Text = std::string;

constexpr std::int64_t kBlocksInStep = 512;

constinit pg::Plan<Text> kColumns{
    "SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute"
    " WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
    " ORDER BY attnum"};

constinit pg::Plan<Text> kBlocks{
    "SELECT pg_relation_size($1::regclass) / current_setting('block_size')::bigint"};

/// Values of these types never hold what CSV must quote.
bool is_plain(const Text& type) {
  for (const char* const plain : {"uuid", "smallint", "integer", "bigint", "numeric", "boolean",
                                  "timestamp", "date", "real", "double precision"}) {
    if (type.starts_with(plain) && !type.ends_with("[]")) return true;
  }
  return false;
}

/// SQL of a row as a line of CSV: NULL is nothing, an empty text is quoted.
Text line_of(const std::vector<ArchivedColumn>& columns) {
  Text sql;
  for (const ArchivedColumn& column : columns) {
    const Text value = catalog::quoted(column.name) + "::text";
    if (!sql.empty()) sql += " || ',' || ";
    sql += is_plain(column.type)
               ? "coalesce(" + value + ", '')"
               : "coalesce('\"' || replace(" + value + ", '\"', '\"\"') || '\"', '')";
  }
  return sql.empty() ? "''" : sql;
}

Text header_of(const std::vector<ArchivedColumn>& columns) {
  Text header;
  for (const ArchivedColumn& column : columns) {
    header += (header.empty() ? "" : ",") + catalog::quoted(column.name);
  }
  return header + "\n";
}

std::int64_t blocks_of(const Text& table) {
  return kBlocks.run(table).get<std::int64_t>(0, 0);
}

/// Calls body(line) for the rows in some blocks of a table.
template <class Body>
void for_each_line(const Text& table, const Text& line, std::int64_t first, std::int64_t last,
                   Body&& body) {
  pg::poll_interrupts();
  pg::with_spi([&] {
    const Text sql = "SELECT " + line + " FROM ONLY " + table + " WHERE ctid >= '(" +
                     std::to_string(first) + ",0)' AND ctid < '(" + std::to_string(last) + ",0)'";
    const pg::Rows rows = pg::run_once(sql.c_str());
    for (std::uint64_t row = 0; row < rows.size(); ++row) body(rows.get<Text>(row, 0));
  });
}

/// The pieces of a file, for COPY.
class FileSource final : public pg::CopySource {
 public:
  explicit FileSource(pg::PackedReader& reader) : reader_(reader) {}
  std::string_view next() override { return reader_.read(); }

 private:
  pg::PackedReader& reader_;
};

void require_facts(const ArchivedTable& file, const pg::FileFacts& facts) {
  if (facts.bytes == file.bytes && facts.sha256 == file.sha256) return;
  throw Error{ErrorCode::archive_mismatch, "a file of the archive is not the one that was written",
              std::to_string(file.bytes) + " bytes were written, " + std::to_string(facts.bytes) +
                  " are there."};
}

}  // namespace

std::vector<ArchivedColumn> read_columns(const std::string& table) {
  const pg::Rows rows = kColumns.run(table);
  std::vector<ArchivedColumn> columns;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    columns.push_back({rows.get<Text>(row, 0), rows.get<Text>(row, 1)});
  }
  return columns;
}

TableExport::TableExport(pg::WrittenFiles& files, const std::string& table,
                         const std::string& told_as, const std::string& path)
    : told_{path, told_as, read_columns(table), 0, {}, 0, {}},
      table_(table),
      line_(line_of(told_.columns)),
      writer_(files, path_parts(path)),
      blocks_(blocks_of(table)) {
  writer_.write(header_of(told_.columns));
}

bool TableExport::step() {
  if (next_block_ >= blocks_) return false;
  const std::int64_t last = std::min(next_block_ + kBlocksInStep, blocks_);
  Text lines;
  for_each_line(table_, line_, next_block_, last, [&](const Text& line) {
    hash_.add(line);
    lines += line;
    lines += '\n';
  });
  writer_.write(lines);
  next_block_ = last;
  return true;
}

ArchivedTable TableExport::finish() {
  const pg::FileFacts facts = writer_.finish();
  told_.rows = hash_.rows();
  told_.row_hash = hash_.hex();
  told_.bytes = facts.bytes;
  told_.sha256 = facts.sha256;
  return told_;
}

void write_text(pg::WrittenFiles& files, const std::string& path, const std::string& text) {
  pg::PackedWriter writer{files, path_parts(path), false};
  writer.write(text);
  writer.finish();
}

void require_file(const std::string& directory, const ArchivedTable& file) {
  pg::PackedReader reader{directory, path_parts(file.path)};
  RecordReader records;
  RowHash hash;
  bool is_header = true;
  for (auto piece = reader.read(); !piece.empty(); piece = reader.read()) {
    pg::poll_interrupts();
    records.feed(piece, [&](std::string_view line) {
      if (!is_header) hash.add(line);
      is_header = false;
    });
  }
  require_facts(file, reader.facts());
  if (!records.is_complete()) {
    throw Error{ErrorCode::archive_mismatch, "a file of the archive is cut off"};
  }
  require_rows(file, hash, "in the file");
}

void require_text(const std::string& directory, const std::string& path, const std::string& text) {
  pg::PackedReader reader{directory, path_parts(path), false};
  Text found;
  for (auto piece = reader.read(); !piece.empty() && found.size() <= text.size();
       piece = reader.read()) {
    found += piece;
  }
  if (found == text) return;
  throw Error{ErrorCode::archive_mismatch, "the manifest is not the one that was written"};
}

void import_table(const std::string& directory, const ArchivedTable& file, pg::TableId id,
                  const std::string& table) {
  require_columns(file.columns, read_columns(table));
  std::vector<std::string> names;
  for (const ArchivedColumn& column : file.columns) names.push_back(column.name);
  pg::PackedReader reader{directory, path_parts(file.path)};
  FileSource source{reader};
  pg::copy_in(id, names, source);
  require_facts(file, reader.facts());
}

RowHash hash_table(const std::string& table, const std::vector<ArchivedColumn>& columns) {
  const Text line = line_of(columns);
  const std::int64_t blocks = blocks_of(table);
  RowHash hash;
  for (std::int64_t first = 0; first < blocks; first += kBlocksInStep) {
    for_each_line(table, line, first, std::min(first + kBlocksInStep, blocks),
                  [&](const Text& one) { hash.add(one); });
  }
  return hash;
}

}  // namespace lad::partitions::store
