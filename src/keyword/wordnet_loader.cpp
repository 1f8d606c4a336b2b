#include "keyword/wordnet_loader.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <unordered_map>
#include <vector>

#include "keyword/fields.hpp"

namespace lad::keyword {

namespace {

constexpr float kWeight = 0.3F;

bool read_number(std::string_view text, int base, std::uint32_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return error == std::errc() && end == text.data() + text.size();
}

class WordnetLoader : public Loader {
 public:
  explicit WordnetLoader(EntrySink& sink) : sink_(sink) {}

  void begin_file(std::size_t index) override {
    line_ = 0;
    reads_synsets_ = index == 1;
  }
  void end_file() override {}

  void line(std::string_view text) override {
    ++line_;
    // The licence, in front of the data, is indented.
    if (text.starts_with("  ") || trim(text).empty()) return;
    const auto fields = split(trim(text.substr(0, text.find('|'))), ' ');
    if (!(reads_synsets_ ? read_synset(fields) : read_senses(fields))) {
      sink_.reject(line_, text, "not as wndb(5WN) says");
    }
  }

 private:
  using Fields = std::vector<std::string_view>;

  // lemma pos synset_cnt p_cnt [ptr_symbol...] sense_cnt tagsense_cnt synset_offset [...]
  bool read_senses(const Fields& fields) {
    std::uint32_t synsets = 0;
    std::uint32_t pointers = 0;
    std::uint32_t first = 0;
    if (fields.size() < 7 || !read_number(fields[2], 10, synsets) ||
        !read_number(fields[3], 10, pointers) || synsets == 0 || pointers > fields.size() ||
        fields.size() != 6 + std::size_t{pointers} + synsets ||
        !read_number(fields[6 + pointers], 10, first)) {
      return false;
    }
    first_sense_.emplace(fields[0], first);
    return true;
  }

  // synset_offset lex_filenum ss_type w_cnt word lex_id [word lex_id...] p_cnt ...
  bool read_synset(const Fields& fields) {
    std::uint32_t offset = 0;
    std::uint32_t count = 0;
    if (fields.size() < 6 || !read_number(fields[0], 10, offset) ||
        !read_number(fields[3], 16, count) || count == 0 ||
        fields.size() < 4 + 2 * std::size_t{count}) {
      return false;
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::string_view word = fields[4 + 2 * i];
      if (!is_first_sense(word, offset)) continue;
      for (std::size_t k = 0; k < count; ++k) {
        if (k != i) take(word, fields[4 + 2 * k]);
      }
    }
    return true;
  }

  bool is_first_sense(std::string_view word, std::uint32_t offset) const {
    std::string lemma(word);
    std::transform(lemma.begin(), lemma.end(), lemma.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const auto at = first_sense_.find(lemma);
    return at != first_sense_.end() && at->second == offset;
  }

  void take(std::string_view term, std::string_view synonym) {
    Entry entry;
    entry.term = std::string(term);
    entry.expansion = std::string(synonym);
    std::replace(entry.term.begin(), entry.term.end(), '_', ' ');
    std::replace(entry.expansion.begin(), entry.expansion.end(), '_', ' ');
    entry.weight = kWeight;
    entry.source = Source::wordnet;
    sink_.take(entry);
  }

  EntrySink& sink_;
  std::uint64_t line_ = 0;
  bool reads_synsets_ = false;
  std::unordered_map<std::string, std::uint32_t> first_sense_;
};

}  // namespace

std::unique_ptr<Loader> make_wordnet_loader(EntrySink& sink) {
  return std::make_unique<WordnetLoader>(sink);
}

}  // namespace lad::keyword
