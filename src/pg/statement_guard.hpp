#pragma once

#include "core/statement.hpp"

/// The guard of shared connections (setting lad.guard).
///
/// A hook on utility statements, at any depth of functions and DO blocks, one on the settings
/// `role` and `session_authorization`, which set_config changes as well as SET ROLE, and one on
/// functions that tell of hidden rows, such as the views pg_stat_xact_* and pg_locks call.
/// Guarded are the members of lad_app, directly or through other roles, but for superusers.
namespace lad::pg {

/// Throws for a statement that a guarded role may not run.
using StatementRule = void (*)(const StatementFacts& statement);

/// Defines lad.guard and sets the hooks; only while preloading.
void define_statement_guard(StatementRule rule);

}  // namespace lad::pg
