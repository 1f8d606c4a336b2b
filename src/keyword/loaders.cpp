#include "keyword/loaders.hpp"

#include <algorithm>
#include <array>

#include "keyword/csv_loader.hpp"
#include "keyword/occupation_loader.hpp"
#include "keyword/pair_loader.hpp"
#include "keyword/wordnet_loader.hpp"

namespace lad::keyword {

namespace {

constexpr std::size_t kLongestLine = 64 * 1024;

constexpr std::array<std::string_view, 6> kFormats = {"onet",    "naics",    "esco",
                                                      "wordnet", "synonyms", "tsv"};

constexpr std::string_view kOccupations[] = {"Occupation Data.txt", "occupation_data.txt",
                                             "onet_occupation_data.txt"};
constexpr std::string_view kTitles[] = {"Alternate Titles.txt", "alternate_titles.txt",
                                        "onet_alternate_titles.txt"};
constexpr FormatFile kOnet[] = {{kOccupations, true}, {kTitles, true}};
constexpr std::string_view kSenses[] = {"index.noun"};
constexpr std::string_view kSynsets[] = {"data.noun"};
constexpr FormatFile kWordnet[] = {{kSenses, true}, {kSynsets, true}};
constexpr FormatFile kSingle[] = {{{}, true}};

}  // namespace

std::string_view name_of(Format format) noexcept {
  return kFormats[static_cast<std::size_t>(format)];
}

std::optional<Format> find_format(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kFormats.size(); ++i) {
    if (kFormats[i] == name) return static_cast<Format>(i);
  }
  return std::nullopt;
}

std::span<const FormatFile> files_of(Format format) noexcept {
  if (format == Format::onet) return kOnet;
  if (format == Format::wordnet) return kWordnet;
  return kSingle;
}

std::unique_ptr<Loader> make_loader(Format format, EntrySink& sink, Source source) {
  switch (format) {
    case Format::onet:
      return make_onet_loader(sink);
    case Format::naics:
      return make_naics_loader(sink);
    case Format::esco:
      return make_esco_loader(sink);
    case Format::wordnet:
      return make_wordnet_loader(sink);
    case Format::synonyms:
      return make_synonyms_loader(sink, source);
    case Format::tsv:
      break;
  }
  return make_tsv_loader(sink, source);
}

void LineFeeder::pass() {
  if (rest_.ends_with('\r')) rest_.pop_back();
  std::string_view line = rest_;
  if (at_start_ && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  at_start_ = false;
  loader_.line(line);
  rest_.clear();
}

void LineFeeder::feed(std::string_view block) {
  while (!block.empty()) {
    const std::size_t end = block.find('\n');
    const std::string_view piece = block.substr(0, end);
    rest_ += piece.substr(0, kLongestLine - std::min(kLongestLine, rest_.size()));
    if (end == block.npos) return;
    block.remove_prefix(end + 1);
    pass();
  }
}

void LineFeeder::finish() {
  if (!rest_.empty()) pass();
  at_start_ = true;
}

}  // namespace lad::keyword
