#include "core/error.hpp"
#include "keyword/active_store.hpp"
#include "keyword/collection.hpp"
#include "keyword/server_language_store.hpp"
#include "pg/args.hpp"
#include "pg/as_owner.hpp"
#include "pg/json.hpp"
#include "pg/result.hpp"
#include "pg/server_file.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace keyword = lad::keyword;
namespace store = lad::keyword::store;
using keyword::Collection;
using lad::Error;
using lad::ErrorCode;

namespace {

constexpr const char* kOwner = "lad_owner";
constexpr const char* kBinary = "binary";
constexpr std::size_t kLargest = std::size_t{4} << 30;
constexpr std::size_t kBlock = 1 << 16;
constexpr std::uint64_t kLinesPerNotice = 1'000'000;

struct Loaded {
  std::vector<std::byte> bytes;
  std::uint64_t entries = 0;
  std::uint64_t rejected = 0;
  std::string reasons = "[]";
};

Loaded build(const Collection& collection) {
  return {collection.build(), collection.entries(), collection.rejected(),
          to_text(keyword::to_json(collection.rejections()))};
}

void read_file(const std::string& path, std::size_t index, keyword::Loader& loader,
               Collection& collection) {
  lad::pg::ServerFile file{path};
  keyword::CountedLoader counted{loader, collection};
  keyword::LineFeeder feeder{counted};
  std::string block(kBlock, '\0');
  collection.start_file(path.substr(path.rfind('/') + 1));
  counted.begin_file(index);
  std::uint64_t announced = collection.lines() / kLinesPerNotice;
  while (const std::size_t size = file.read(block.data(), block.size())) {
    feeder.feed(std::string_view{block}.substr(0, size));
    if (collection.lines() / kLinesPerNotice == announced) continue;
    announced = collection.lines() / kLinesPerNotice;
    lad::pg::notice(("read " + std::to_string(collection.lines()) + " lines").c_str());
  }
  feeder.finish();
  counted.end_file();
}

/// The first name of a format's file that lies in the folder.
std::optional<std::string> find_file(const std::string& folder, const keyword::FormatFile& file) {
  for (const std::string_view name : file.names) {
    std::string path = folder + "/" + std::string{name};
    if (lad::pg::is_readable_file(path)) return path;
  }
  if (!file.is_required) return std::nullopt;
  throw Error{ErrorCode::invalid_argument, "the folder lacks a file of the format",
              "It is called " + std::string{file.names.front()} + "."};
}

Loaded read_vocabulary(keyword::Format format, const std::string& path) {
  Collection collection{store::server_language()};
  const auto loader = keyword::make_loader(
      format, collection,
      format == keyword::Format::synonyms ? keyword::Source::synonyms : keyword::Source::tsv);
  const auto files = keyword::files_of(format);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::optional<std::string> file =
        files[i].names.empty() ? std::optional{path} : find_file(path, files[i]);
    if (file) read_file(*file, i, *loader, collection);
  }
  return build(collection);
}

Loaded read_binary(const std::string& path) {
  Loaded loaded;
  loaded.bytes = lad::pg::read_whole(path, kLargest);
  keyword::verify_lexicon(loaded.bytes);
  loaded.entries = keyword::read_facts(loaded.bytes).edges;
  return loaded;
}

keyword::Format require_format(const std::string& name) {
  if (const auto format = keyword::find_format(name)) return *format;
  throw Error{ErrorCode::invalid_argument,
              "format must be onet, naics, esco, wordnet, synonyms, tsv or binary"};
}

/// Checks who loads before anything is read.
std::string read_name(const lad::pg::Args& args, const char* action) {
  lad::pg::require_caller(kOwner, action);
  const auto name = args.get<std::string>(0, "name");
  keyword::require_lexicon_name(name);
  return name;
}

Datum save(FunctionCallInfo fcinfo, const std::string& name, const std::string& format,
           const Loaded& loaded) {
  keyword::verify_lexicon(loaded.bytes);
  const store::LexiconRow row = [&] {
    const lad::pg::ActAsOwner owner{kOwner};
    return lad::pg::with_spi([&] {
      store::require_tables();
      store::remove_unused_files();
      lad::pg::tell_lexicons_on_commit();
      store::LexiconRow saved = store::save_lexicon(name, format, loaded.bytes, loaded.rejected);
      store::publish_lexicon(saved, loaded.bytes);
      return saved;
    });
  }();
  lad::pg::RowSet set{fcinfo};
  set.add(std::string_view{name}, row.version, static_cast<std::int64_t>(loaded.entries),
          static_cast<std::int64_t>(loaded.rejected), lad::pg::Json{loaded.reasons}, row.terms,
          row.edges, row.bytes, std::string_view{row.sha256});
  return set.done();
}

}  // namespace

LAD_FUNCTION(lad_load_lexicon) {
  const lad::pg::Args args{fcinfo};
  const std::string name = read_name(args, "load a lexicon");
  const auto format = args.get<std::string>(1, "format");
  const auto path = args.get<std::string>(2, "path");
  // Whoever may load may not therefore read the server's keys.
  lad::pg::require_caller("pg_read_server_files", "read a file of the server");
  return save(
      fcinfo, name, format,
      format == kBinary ? read_binary(path) : read_vocabulary(require_format(format), path));
}

LAD_FUNCTION(lad_load_lexicon_rows) {
  const lad::pg::Args args{fcinfo};
  const std::string name = read_name(args, "load a lexicon");
  const lad::JsonNode entries = lad::pg::read_json(args.get<lad::pg::JsonbDatum>(1, "entries"));
  if (entries.kind != lad::JsonNode::Kind::array) {
    throw Error{ErrorCode::invalid_argument, "entries must be a json array"};
  }
  Collection collection{store::server_language()};
  for (std::size_t i = 0; i < entries.children.size(); ++i) {
    collection.start_line();
    collection.take(keyword::read_entry(entries.children[i], i + 1));
  }
  return save(fcinfo, name, "rows", build(collection));
}

LAD_FUNCTION(lad_lexicons) {
  lad::pg::RowSet set{fcinfo};
  for (const auto& each : store::active_lexicons().open) {
    const store::LexiconRow& row = each->row();
    const bool is_shipped = row.id == lad::Uuid{};
    const auto file = each->file().empty() ? std::nullopt : std::optional{each->file()};
    const auto loaded_at = is_shipped ? std::nullopt : std::optional{row.loaded_at};
    set.add(std::string_view{row.name}, std::string_view{row.format}, row.version, row.terms,
            row.edges, row.bytes, file, std::string_view{row.sha256}, loaded_at, true);
  }
  return set.done();
}

LAD_FUNCTION(lad_drop_lexicon) {
  const lad::pg::Args args{fcinfo};
  const std::string name = read_name(args, "drop a lexicon");
  const lad::pg::ActAsOwner owner{kOwner};
  lad::pg::with_spi([&] {
    store::require_tables();
    store::remove_unused_files();
    lad::pg::tell_lexicons_on_commit();
    if (store::drop_lexicon(name)) return;
    if (name == store::kShippedName) {
      throw Error{ErrorCode::invalid_argument, "the shipped vocabulary cannot be dropped",
                  std::string{}, "Load another one under its name to replace it."};
    }
    throw Error{ErrorCode::not_found, "no such lexicon"};
  });
  return lad::pg::void_datum();
}
