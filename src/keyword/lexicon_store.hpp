#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "keyword/lexicon.hpp"
#include "pg/values.hpp"

/// The tables of the loaded lexicons. They belong to all tenants; only the extension reads them.
namespace lad::keyword::store {

struct LexiconRow {
  Uuid id;
  std::string name;
  std::string format;
  std::int32_t version = 1;
  std::int32_t terms = 0;
  std::int32_t edges = 0;
  std::int64_t bytes = 0;
  std::string sha256;
  pg::Timestamp loaded_at{};
};

/// Whether the schema has the tables.
bool has_tables();

/// Raises 55000 when it has not.
void require_tables();

/// All loaded lexicons by name, as the active snapshot has them.
std::vector<LexiconRow> read_lexicons();

/// The bytes of a lexicon; fewer than it has when it is gone.
std::vector<std::byte> read_content(const LexiconRow& row);

/// Puts the bytes in the place of what was loaded under that name before.
LexiconRow save_lexicon(const std::string& name, const std::string& format,
                        std::span<const std::byte> bytes, std::uint64_t rejected);

/// Whether there was one.
bool drop_lexicon(const std::string& name);

/// A lexicon's facts as a row.
LexiconRow to_row(const std::string& name, const std::string& format,
                  std::span<const std::byte> bytes);

}  // namespace lad::keyword::store
