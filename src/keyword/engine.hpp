#pragma once

#include <span>
#include <string>
#include <vector>

#include "keyword/entry.hpp"
#include "keyword/lexicon.hpp"
#include "keyword/normalize.hpp"

namespace lad::keyword {

/// An expansion of a keyword that its tenant has added: found by the keyword's normal form.
struct TenantTerm {
  std::string expansion;
  Relation relation = Relation::synonym;
  float weight = 1;
  ContextMask contexts = mask_of(Context::general);
};

/// A term that a search may add to a keyword.
struct Suggestion {
  std::string term;  ///< in display form
  double score = 0;  ///< in (0, 1], three decimals; the order of the result is by score
  Relation relation = Relation::synonym;
  Source source = Source::curated;
  std::string path;  ///< how it was found, such as "cto > chief technology officer"
};

/// The most terms one keyword gets.
inline constexpr int kMaxTerms = 100;

/// The best terms for a keyword, at most max_terms (1 to kMaxTerms, else Error(invalid_argument)),
/// none that differs from the keyword or an earlier term by inflection or word order alone. Nothing
/// when unsure. Time and memory are bounded whatever the lexicon holds, and the same arguments give
/// the same result to the byte.
std::vector<Suggestion> expand(std::span<const LexiconView> lexicons, const Query& query,
                               Context context, int max_terms,
                               std::span<const TenantTerm> tenant_terms = {});

}  // namespace lad::keyword
