#include "catalog/trial_store.hpp"

#include "catalog/store.hpp"
#include "pg/spi.hpp"

namespace lad::catalog::store {
namespace {

using Name = std::string;
constexpr const char* kTemporary = "pg_temp";

constinit pg::Plan<Name, Name> kConstraints{
    "SELECT conname::text, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE conrelid = to_regclass(format('%I.%I', $1, $2)) AND contype <> 't'"};

constinit pg::Plan<Name, Name, Name> kIndex{
    "SELECT concat(CASE WHEN i.indisunique THEN 'UNIQUE ' END, "
    "              substring(pg_get_indexdef(i.indexrelid) FROM 'USING .*'), "
    "              CASE WHEN NOT i.indisvalid THEN ' (invalid)' END) "
    "FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    "WHERE i.indrelid = to_regclass(format('%I.%I', $1, $2)) AND c.relname = $3"};

constinit pg::Plan<Name, Name, Name> kTrigger{
    "SELECT regexp_replace(pg_get_triggerdef(oid), ' ON (lad_data|pg_temp)[.]', ' ON ') "
    "FROM pg_trigger "
    "WHERE tgrelid = to_regclass(format('%I.%I', $1, $2)) AND tgname = $3"};

constinit pg::Plan<Name, Name, Name> kPolicy{
    "SELECT concat(CASE WHEN NOT polpermissive THEN 'AS RESTRICTIVE ' END, 'FOR ', "
    "       CASE polcmd WHEN '*' THEN 'ALL' WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' "
    "                   WHEN 'w' THEN 'UPDATE' ELSE 'DELETE' END, ' TO ', "
    "       (SELECT string_agg(CASE role WHEN 0 THEN 'public' ELSE role::regrole::text END, ', ' "
    "                          ORDER BY role::regrole::text) FROM unnest(polroles) role), "
    "       ' USING ' || pg_get_expr(polqual, polrelid), "
    "       ' WITH CHECK ' || pg_get_expr(polwithcheck, polrelid)) "
    "FROM pg_policy WHERE polrelid = to_regclass(format('%I.%I', $1, $2)) AND polname = $3"};

pg::Plan<Name, Name, Name>& plan_of(pg::DdlKind kind) {
  if (kind == pg::DdlKind::index) return kIndex;
  if (kind == pg::DdlKind::trigger) return kTrigger;
  if (kind == pg::DdlKind::policy) return kPolicy;
  throw Error{ErrorCode::internal, "statement makes nothing that is printed"};
}

}  // namespace

void Trial::open(const pg::DdlStatement& statement, const std::string& constraints) {
  close();
  const std::string table = statement.schema + "." + statement.table;
  run("CREATE TEMPORARY TABLE " + statement.table + " (LIKE " + table + constraints + ")");
  schema_ = statement.schema;
  table_ = statement.table;
}

std::vector<Definition> Trial::constraints(const pg::DdlStatement& create_table) {
  std::string clauses;
  std::vector<Definition> foreign_keys;
  for (const pg::ConstraintClause& constraint : create_table.constraints) {
    if (constraint.foreign_key.empty()) {
      clauses += ", " + constraint.text;
    } else {
      foreign_keys.push_back({constraint.name, constraint.foreign_key});
    }
  }
  open(create_table, clauses);
  std::vector<Definition> definitions = constraints_of(kTemporary, table_);
  definitions.insert(definitions.end(), foreign_keys.begin(), foreign_keys.end());
  return definitions;
}

std::string Trial::part(const pg::DdlStatement& statement) {
  if (statement.schema != schema_ || statement.table != table_) open(statement, "");
  run(pg::text_on(statement, kTemporary + std::string(".") + table_));
  return part_of(statement.kind, kTemporary, table_, statement.name).value();
}

void Trial::close() {
  if (!table_.empty()) run("DROP TABLE pg_temp." + table_);
  table_.clear();
}

std::vector<Definition> constraints_of(const std::string& schema, const std::string& table) {
  const pg::Rows rows = kConstraints.run(schema, table);
  std::vector<Definition> definitions;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    definitions.push_back({rows.get<std::string>(row, 0), rows.get<std::string>(row, 1)});
  }
  return definitions;
}

std::optional<std::string> part_of(pg::DdlKind kind, const std::string& schema,
                                   const std::string& table, const std::string& name) {
  const pg::Rows rows = plan_of(kind).run(schema, table, name);
  if (rows.empty()) return std::nullopt;
  return rows.get<std::string>(0, 0);
}

}  // namespace lad::catalog::store
