#pragma once

#include <span>

#include "pg/postgres.hpp"

/// What the planner asks about a leakproof search: which condition of an index stands for it, and
/// how many rows pass.
namespace lad::pg {

/// The built-in operator that a search of (column, pattern) stands for. They have fixed OIDs.
struct SearchOperator {
  Oid pattern_type;
  Oid builtin;
  /// Whether a search with the pattern can be true at all; the built-in operator need not raise
  /// then. Not called inside a guard.
  bool (*accepts)(Datum pattern, Oid collation);
  /// Whether an index may raise for a pattern that is not accepted: it is asked only about
  /// constants then, which the planner has seen.
  bool index_may_raise = false;
};

inline constexpr Oid kIlikeOperator = 1627;     // ~~* (text, text)
inline constexpr Oid kContainsOperator = 3246;  // @> (jsonb, jsonb)
inline constexpr Oid kMatchesOperator = 3636;   // @@ (tsvector, tsquery)

/// Answers a request of the planner. A condition is derived only for a later column of an index
/// whose first column is the table's tenant_id, and only where the query fixes the tenant before
/// anything else is asked: otherwise the number of index rows read would tell of other tenants'.
/// The pattern is a constant, a parameter or another table's column. Searches keep their declared
/// cost, which makes the tenant's condition come first.
Datum answer_planner(Node* request, std::span<const SearchOperator> operators);

}  // namespace lad::pg
