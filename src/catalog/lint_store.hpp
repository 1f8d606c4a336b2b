#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "pg/spi.hpp"

/// The rules of lad.lint, one SELECT each.
namespace lad::catalog {

/// Something that is not as it should be.
struct Finding {
  std::string level;  ///< error: tenants may meet; warning: a rule is broken; info: a custom is
  std::string object;
  std::string rule;
  std::string detail;  ///< what follows from it, a sentence
  std::string remedy;  ///< SQL, or a sentence
};

/// A rule. Its statement returns (object, detail, remedy), one row for each breach.
struct LintRule {
  const char* level;
  const char* name;
  const char* breaches;
};

/// Rules over the same common table expressions, run as one statement: that reads the catalogs
/// once. It returns (number of the rule, object, detail, remedy).
struct LintGroup {
  std::span<const LintRule> rules;
  pg::Plan<>& breaches;
};

namespace rules {
LintGroup of_isolation();  ///< row-level security, policies, the tenant's column
LintGroup of_keys();       ///< primary, unique and foreign keys, indexes
LintGroup of_rights();     ///< grants, owners, views, functions, roles
LintGroup of_columns();    ///< types, triggers of columns, comments
LintGroup of_prices();     ///< rows of the price catalog; acts as their owner

/// Writes the group's statement, or only counts its characters where there is nowhere to write.
constexpr std::size_t write_lint_statement(char* out, const char* prefix,
                                           std::span<const LintRule> rules) {
  std::size_t size = 0;
  const auto add = [&](const char* text) {
    for (; *text != '\0'; ++text, ++size) {
      if (out != nullptr) out[size] = *text;
    }
  };
  add(prefix);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const char number[] = {static_cast<char>('0' + i / 10), static_cast<char>('0' + i % 10), '\0'};
    add(i == 0 ? "SELECT " : " UNION ALL SELECT ");
    add(number);
    add(", o.* FROM (");
    add(rules[i].breaches);
    add(") AS o (object, detail, remedy)");
  }
  return size;
}

constexpr std::size_t lint_statement_size(const char* prefix, std::span<const LintRule> rules) {
  return write_lint_statement(nullptr, prefix, rules) + 1;
}

template <std::size_t kSize>
constexpr std::array<char, kSize> lint_statement(const char* prefix,
                                                 std::span<const LintRule> rules) {
  std::array<char, kSize> statement{};
  write_lint_statement(statement.data(), prefix, rules);
  return statement;
}
}  // namespace rules

/// Every breach of every rule as the calling statement sees the catalogs. Inside with_spi.
std::vector<Finding> lint();

}  // namespace lad::catalog

// Starts a statement with the tables it is about: those of lad_data, and those of other schemas
// that lad.protect has seen. `class` is tenant, global (no tenant, or the tenant itself) or shared
// (a row without a tenant is everyone's).
#define LAD_LINT_TABLES                                                                           \
  "WITH RECURSIVE tables AS MATERIALIZED ("                                                       \
  "    SELECT c.oid, n.nspname, c.relname, c.relkind, c.relispartition, c.relrowsecurity, "       \
  "           c.relforcerowsecurity, c.relacl, c.relowner, "                                      \
  "           format('%I.%I', n.nspname, c.relname) AS name, n.nspname = 'lad_data' AS in_data, " \
  "           CASE WHEN n.nspname <> 'lad_data' THEN 'tenant' "                                   \
  "                WHEN c.relname IN ('tenants', 'users', 'user_identities', 'schema_version', "  \
  "                                   'long_jobs', 'maintenance_jobs', 'managed_partitions', "    \
  "                                   'rollup_marks', 'conversions', 'partition_archives', "      \
  "                                   'keyword_lexicons', 'keyword_lexicon_parts') "              \
  "                THEN 'global' "                                                                \
  "                WHEN c.relname IN ('billing_pricing_catalog', 'billing_exchange_rates', "      \
  "                                   'billing_topup_packages', 'ai_keyword_expansions', "        \
  "                                   'feature_flags') "                                          \
  "                THEN 'shared' ELSE 'tenant' END AS class "                                     \
  "    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "                            \
  "    WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' "                                \
  "      AND (n.nspname = 'lad_data' "                                                            \
  "           OR c.oid IN (SELECT tgrelid FROM pg_trigger "                                       \
  "                        WHERE tgfoid = 'lad.keep_tenant'::regproc) "                           \
  "           OR c.oid IN (SELECT p.polrelid FROM pg_depend d JOIN pg_policy p "                  \
  "                          ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid "           \
  "                        WHERE d.refclassid = 'pg_proc'::regclass "                             \
  "                          AND d.refobjid = 'lad.current_tenant_id'::regproc))) "

// The column tenant_id of each of them, goes on after LAD_LINT_TABLES.
#define LAD_LINT_TENANTS                                                                     \
  ", tenants AS MATERIALIZED ("                                                              \
  "    SELECT t.*, a.attnum, a.atttypid, a.attnotnull, "                                     \
  "           pg_get_expr(d.adbin, d.adrelid) AS default_value "                             \
  "    FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'tenant_id' " \
  "     AND NOT a.attisdropped "                                                             \
  "    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum) "

// lad_app and its members, at any depth.
#define LAD_LINT_APP                                 \
  ", app AS (SELECT 'lad_app'::regrole::oid AS oid " \
  "    UNION SELECT m.member FROM app JOIN pg_auth_members m ON m.roleid = app.oid) "
