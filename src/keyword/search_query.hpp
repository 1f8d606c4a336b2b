#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/parsed_text.hpp"

/// Terms as queries of a full-text search.
namespace lad::keyword {

/// How the server's text search reads a text.
using TextParser = ParsedText (*)(std::string_view text);

/// A term to search for.
struct SearchTerm {
  std::string term;
  double score = 1;
  /// Text of a tsquery: the term as a phrase; a rank before its field ("vp sales") also with one
  /// word between ("VP of Sales"), on
  /// the other side of it, and written out. Empty where the search knows none of its words.
  std::string query;
  /// Not empty where the query finds more than the term, since the search drops a word or a sign
  /// that matters (IT, C++): a regular expression that the text in lower case must match too.
  std::string pattern;
  std::size_t phrases = 0;  ///< in the query
};

/// A term, by its display form and its normal form.
SearchTerm search_term(std::string_view display, std::string_view normal, double score,
                       TextParser parse);

/// Either of the terms, as many of the first as the query may have phrases; with `exact`, without
/// those that a query alone cannot tell. Empty when nothing is left.
std::string any_of(std::span<const SearchTerm> terms, bool exact);

/// The most terms of one search.
inline constexpr int kMaxSearchTerms = 30;

/// The most phrases of one query, each a level of it: lad.text_matches takes 256 levels.
inline constexpr std::size_t kMaxPhrases = 120;

}  // namespace lad::keyword
