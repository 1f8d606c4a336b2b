#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "keyword/lexicon_store.hpp"
#include "pg/shared_file.hpp"

/// The lexicons in force: the shipped vocabulary and what was loaded, each a file that all backends
/// map. A file that is missing or damaged is written anew, from the library or from the tables.
namespace lad::keyword::store {

/// Name of the shipped vocabulary; a lexicon that is loaded under it takes its place.
inline constexpr const char* kShippedName = "b2b";

/// A lexicon that is open for reading.
class OpenLexicon {
 public:
  OpenLexicon(LexiconRow row, std::string file, const pg::MappedFile& mapped);
  /// A copy of this backend's own.
  OpenLexicon(LexiconRow row, std::vector<std::byte> own);
  ~OpenLexicon();
  OpenLexicon(const OpenLexicon&) = delete;
  OpenLexicon& operator=(const OpenLexicon&) = delete;

  const LexiconRow& row() const { return row_; }
  /// Path below the data directory; empty for a copy of one's own.
  const std::string& file() const { return file_; }
  std::span<const std::byte> bytes() const;

 private:
  LexiconRow row_;
  std::string file_;
  std::optional<pg::MappedFile> mapped_;
  std::vector<std::byte> own_;
};

/// What one expansion reads. Valid until the next call of active_lexicons.
struct ActiveLexicons {
  std::vector<std::shared_ptr<const OpenLexicon>> open;
  std::vector<LexiconView> views;
  bool has_tables = false;
  std::uint64_t generation = 0;  ///< 0: to be read anew
};

/// The latest committed lexicons and what the running transaction itself has loaded; all of one
/// moment. Throws lexicon_invalid (LD403) when one is damaged in the tables too. Outside of SPI.
const ActiveLexicons& active_lexicons();

/// Writes the file of a lexicon that was just saved.
void publish_lexicon(const LexiconRow& row, std::span<const std::byte> bytes);

/// Removes what ended sessions and dropped databases have left. Before anything is changed: the
/// changes may be rolled back.
void remove_unused_files();

}  // namespace lad::keyword::store
