#include "keyword/search_query.hpp"

#include <algorithm>
#include <array>

namespace lad::keyword {
namespace {

/// Words that stand before a field, with or without an "of" between.
constexpr std::array<std::string_view, 14> kRanks{
    "vp",   "svp",     "evp",      "avp",       "president", "head",    "chief",
    "dean", "manager", "director", "professor", "owner",     "founder", "lead"};

/// Ranks that stand on either side of their field: "sales director", "director of sales".
constexpr std::array<std::string_view, 8> kMovableRanks{"vp",       "svp",     "evp",  "avp",
                                                        "director", "manager", "head", "lead"};

/// Normal forms that people also write out.
struct LongForm {
  std::string_view brief, written_out;
};
constexpr std::array<LongForm, 4> kLongForms{{{"vp", "vice president"},
                                              {"svp", "senior vice president"},
                                              {"evp", "executive vice president"},
                                              {"avp", "assistant vice president"}}};

/// Words that say nothing, so that a search may drop them.
constexpr std::array<std::string_view, 16> kGlue{"a",   "an",   "and", "as",  "at", "by",
                                                 "for", "from", "in",  "of",  "on", "or",
                                                 "s",   "the",  "to",  "with"};

bool is_glue(std::string_view word) {
  return std::find(kGlue.begin(), kGlue.end(), word) != kGlue.end();
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

bool has_substance(std::string_view word) {
  return std::any_of(word.begin(), word.end(), is_letter_or_digit);
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

/// Whether the search would take the word for less than it is.
bool loses(std::string_view word, TextParser parse) {
  if (!has_substance(word)) return false;
  if (word.find_first_of("+#") != std::string_view::npos || word.front() == '.') return true;
  return !is_glue(word) && parse(word).lexemes.empty();
}

std::string quoted(std::string_view lexeme) {
  std::string text = "'";
  for (const char c : lexeme) {
    if (c == '\'' || c == '\\') text += c;
    text += c;
  }
  return text + "'";
}

/// The lexemes in their order and distance; the first gap widened by so many words.
std::string phrase_of(const ParsedText& text, int widened) {
  std::string query;
  int last = 0;
  for (const ParsedText::Lexeme& lexeme : text.lexemes) {
    if (lexeme.position == last) continue;
    if (last != 0) {
      query += " <" + std::to_string(lexeme.position - last + widened) + "> ";
      widened = 0;
    }
    query += quoted(lexeme.text);
    last = lexeme.position;
  }
  return query;
}

void add(std::vector<std::string>& queries, std::string query) {
  if (query.empty()) return;
  if (std::find(queries.begin(), queries.end(), query) == queries.end()) {
    queries.push_back(std::move(query));
  }
}

void add_phrases(std::vector<std::string>& queries, std::string_view text, TextParser parse) {
  const ParsedText parsed = parse(text);
  add(queries, phrase_of(parsed, 0));
  const std::vector<std::string_view> words = split(text);
  if (words.size() < 2 || parsed.lexemes.size() < 2 ||
      std::find(kRanks.begin(), kRanks.end(), words.front()) == kRanks.end()) {
    return;
  }
  // "head of sales" has its gap already.
  if (parsed.lexemes[1].position == parsed.lexemes[0].position + 1) {
    add(queries, phrase_of(parsed, 1));
  }
}

std::string written_out(std::string_view normal) {
  const std::size_t end = std::min(normal.find(' '), normal.size());
  for (const LongForm& form : kLongForms) {
    if (normal.substr(0, end) == form.brief) {
      return std::string{form.written_out} + std::string{normal.substr(end)};
    }
  }
  return {};
}

/// "vice president sales" as "vice president of sales".
std::string with_of(std::string_view text) {
  constexpr std::string_view kRank = "president ";
  const std::size_t at = text.find(kRank);
  if (at == std::string_view::npos) return {};
  const std::size_t end = at + kRank.size();
  return std::string{text.substr(0, end)} + "of " + std::string{text.substr(end)};
}

/// The rank on the other side of its field; empty when there is none.
std::string turned(std::string_view normal) {
  const auto is_movable = [](std::string_view word) {
    return std::find(kMovableRanks.begin(), kMovableRanks.end(), word) != kMovableRanks.end();
  };
  const std::size_t first = normal.find(' ');
  if (first == std::string_view::npos) return {};
  const std::size_t last = normal.rfind(' ');
  const std::string_view end = normal.substr(last + 1);
  if (is_movable(end)) return std::string{end} + " " + std::string{normal.substr(0, last)};
  const std::string_view begin = normal.substr(0, first);
  if (is_movable(begin)) return std::string{normal.substr(first + 1)} + " " + std::string{begin};
  return {};
}

std::string pattern_of(std::string_view display) {
  std::string pattern = "(^|[^[:alnum:]])";
  for (const char c : display) {
    if (c != ' ' && !is_letter_or_digit(c)) pattern += '\\';
    pattern += c;
  }
  return pattern + "($|[^[:alnum:]+#])";
}

std::string joined(const std::vector<std::string>& queries) {
  std::string text;
  for (const std::string& query : queries) {
    if (!text.empty()) text += " | ";
    text += query;
  }
  return text;
}

}  // namespace

SearchTerm search_term(std::string_view display, std::string_view normal, double score,
                       TextParser parse) {
  SearchTerm term{std::string{display}, score, {}, {}, 0};
  const std::vector<std::string_view> words = split(display);
  const bool is_lossy =
      std::any_of(words.begin(), words.end(), [&](auto word) { return loses(word, parse); });
  std::vector<std::string> queries;
  add_phrases(queries, display, parse);
  if (is_lossy) {
    term.pattern = pattern_of(display);
  } else {
    const std::string full = written_out(normal);
    add_phrases(queries, normal, parse);
    add_phrases(queries, full, parse);
    add_phrases(queries, with_of(full), parse);
    add_phrases(queries, turned(normal), parse);
  }
  term.phrases = queries.size();
  term.query = joined(queries);
  return term;
}

std::string any_of(std::span<const SearchTerm> terms, bool exact) {
  std::vector<std::string> queries;
  std::size_t phrases = 0;
  for (const SearchTerm& term : terms) {
    if (term.query.empty() || (exact && !term.pattern.empty())) continue;
    phrases += term.phrases;
    if (phrases > kMaxPhrases) break;
    add(queries, term.query);
  }
  return joined(queries);
}

}  // namespace lad::keyword
