#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lad::keyword {

/// What the rules need to know about languages. In the server PostgreSQL's own Unicode tables and
/// Snowball's english stemmer; utf8proc and libstemmer in the unit tests. All take and return
/// UTF-8.
struct Language {
  std::string (*nfkc)(std::string_view text);
  std::string (*fold_case)(std::string_view text);
  std::string (*stem)(std::string_view word);  ///< of one folded word
};

/// The longest keyword, in characters.
inline constexpr std::size_t kMaxKeywordLength = 255;

/// Throws Error(keyword_rejected) for a keyword of more than 255 characters or one with control
/// characters. An empty one, or one of symbols alone, passes: it has no expansions.
void require_keyword(std::string_view utf8);

/// The form in which keywords are compared: NFKC, case folded, one space between words, without
/// punctuation, articles and possessives, joined words spelt one way ("V.P. of Sales",
/// "vice-president, sales" and "VP Sales" are "vp sales"). C++, C#, R&D, B2B, .NET and node.js keep
/// their signs. Empty when nothing is left. Idempotent.
std::string normalize(std::string_view utf8, const Language& language);

/// How a term is shown and searched: NFKC, case folded, spaces collapsed, punctuation kept.
std::string display_form(std::string_view utf8, const Language& language);

/// A word of a normal form, with the stem that inflections and spellings share.
struct Word {
  std::string text;
  std::string stem;
};

/// At most this many words of a keyword are looked at.
inline constexpr std::size_t kMaxWords = 24;

/// The words of a normal form, in their order.
std::vector<Word> split_words(std::string_view normal, const Language& language);

/// Equal for displayed texts that differ by inflection or word order alone.
std::uint64_t inflection_key(std::string_view display, const Language& language);

/// A keyword, ready to be expanded.
struct Query {
  std::string display;
  std::string normal;
  std::vector<Word> words;  ///< that tell something, outside of brackets
  std::size_t head = 0;     ///< place of the head noun in words: "director" of "director of sales"
  std::uint64_t inflection_key = 0;
  Language language;
};

/// Reads a keyword; does not call require_keyword.
Query read_query(std::string_view utf8, const Language& language);

}  // namespace lad::keyword
