#include "tenancy/statement_rules.hpp"

#include <string>

#include "core/error.hpp"

namespace lad::tenancy {
namespace {

bool leaks(const StatementFacts& statement) {
  switch (statement.kind) {
    case StatementKind::cursor:
    case StatementKind::temporary_object:
      return statement.outlives_transaction;
    case StatementKind::channel:
      return statement.channel.starts_with("lad");
    case StatementKind::lock:
    case StatementKind::truncation:
      return statement.touches_all_tenants;
    case StatementKind::explanation:
      return statement.is_executed;
    case StatementKind::row_counter:
    case StatementKind::library:
    case StatementKind::role_settings:
    case StatementKind::other_role:
      return true;
  }
  return true;
}

struct Refusal {
  const char* message;
  const char* detail;
  const char* hint;
};

Refusal refusal_of(StatementKind kind) {
  switch (kind) {
    case StatementKind::cursor:
      return {"cursor would outlive its transaction",
              "The next client of a pooled connection could fetch the rows of this tenant.",
              "Declare it WITHOUT HOLD."};
    case StatementKind::channel:
      return {"channel belongs to lad_ext",
              "The next client of a pooled connection would receive its notifications.",
              "Let a service listen that is no member of lad_app."};
    case StatementKind::temporary_object:
      return {"temporary object would outlive its transaction",
              "The next client of a pooled connection would find it before the object of that name "
              "in its search path.",
              "Create a temporary table ON COMMIT DROP."};
    case StatementKind::lock:
      return {"table belongs to all tenants", "The lock would stop the other tenants.",
              "Lock rows with SELECT FOR UPDATE."};
    case StatementKind::truncation:
      return {"table belongs to all tenants", "TRUNCATE would remove the rows of other tenants.",
              "Delete the rows of the tenant."};
    case StatementKind::explanation:
      return {"EXPLAIN ANALYZE is not allowed",
              "Its counts of filtered rows tell what other tenants have.",
              "Use EXPLAIN without ANALYZE, or ask the administrator."};
    case StatementKind::row_counter:
      return {"function tells of hidden rows",
              "It counts or names rows of other tenants that a query has passed over.",
              "Let a role monitor that is no member of lad_app."};
    case StatementKind::library:
      return {"library would outlive the transaction",
              "The next client of a pooled connection would run with it.",
              "Ask the administrator to preload it."};
    case StatementKind::role_settings:
      return {"role belongs to all tenants",
              "Its settings and its password hold for every session to come.",
              "Use SET LOCAL, or ask the administrator."};
    case StatementKind::other_role:
      return {"another role is not allowed",
              "It would stay with a pooled connection, and may see more than one tenant.",
              "Connect as that role."};
  }
  return {};
}

}  // namespace

void require_harmless(const StatementFacts& statement) {
  if (!leaks(statement)) return;
  const Refusal refusal = refusal_of(statement.kind);
  throw Error{ErrorCode::privilege, refusal.message,
              std::string(refusal.detail) + " Members of lad_app are guarded (lad.guard).",
              refusal.hint};
}

}  // namespace lad::tenancy
