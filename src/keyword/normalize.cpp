#include "keyword/normalize.hpp"

#include <algorithm>
#include <iterator>

#include "core/error.hpp"
#include "keyword/characters.hpp"
#include "keyword/spelling.hpp"
#include "keyword/words.hpp"

namespace lad::keyword {

namespace {

// Unicode's own forms are idempotent one by one, not in turns; a few turns settle every real text.
constexpr int kMaxTurns = 8;

bool is_ascii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// NFKC and folded, until neither changes it.
std::string fold(std::string_view text, const Language& language) {
  if (is_ascii(text)) return lower_ascii(text);
  std::string out(text);
  for (int turn = 0; turn < kMaxTurns; ++turn) {
    std::string next = language.nfkc(language.fold_case(language.nfkc(out)));
    if (next == out) break;
    out = std::move(next);
  }
  return out;
}

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out.push_back(' ');
    out += word;
  }
  return out;
}

std::vector<std::string> normal_words(std::string_view folded) {
  std::vector<std::string> words = cut_words(decode_utf8(folded));
  unify_spelling(words);
  return words;
}

bool is_plain(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c == ' ' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

// Removing a sign can bring characters together that Unicode composes, or signs that mean something
// together, so that only a result which is its own result is one.
std::string settle(std::string normal, const Language& language) {
  for (int turn = 0; turn < kMaxTurns && !is_plain(normal); ++turn) {
    std::string next = join(normal_words(fold(normal, language)));
    if (next == normal) break;
    normal = std::move(next);
  }
  return normal;
}

std::string show(const std::u32string& characters) {
  std::string out;
  bool wants_space = false;
  for (const char32_t character : characters) {
    const CharacterKind kind = kind_of(character);
    if (kind == CharacterKind::nothing) continue;
    const bool is_space = character == ' ' || character == 0xA0 || kind == CharacterKind::control;
    if (is_space) {
      wants_space = !out.empty();
      continue;
    }
    if (wants_space) out.push_back(' ');
    wants_space = false;
    append_utf8(out, character);
  }
  return out;
}

// Words that join others and say nothing themselves.
bool is_function_word(std::string_view word) {
  constexpr std::string_view kWords[] = {"as", "by",    "except", "from", "not", "on",
                                         "or", "other", "than",   "to",   "with"};
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

// The text without what stands in brackets, unless that is all.
std::string outside_brackets(std::string_view folded) {
  std::string out;
  int depth = 0;
  for (const char c : folded) {
    if (c == '(') ++depth;
    out.push_back(depth > 0 ? ' ' : c);
    if (c == ')' && depth > 0) --depth;
  }
  return normal_words(out).empty() ? std::string(folded) : out;
}

// The words that tell what a keyword is about.
std::vector<Word> telling_words(std::string_view folded, const Language& language) {
  std::vector<Word> words = split_words(join(normal_words(folded)), language);
  const auto is_empty = [](const Word& word) { return is_function_word(word.text); };
  if (!std::all_of(words.begin(), words.end(), is_empty)) std::erase_if(words, is_empty);
  return words;
}

// The head noun is the last word before a dash or a preposition, or of all.
std::size_t find_head(std::string_view folded, std::size_t words, const Language& language) {
  constexpr std::string_view kEnds[] = {" - ",    " of ", " for ", " in ", " at ",   " to ",
                                        " with ", " by ", " on ",  " as ", " from ", " except "};
  std::size_t end = folded.size();
  for (const std::string_view mark : kEnds) end = std::min(end, folded.find(mark));
  const std::size_t before = telling_words(folded.substr(0, end), language).size();
  const std::size_t last = words == 0 ? 0 : words - 1;
  return before == 0 ? last : std::min(before - 1, last);
}

}  // namespace

void require_keyword(std::string_view utf8) {
  const std::u32string characters = decode_utf8(utf8);
  if (characters.size() > kMaxKeywordLength) {
    throw Error(ErrorCode::keyword_rejected, "keyword of more than 255 characters");
  }
  const bool has_control =
      std::any_of(characters.begin(), characters.end(),
                  [](char32_t character) { return kind_of(character) == CharacterKind::control; });
  if (has_control) {
    throw Error(ErrorCode::keyword_rejected, "keyword with a control character");
  }
}

std::string normalize(std::string_view utf8, const Language& language) {
  return settle(join(normal_words(fold(utf8, language))), language);
}

std::string display_form(std::string_view utf8, const Language& language) {
  return show(decode_utf8(fold(utf8, language)));
}

std::vector<Word> split_words(std::string_view normal, const Language& language) {
  std::vector<Word> words;
  while (!normal.empty() && words.size() < kMaxWords) {
    const std::size_t end = std::min(normal.find(' '), normal.size());
    if (end > 0) {
      const std::string_view text = normal.substr(0, end);
      words.push_back({std::string(text), language.stem(american_spelling(text))});
    }
    normal.remove_prefix(std::min(end + 1, normal.size()));
  }
  return words;
}

std::uint64_t inflection_key(std::string_view display, const Language& language) {
  std::vector<std::string> stems = cut_words(decode_utf8(display));
  for (std::string& word : stems) word = language.stem(word);
  std::sort(stems.begin(), stems.end());
  stems.erase(std::unique(stems.begin(), stems.end()), stems.end());
  std::uint64_t key = 0xcbf29ce484222325U;  // FNV-1a
  for (const std::string& stem : stems) {
    for (const char c : stem + ' ') key = (key ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  return key;
}

Query read_query(std::string_view utf8, const Language& language) {
  Query query;
  query.language = language;
  const std::string folded = fold(utf8, language);
  query.display = show(decode_utf8(folded));
  query.normal = settle(join(normal_words(folded)), language);
  const std::string telling = outside_brackets(folded);
  query.words = telling_words(telling, language);
  query.head = find_head(telling, query.words.size(), language);
  query.inflection_key = inflection_key(query.display, language);
  return query;
}

}  // namespace lad::keyword
