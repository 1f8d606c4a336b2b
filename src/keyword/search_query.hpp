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
  /// word between ("VP of Sales"), and written out. Empty where the search knows none of its words.
  std::string query;
  /// Not empty where the query finds more than the term, since the search drops a word or a sign
  /// that matters (IT, C++): a regular expression that the text in lower case must match too.
  std::string pattern;
};

/// A term, by its display form and its normal form.
SearchTerm search_term(std::string_view display, std::string_view normal, double score,
                       TextParser parse);

/// Either of the terms; with `exact`, without those that a query alone cannot tell. Empty when
/// nothing is left.
std::string any_of(std::span<const SearchTerm> terms, bool exact);

/// The most terms of one query: with more it would be deeper than lad.text_matches takes.
inline constexpr int kMaxSearchTerms = 30;

}  // namespace lad::keyword
