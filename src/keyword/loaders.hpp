#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "keyword/entry.hpp"

/// Readers of vocabulary files: lines go in, entries and rejected lines come out, nothing is kept
/// that the format does not need.
namespace lad::keyword {

/// Formats of lad.load_lexicon.
enum class Format : std::uint8_t { onet, naics, esco, wordnet, synonyms, tsv };

std::string_view name_of(Format format) noexcept;
std::optional<Format> find_format(std::string_view name) noexcept;

/// One file of a format. A format of several files is given as a folder.
struct FormatFile {
  /// The file's possible names, official first. Empty: the path itself is the file.
  std::span<const std::string_view> names;
  bool is_required = true;
};

/// The files of a format, in the order in which they are read.
std::span<const FormatFile> files_of(Format format) noexcept;

/// Takes what a loader finds.
class EntrySink {
 public:
  virtual void take(const Entry& entry) = 0;
  virtual void name_concept(std::string_view code, Source source, std::string_view name) = 0;
  /// A line that is not as the format says: its number in its file, from 1, and why.
  virtual void reject(std::uint64_t line, std::string_view text, std::string_view reason) = 0;

 protected:
  ~EntrySink() = default;
};

/// Parses one vocabulary. For each file of files_of: begin_file, then line for each line without
/// its line end, then end_file.
class Loader {
 public:
  virtual ~Loader() = default;
  virtual void begin_file(std::size_t index) = 0;
  virtual void line(std::string_view text) = 0;
  virtual void end_file() = 0;
};

/// The loader of a format. The sink must outlive it. `source` marks the entries of the formats tsv
/// and synonyms, which do not say where they come from: curated for the shipped file.
std::unique_ptr<Loader> make_loader(Format format, EntrySink& sink, Source source);

/// Feeds a file to a loader in blocks of any size, cut into lines (LF or CRLF; a byte order mark at
/// the start is skipped). Of a line longer than 64 KiB the beginning is passed on.
class LineFeeder {
 public:
  explicit LineFeeder(Loader& loader) : loader_(loader) {}
  void feed(std::string_view block);
  /// The last line, when it has no line end.
  void finish();

 private:
  void pass();

  Loader& loader_;
  std::string rest_;
  bool at_start_ = true;
};

}  // namespace lad::keyword
