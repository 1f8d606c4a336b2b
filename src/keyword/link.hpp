#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "keyword/entry.hpp"
#include "keyword/lexicon.hpp"
#include "keyword/normalize.hpp"

/// Concept linking: which occupation or industry a keyword's words speak of, though the keyword
/// itself is unknown, and which known terms stand for it.
namespace lad::keyword {

/// A term of a likely concept.
struct LinkedTerm {
  std::uint32_t term;
  std::uint32_t concept_number;  ///< the likeliest of the term's concepts
  float relevance;               ///< probability that term and keyword share a concept
};

/// The terms that share the keyword's concept most likely, best first, at most max_terms; they
/// spread over the likely concepts rather than all come from one. Nothing when the words of the
/// keyword tell too little, or when the lexicon does not know one that another lexicon knows, which
/// then changes what is meant ("saas founder").
std::vector<LinkedTerm> link(std::span<const LexiconView> lexicons, const LexiconView& lexicon,
                             const Query& query, Context context, std::size_t max_terms);

/// Whether a term is one word that many concepts use, such as "manager": it narrows no search.
bool is_generic(const LexiconView& lexicon, std::uint32_t term) noexcept;

}  // namespace lad::keyword
