#include "keyword/active_store.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "keyword/collection.hpp"
#include "keyword/server_language_store.hpp"
#include "keyword/vocabulary_store.hpp"
#include "pg/as_owner.hpp"
#include "pg/refusal.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::keyword::store {
namespace {

constexpr const char* kFolder = "lad_lexicons";
constexpr const char* kOwner = "lad_owner";
constexpr std::string_view kEnding = ".lex";

using Lexicon = std::shared_ptr<const OpenLexicon>;

constinit ActiveLexicons* active = nullptr;

std::string path_of(const std::string& file) {
  return std::string{kFolder} + "/" + file;
}

std::string file_of(const LexiconRow& row) {
  return pg::database_number() + "-" + row.sha256 + std::string{kEnding};
}

/// Maps a file that is whole. A file is looked through once after the server has started, or when
/// it is another than the one that was looked through.
std::optional<pg::MappedFile> map_whole(const std::string& file) {
  const std::optional<pg::MappedFile> mapped = pg::map_file(path_of(file));
  if (!mapped || pg::is_checked(mapped->identity)) return mapped;
  const std::optional<Error> damage = pg::refusal_of([&] { verify_lexicon(mapped->bytes); });
  if (!damage) {
    pg::remember_checked(mapped->identity);
    return mapped;
  }
  pg::unmap_file(*mapped);
  pg::log_damaged_file(path_of(file), damage->message());
  return std::nullopt;
}

/// Opens the bytes through a file that others share, or keeps them where that is not possible.
Lexicon open_new(const LexiconRow& row, const std::string& file, std::vector<std::byte> bytes) {
  if (pg::write_shared_file(kFolder, file, bytes)) {
    if (const auto mapped = map_whole(file)) {
      return std::make_shared<OpenLexicon>(row, path_of(file), *mapped);
    }
  }
  return std::make_shared<OpenLexicon>(row, std::move(bytes));
}

std::vector<std::byte> compile_shipped() {
  Collection collection{server_language()};
  const auto loader = make_loader(Format::tsv, collection, Source::curated);
  CountedLoader counted{*loader, collection};
  LineFeeder feeder{counted};
  counted.begin_file(0);
  feeder.feed(shipped_vocabulary());
  feeder.finish();
  counted.end_file();
  return collection.build();
}

Lexicon open_shipped() {
  const std::string file = "shipped-" + std::string{shipped_version()} + "-" +
                           std::to_string(pg::server_version()) + std::string{kEnding};
  if (const auto mapped = map_whole(file)) {
    return std::make_shared<OpenLexicon>(to_row(kShippedName, "tsv", mapped->bytes), path_of(file),
                                         *mapped);
  }
  std::vector<std::byte> bytes = compile_shipped();
  const LexiconRow row = to_row(kShippedName, "tsv", bytes);
  return open_new(row, file, std::move(bytes));
}

Lexicon open_loaded(const LexiconRow& row) {
  const std::string file = file_of(row);
  if (const auto mapped = map_whole(file)) {
    if (to_row(row.name, row.format, mapped->bytes).sha256 == row.sha256) {
      return std::make_shared<OpenLexicon>(row, path_of(file), *mapped);
    }
    pg::unmap_file(*mapped);
  }
  std::vector<std::byte> bytes = read_content(row);
  const auto damage = pg::refusal_of([&] {
    verify_lexicon(bytes);
    if (to_row(row.name, row.format, bytes).sha256 != row.sha256) {
      throw Error{ErrorCode::lexicon_invalid, "it is another one than was loaded"};
    }
  });
  if (damage) {
    throw Error{ErrorCode::lexicon_invalid, "lexicon " + row.name + " is damaged",
                "In lad_data.keyword_lexicon_parts: " + damage->message() + ".",
                "Load it again, or drop it with lad.drop_lexicon."};
  }
  return open_new(row, file, std::move(bytes));
}

/// The same lexicon when it is open already, under the facts of now.
Lexicon find_open(const LexiconRow& row) {
  if (active == nullptr) return nullptr;
  for (const Lexicon& each : active->open) {
    const LexiconRow& known = each->row();
    if (known.sha256 == row.sha256 && known.id == row.id && known.version == row.version) {
      return each;
    }
  }
  return nullptr;
}

bool is_shipped(const Lexicon& lexicon) {
  return lexicon->row().id == Uuid{};
}

Lexicon shipped() {
  if (active != nullptr) {
    const auto found = std::find_if(active->open.begin(), active->open.end(), is_shipped);
    if (found != active->open.end()) return *found;
  }
  return open_shipped();
}

/// Inside SPI, in one snapshot.
std::vector<Lexicon> open_all(bool has_tables) {
  std::vector<Lexicon> open;
  bool is_replaced = false;
  if (has_tables) {
    for (const LexiconRow& row : read_lexicons()) {
      is_replaced = is_replaced || row.name == kShippedName;
      const Lexicon known = find_open(row);
      open.push_back(known ? known : open_loaded(row));
    }
  }
  if (!is_replaced) open.insert(open.begin(), shipped());
  return open;
}

/// Removes the files of lexicons that were open and are no longer in the tables. Should one be
/// loaded again at this moment, the next reader writes its file anew.
void remove_replaced(const std::vector<Lexicon>& before, const std::vector<Lexicon>& now) {
  for (const Lexicon& old : before) {
    const bool is_kept = is_shipped(old) || std::any_of(now.begin(), now.end(), [&](auto& each) {
                           return each->file() == old->file();
                         });
    if (!is_kept && !old->file().empty()) pg::remove_file(old->file());
  }
}

}  // namespace

OpenLexicon::OpenLexicon(LexiconRow row, std::string file, const pg::MappedFile& mapped)
    : row_(std::move(row)), file_(std::move(file)), mapped_(mapped) {}

OpenLexicon::OpenLexicon(LexiconRow row, std::vector<std::byte> own)
    : row_(std::move(row)), own_(std::move(own)) {}

OpenLexicon::~OpenLexicon() {
  if (mapped_) pg::unmap_file(*mapped_);
}

std::span<const std::byte> OpenLexicon::bytes() const {
  return mapped_ ? mapped_->bytes : std::span<const std::byte>{own_};
}

const ActiveLexicons& active_lexicons() {
  // Before the tables are read: what comes between is read again the next time.
  const std::optional<std::uint64_t> generation = pg::lexicon_generation();
  if (active != nullptr && generation && active->generation == *generation) return *active;
  auto next = std::make_unique<ActiveLexicons>();
  {
    const pg::ActAsOwner owner{kOwner};
    next->open = pg::with_latest_snapshot([&] {
      next->has_tables = has_tables();
      return open_all(next->has_tables);
    });
  }
  for (const Lexicon& each : next->open) next->views.emplace_back(each->bytes());
  if (generation && next->has_tables) next->generation = *generation;
  if (active != nullptr && !pg::has_changed_lexicons()) {
    remove_replaced(active->open, next->open);
  }
  delete active;
  active = next.release();
  return *active;
}

void publish_lexicon(const LexiconRow& row, std::span<const std::byte> bytes) {
  pg::write_shared_file(kFolder, file_of(row), bytes);
}

void remove_unused_files() {
  const std::vector<LexiconRow> rows = read_lexicons();
  const std::string mine = pg::database_number();
  for (const std::string& name : pg::list_files(kFolder)) {
    const std::size_t dash = name.find('-');
    if (dash == std::string::npos || name.starts_with("shipped-")) continue;
    const std::string database = name.substr(0, dash);
    const std::size_t end = name.find(kEnding);
    const std::string rest =
        end == std::string::npos ? std::string{} : name.substr(end + kEnding.size());
    const bool is_unfinished = !rest.empty();
    const bool is_used = std::any_of(rows.begin(), rows.end(),
                                     [&](const LexiconRow& row) { return file_of(row) == name; });
    const bool is_waste = is_unfinished      ? !pg::is_process(rest.substr(1))
                          : database == mine ? !is_used
                                             : !pg::is_database(database);
    if (is_waste) pg::remove_file(path_of(name));
  }
}

}  // namespace lad::keyword::store
