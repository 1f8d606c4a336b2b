#pragma once

namespace lad::pg {

/// Shows another text instead of the running statement, which may hold a secret as a literal: in
/// pg_stat_activity, and in the log when the statement fails. The text must be a literal.
void mask_statement(const char* stand_in);

}  // namespace lad::pg
