#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/uuid.hpp"
#include "keyword/search_query.hpp"

namespace lad::keyword::store {

/// A lead that one of the terms fits.
struct LeadMatch {
  Uuid lead_id;
  float score = 0;
  std::string term;
};

/// The tenant's live leads that a term fits, best first. A term in the title counts whole, in
/// company and tags 0.8 of its score, in notes half. Uses the full-text index under row-level
/// security.
std::vector<LeadMatch> match_leads(const Uuid& tenant_id, std::span<const SearchTerm> terms,
                                   std::int32_t max_rows);

}  // namespace lad::keyword::store
