#pragma once

#include <string>
#include <vector>

#include "core/uuid.hpp"
#include "keyword/engine.hpp"

/// A tenant's own vocabulary, read and written under row-level security.
namespace lad::keyword::store {

/// What the tenant has added to a keyword, given by its normal form.
std::vector<TenantTerm> find_terms(const Uuid& tenant_id, const std::string& normal);

/// An expansion to be kept.
struct NewTerm {
  std::string expansion;
  std::string normal;
};

/// Keeps expansions of a term; a known one gets the new relation and weight. How many were kept.
std::int32_t save_terms(const std::string& term, const std::string& normal,
                        const std::vector<NewTerm>& expansions, const std::string& relation,
                        const std::string& context, float weight);

}  // namespace lad::keyword::store
