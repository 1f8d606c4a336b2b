#include "catalog/store.hpp"

#include "pg/spi.hpp"

namespace lad::catalog::store {
namespace {

using Name = std::string;

constinit pg::Plan<> kLock{
    "SELECT pg_advisory_xact_lock(hashtextextended('lad.install_schema', 0))"};

constinit pg::Plan<> kSetSearchPath{
    "SELECT set_config('search_path', concat_ws(', ', 'pg_catalog', "
    "    (SELECT string_agg(DISTINCT quote_ident(n.nspname), ', ') "
    "     FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace "
    "     WHERE e.extname IN ('btree_gin', 'btree_gist', 'pg_trgm', 'pgcrypto')), 'pg_temp'), "
    "true)"};

constinit pg::Plan<Name> kSchemaOwner{
    "SELECT pg_get_userbyid(nspowner)::text FROM pg_namespace WHERE nspname = $1"};

constinit pg::Plan<Name, Name> kRelation{
    "SELECT c.relkind::text, pg_get_userbyid(c.relowner)::text "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = $1 AND c.relname = $2"};

constinit pg::Plan<Name, Name, Name> kIndex{
    "SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    "WHERE i.indrelid = to_regclass(format('%I.%I', $1, $2)) AND c.relname = $3"};

constinit pg::Plan<Name, Name, Name> kTrigger{
    "SELECT 1 FROM pg_trigger "
    "WHERE tgrelid = to_regclass(format('%I.%I', $1, $2)) AND tgname = $3"};

constinit pg::Plan<Name, Name, Name> kPolicy{
    "SELECT 1 FROM pg_policy "
    "WHERE polrelid = to_regclass(format('%I.%I', $1, $2)) AND polname = $3"};

constinit pg::Plan<Name, Name, Name> kConstraint{
    "SELECT 1 FROM pg_constraint "
    "WHERE conrelid = to_regclass(format('%I.%I', $1, $2)) AND conname = $3"};

constinit pg::Plan<Name, Name, Name> kColumn{
    "SELECT 1 FROM pg_attribute "
    "WHERE attrelid = to_regclass(format('%I.%I', $1, $2)) AND attname = $3 AND NOT attisdropped"};

constinit pg::Plan<Name, Name> kColumns{
    "SELECT attname::text, format_type(atttypid, atttypmod), attnotnull, "
    "       attnotnull AND NOT atthasdef AND attidentity = '', attidentity <> '', atthasdef "
    "FROM pg_attribute "
    "WHERE attrelid = to_regclass(format('%I.%I', $1, $2)) AND attnum > 0 AND NOT attisdropped "
    "ORDER BY attnum"};

constinit pg::Plan<> kTables{
    "SELECT c.oid::int8, c.relname::text, c.relrowsecurity, c.relforcerowsecurity, "
    "       c.relispartition "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = 'lad_data' AND c.relkind IN ('r', 'p') "
    "  AND c.relowner = 'lad_owner'::regrole "
    "ORDER BY c.relname"};

constinit pg::Plan<std::int64_t> kTableParts{
    "SELECT 'column', attname::text FROM pg_attribute "
    "WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped "
    "UNION ALL SELECT 'default', attname::text FROM pg_attribute "
    "WHERE attrelid = $1::oid AND atthasdef "
    "UNION ALL SELECT 'policy', polname::text FROM pg_policy WHERE polrelid = $1::oid "
    "UNION ALL SELECT 'trigger', tgname::text FROM pg_trigger WHERE tgrelid = $1::oid"};

constinit pg::Plan<Name> kHasDefault{
    "SELECT FROM pg_partitioned_table WHERE partrelid = to_regclass(format('lad_data.%I', $1)) "
    "  AND partdefid <> 0"};

constinit pg::Plan<Name> kIsManaged{
    "SELECT FROM lad_data.managed_partitions WHERE schema_name = 'lad_data' AND table_name = $1"};

constinit pg::Plan<Name> kManage{
    "SELECT lad.manage_partitions(to_regclass(format('lad_data.%I', $1)), 'created_at')"};

constinit pg::Plan<Name> kMaintain{
    "SELECT partition::text, CASE action WHEN 'created' THEN 'created' ELSE 'altered' END, detail "
    "FROM lad.maintain_partitions(to_regclass(format('lad_data.%I', $1)))"};

constinit pg::Plan<> kUncounted{
    "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = to_regnamespace('lad_data') "
    "  AND c.relname IN ('voice_call_logs', 'billing_usage_events') "
    "  AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid "
    "                    AND t.tgname = c.relname || '_insert_count')"};
constinit pg::Plan<std::vector<Name>> kMarkUncounted{
    "SELECT lad.mark_rollup_stale(format('lad_data.%I', name)::regclass) FROM unnest($1) AS name"};

bool found(pg::Plan<Name, Name, Name>& plan, const pg::DdlStatement& statement) {
  return !plan.run(statement.schema, statement.table, statement.name).empty();
}

}  // namespace

void lock_installation() {
  kLock.run();
}

void set_search_path() {
  kSetSearchPath.run();
}

std::optional<std::string> schema_owner(const std::string& schema) {
  const pg::Rows rows = kSchemaOwner.run(schema);
  if (rows.empty()) return std::nullopt;
  return rows.get<std::string>(0, 0);
}

std::optional<Relation> find_relation(const std::string& schema, const std::string& name) {
  const pg::Rows rows = kRelation.run(schema, name);
  if (rows.empty()) return std::nullopt;
  return Relation{rows.get<std::string>(0, 0), rows.get<std::string>(0, 1)};
}

bool has_part(const pg::DdlStatement& statement) {
  switch (statement.kind) {
    case pg::DdlKind::index:
      return found(kIndex, statement);
    case pg::DdlKind::trigger:
      return found(kTrigger, statement);
    case pg::DdlKind::policy:
      return found(kPolicy, statement);
    case pg::DdlKind::add_constraint:
      return found(kConstraint, statement);
    case pg::DdlKind::add_column:
      return found(kColumn, statement);
    default:
      throw Error{ErrorCode::internal, "statement makes no part of a table"};
  }
}

bool has_constraint(const std::string& schema, const std::string& table, const std::string& name) {
  return !kConstraint.run(schema, table, name).empty();
}

bool has_trigger(const std::string& schema, const std::string& table, const std::string& name) {
  return !kTrigger.run(schema, table, name).empty();
}

std::vector<Column> columns_of(const std::string& schema, const std::string& table) {
  const pg::Rows rows = kColumns.run(schema, table);
  std::vector<Column> columns;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    columns.push_back({rows.get<std::string>(row, 0), rows.get<std::string>(row, 1),
                       rows.get<bool>(row, 2), rows.get<bool>(row, 3), rows.get<bool>(row, 4),
                       rows.get<bool>(row, 5)});
  }
  return columns;
}

std::vector<TableShape> table_shapes() {
  const pg::Rows tables = kTables.run();
  std::vector<TableShape> shapes;
  for (std::uint64_t row = 0; row < tables.size(); ++row) {
    TableShape shape;
    shape.name = tables.get<std::string>(row, 1);
    shape.row_security = tables.get<bool>(row, 2);
    shape.row_security_forced = tables.get<bool>(row, 3);
    shape.is_partition = tables.get<bool>(row, 4);
    const pg::Rows parts = kTableParts.run(tables.get<std::int64_t>(row, 0));
    for (std::uint64_t part = 0; part < parts.size(); ++part) {
      const std::string kind = parts.get<std::string>(part, 0);
      auto& names = kind == "column"    ? shape.columns
                    : kind == "default" ? shape.defaults
                    : kind == "policy"  ? shape.policies
                                        : shape.triggers;
      names.insert(parts.get<std::string>(part, 1));
    }
    shapes.push_back(std::move(shape));
  }
  return shapes;
}

std::vector<std::string> uncounted_tables() {
  const pg::Rows rows = kUncounted.run();
  std::vector<std::string> tables;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    tables.push_back(rows.get<std::string>(row, 0));
  }
  return tables;
}

void mark_uncounted(const std::vector<std::string>& tables) {
  if (!tables.empty()) kMarkUncounted.run(tables);
}

bool has_default_partition(const std::string& table) {
  return !kHasDefault.run(table).empty();
}

std::vector<MadePartition> maintain_months(const std::string& table) {
  if (kIsManaged.run(table).empty()) kManage.run(table);
  const pg::Rows rows = kMaintain.run(table);
  std::vector<MadePartition> made;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    made.push_back({rows.get<std::string>(row, 0), rows.get<std::string>(row, 1),
                    rows.get<std::string>(row, 2)});
  }
  return made;
}

std::uint64_t run(const std::string& sql) {
  return pg::run_once(sql.c_str()).processed();
}

}  // namespace lad::catalog::store
