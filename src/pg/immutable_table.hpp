#pragma once

#include <array>

/// Tables whose rows never change: DDL that would let somebody change them is refused.
///
/// A table that outlives its session is immutable when a trigger of it, enabled or not, runs one of
/// the given functions of schema lad. Triggers refuse what statements do to rows; this guards the
/// triggers, constraints and columns, for every role but superusers, at any depth of functions and
/// by any cascade.
namespace lad::pg {

using GuardFunctions = std::array<const char*, 2>;

/// Sets the hooks; only while preloading. Throws immutable_record (LD102) from then on for: DROP of
/// the table, of its columns, constraints and triggers; RENAME, SET SCHEMA, CREATE RULE; a trigger
/// of another extension or of the user's own; and any ALTER TABLE but those that only add or
/// tighten.
void define_immutable_tables(const GuardFunctions& trigger_functions);

}  // namespace lad::pg
