#pragma once

#include <string_view>

namespace lad {

/// Statements that can leak from one transaction of a pooled connection to the next, or from one
/// tenant to another.
enum class StatementKind {
  cursor,            ///< DECLARE
  channel,           ///< LISTEN
  temporary_object,  ///< CREATE of something in the session's temporary schema
  lock,              ///< LOCK TABLE
  truncation,        ///< TRUNCATE
  explanation,       ///< EXPLAIN
  row_counter,       ///< a function that counts or names rows of all tenants
  library,           ///< LOAD
  role_settings,     ///< ALTER ROLE
  other_role,        ///< SET ROLE, SET SESSION AUTHORIZATION and their set_config
};

/// What the statement guard knows of such a statement.
struct StatementFacts {
  StatementKind kind;
  bool outlives_transaction = false;  ///< cursor, temporary_object
  bool touches_all_tenants = false;   ///< lock, truncation
  bool is_executed = false;           ///< explanation
  std::string_view channel = {};      ///< channel
};

}  // namespace lad
