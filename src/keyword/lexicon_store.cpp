#include "keyword/lexicon_store.hpp"

#include <algorithm>
#include <cstring>

#include "core/error.hpp"
#include "pg/spi.hpp"

namespace lad::keyword::store {
namespace {

/// A dump prints two digits a byte, and no value may be larger than 1 GB.
constexpr std::size_t kPartBytes = std::size_t{16} << 20;

constinit pg::Plan<> kHasTables{
    "SELECT to_regclass('lad_data.keyword_lexicon_parts') IS NOT NULL"
    " AND to_regclass('lad_data.keyword_terms') IS NOT NULL"};

constinit pg::Plan<> kRead{
    "SELECT id, name::text, format::text, version, terms, edges, bytes, sha256::text, loaded_at"
    " FROM lad_data.keyword_lexicons ORDER BY name COLLATE \"C\""};

constinit pg::Plan<Uuid, std::int32_t> kPart{
    "SELECT content FROM lad_data.keyword_lexicon_parts WHERE lexicon_id = $1 AND part = $2"};

// Two loads of one name wait here for each other; the later one wins with the higher version.
constinit pg::Plan<std::string, std::string, std::int32_t, std::int32_t, std::int64_t, std::int64_t,
                   std::string>
    kSave{
        "INSERT INTO lad_data.keyword_lexicons AS l"
        " (name, format, terms, edges, bytes, rejected, sha256) VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (name) DO UPDATE SET format = EXCLUDED.format, version = l.version + 1,"
        " terms = EXCLUDED.terms, edges = EXCLUDED.edges, bytes = EXCLUDED.bytes,"
        " rejected = EXCLUDED.rejected, sha256 = EXCLUDED.sha256, loaded_at = now()"
        " RETURNING id, version, loaded_at"};

constinit pg::Plan<Uuid> kDropParts{
    "DELETE FROM lad_data.keyword_lexicon_parts WHERE lexicon_id = $1"};

constinit pg::Plan<Uuid, std::int32_t, pg::Bytes> kSavePart{
    "INSERT INTO lad_data.keyword_lexicon_parts (lexicon_id, part, content) VALUES ($1, $2, $3)"};

constinit pg::Plan<std::string> kDrop{"DELETE FROM lad_data.keyword_lexicons WHERE name = $1"};

std::string hexadecimal(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace

bool has_tables() {
  return kHasTables.run_in_snapshot().get<bool>(0, 0);
}

void require_tables() {
  if (has_tables()) return;
  throw Error{ErrorCode::not_in_state, "the tables of vocabularies are not installed", "",
              "SELECT * FROM lad.install_schema();"};
}

std::vector<LexiconRow> read_lexicons() {
  const pg::Rows rows = kRead.run_in_snapshot();
  std::vector<LexiconRow> found;
  for (std::uint64_t i = 0; i < rows.size(); ++i) {
    found.push_back({rows.get<Uuid>(i, 0), rows.get<std::string>(i, 1), rows.get<std::string>(i, 2),
                     rows.get<std::int32_t>(i, 3), rows.get<std::int32_t>(i, 4),
                     rows.get<std::int32_t>(i, 5), rows.get<std::int64_t>(i, 6),
                     rows.get<std::string>(i, 7), rows.get<pg::Timestamp>(i, 8)});
  }
  return found;
}

std::vector<std::byte> read_content(const LexiconRow& row) {
  std::vector<std::byte> content;
  for (std::int32_t part = 0;; ++part) {
    const pg::Rows rows = kPart.run_in_snapshot(row.id, part);
    if (rows.empty()) return content;
    const auto bytes = rows.get<pg::Bytes>(0, 0);
    const auto* const begin = reinterpret_cast<const std::byte*>(bytes.data());
    content.insert(content.end(), begin, begin + bytes.size());
  }
}

LexiconRow to_row(const std::string& name, const std::string& format,
                  std::span<const std::byte> bytes) {
  const LexiconFacts facts = read_facts(bytes);
  LexiconRow row;
  row.name = name;
  row.format = format;
  row.terms = static_cast<std::int32_t>(facts.terms);
  row.edges = static_cast<std::int32_t>(facts.edges);
  row.bytes = static_cast<std::int64_t>(facts.bytes);
  row.sha256 = hexadecimal(facts.sha256);
  return row;
}

LexiconRow save_lexicon(const std::string& name, const std::string& format,
                        std::span<const std::byte> bytes, std::uint64_t rejected) {
  LexiconRow row = to_row(name, format, bytes);
  const pg::Rows saved = kSave.run(name, format, row.terms, row.edges, row.bytes,
                                   static_cast<std::int64_t>(rejected), row.sha256);
  row.id = saved.get<Uuid>(0, 0);
  row.version = saved.get<std::int32_t>(0, 1);
  row.loaded_at = saved.get<pg::Timestamp>(0, 2);
  kDropParts.run(row.id);
  for (std::int32_t part = 0; !bytes.empty(); ++part) {
    const auto piece = bytes.first(std::min(kPartBytes, bytes.size()));
    const auto* const begin = reinterpret_cast<const std::uint8_t*>(piece.data());
    kSavePart.run(row.id, part, pg::Bytes(begin, begin + piece.size()));
    bytes = bytes.subspan(piece.size());
  }
  return row;
}

bool drop_lexicon(const std::string& name) {
  return kDrop.run(name).processed() > 0;
}

}  // namespace lad::keyword::store
