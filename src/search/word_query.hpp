#pragma once

#include <span>

#include "core/words.hpp"
#include "search/limits.hpp"

/// Searches over words: & | !, phrases <N>, weights, prefixes, answered as PostgreSQL's @@ does.
namespace lad::search {

/// Whether the query has at most kMaxQueryDepth levels.
bool is_shallow(std::span<const QueryNode> query) noexcept;

/// Whether the document matches a shallow query; false for an empty one. A phrase whose words have
/// lost their positions does not match.
bool matches_words(const LexemeList& document, std::span<const QueryNode> query, Poll poll);

}  // namespace lad::search
