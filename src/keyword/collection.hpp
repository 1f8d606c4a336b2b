#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "keyword/builder.hpp"
#include "keyword/loaders.hpp"

namespace lad::keyword {

/// A line that was left out.
struct Rejection {
  std::string file;
  std::uint64_t line = 0;
  std::string reason;
};

/// What was read of a vocabulary, on its way to a lexicon.
class Collection final : public EntrySink {
 public:
  explicit Collection(const Language& language) : builder_(language) {}

  /// The file that is read now, as rejections name it.
  void start_file(std::string name);
  void start_line() { ++line_; }

  void take(const Entry& entry) override;
  void name_concept(std::string_view code, Source source, std::string_view name) override;
  void reject(std::uint64_t line, std::string_view text, std::string_view reason) override;

  std::uint64_t lines() const { return all_lines_ + line_; }
  std::uint64_t entries() const { return entries_; }
  std::uint64_t rejected() const { return rejected_; }

  /// The first hundred.
  const std::vector<Rejection>& rejections() const { return rejections_; }

  /// The bytes. Throws lexicon_invalid (LD403) when there was nothing to take, with the first
  /// rejection as detail.
  std::vector<std::byte> build() const;

 private:
  LexiconBuilder builder_;
  std::string file_;
  std::uint64_t line_ = 0;
  std::uint64_t all_lines_ = 0;
  std::uint64_t entries_ = 0;
  std::uint64_t rejected_ = 0;
  std::vector<Rejection> rejections_;
};

/// Feeds lines to a loader and counts them for its collection.
class CountedLoader final : public Loader {
 public:
  CountedLoader(Loader& loader, Collection& collection)
      : loader_(loader), collection_(collection) {}
  void begin_file(std::size_t index) override { loader_.begin_file(index); }
  void line(std::string_view text) override;
  void end_file() override { loader_.end_file(); }

 private:
  Loader& loader_;
  Collection& collection_;
};

/// An entry of lad.load_lexicon_rows: {"term", "expansion", "relation", "weight", "context"}, of
/// which the last three may be missing (synonym, 1, general). Throws lexicon_invalid (LD403), which
/// names the entry by its place from 1.
Entry read_entry(const JsonNode& node, std::size_t place);

/// `[{"file", "line", "reason"}]`
JsonNode to_json(const std::vector<Rejection>& rejections);

/// Throws invalid_argument unless it is a name for a lexicon: a lower-case letter, then letters,
/// digits, _ and -, 63 characters at most.
void require_lexicon_name(std::string_view name);

}  // namespace lad::keyword
