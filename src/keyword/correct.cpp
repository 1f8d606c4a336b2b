#include "keyword/correct.hpp"

#include <algorithm>
#include <string_view>

#include "keyword/deletions.hpp"

namespace lad::keyword {

namespace {

constexpr std::size_t kLooked = 64;

bool is_known(std::span<const LexiconView> lexicons, const Word& word) {
  return std::any_of(lexicons.begin(), lexicons.end(), [&](const LexiconView& lexicon) {
    return lexicon.find_word(word.stem) != format::kNone;
  });
}

// Nobody misspells a number or the first letter.
bool can_be_misspelt(std::string_view word) {
  return word.find_first_of("0123456789") == word.npos;
}

std::string_view correct(std::span<const LexiconView> lexicons, std::string_view word) {
  std::string_view best;
  std::uint32_t best_terms = 0;
  for (const std::string& key : deletions_of_word(word)) {
    for (const LexiconView& lexicon : lexicons) {
      const auto found = lexicon.deletions_of(key);
      for (const format::Key& at : found.first(std::min(found.size(), kLooked))) {
        const format::Spelling& spelling = lexicon.spelling(at.number);
        const std::string_view text = lexicon.text(spelling.text);
        if (text.empty() || text[0] != word[0] || !is_one_edit(word, text)) continue;
        if (spelling.terms > best_terms || (spelling.terms == best_terms && text < best)) {
          best = text;
          best_terms = spelling.terms;
        }
      }
    }
  }
  return best;
}

}  // namespace

std::string correct_words(std::span<const LexiconView> lexicons, const Query& query) {
  std::string out;
  bool has_changed = false;
  for (const Word& word : query.words) {
    std::string_view text = word.text;
    if (can_be_misspelt(text) && !is_known(lexicons, word)) {
      if (const std::string_view better = correct(lexicons, text); !better.empty()) {
        text = better;
        has_changed = true;
      }
    }
    if (!out.empty()) out.push_back(' ');
    out += text;
  }
  return has_changed ? out : std::string();
}

}  // namespace lad::keyword
