#include "records/store.hpp"

#include "core/error.hpp"
#include "pg/savepoint.hpp"
#include "pg/spi.hpp"

namespace lad::records::store {
namespace {

constexpr const char* kForeignKeyViolation = "23503";

constinit pg::Plan<pg::TableId> kDescribe{
    "SELECT format('%I.%I', n.nspname, c.relname),"
    " n.nspname = 'lad_data' AND c.relkind IN ('r', 'p'),"
    " coalesce(max(format_type(a.atttypid, NULL)) FILTER (WHERE a.attname = 'id'), ''),"
    " count(*) FILTER (WHERE a.attname = 'tenant_id') = 1,"
    " count(*) FILTER (WHERE a.attname = 'tenant_id' AND a.attnotnull) = 1,"
    " count(*) FILTER (WHERE a.attname IN ('is_deleted', 'deleted_at')) = 2"
    " FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
    " LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " WHERE c.oid = $1 GROUP BY n.nspname, c.relname, c.relkind"};

// Tables refer to older ones, so this order mostly meets a row after those that refer to it.
constinit pg::Plan<> kOwnTables{
    "SELECT c.oid::regclass FROM pg_class AS c"
    " WHERE c.relnamespace = 'lad_data'::regnamespace AND c.relkind = 'r' AND NOT c.relispartition"
    " AND has_table_privilege(c.oid, 'DELETE') ORDER BY c.oid DESC"};

constinit pg::Plan<pg::TableId, std::string> kJsonColumn{
    "SELECT quote_ident(attname) FROM pg_attribute"
    " WHERE attrelid = $1 AND attname = $2 AND attnum > 0 AND NOT attisdropped"
    "  AND atttypid = 'jsonb'::regtype AND attgenerated = ''"};

/// The condition that finds the row: its id is $1, its tenant $2.
std::string row_condition(const Table& table) {
  const std::string by_id = " WHERE t.id = $1::" + table.id_type;
  return by_id + (table.has_tenant ? " AND t.tenant_id = $2" : " AND $2::uuid IS NOT NULL");
}

[[noreturn]] void throw_not_found() {
  throw Error{ErrorCode::not_found, "no such row"};
}

}  // namespace

Table describe(pg::TableId relation) {
  const pg::Rows rows = kDescribe.run(relation);
  if (rows.empty()) return {};
  return {rows.get<std::string>(0, 0), rows.get<bool>(0, 1), rows.get<std::string>(0, 2),
          rows.get<bool>(0, 3),        rows.get<bool>(0, 4), rows.get<bool>(0, 5)};
}

std::optional<std::string> json_column(pg::TableId relation, const std::string& name) {
  const pg::Rows rows = kJsonColumn.run(relation, name);
  if (rows.empty()) return std::nullopt;
  return rows.get<std::string>(0, 0);
}

bool mark(const Table& table, const Uuid& tenant_id, const std::string& id, bool deleted) {
  const std::string row = row_condition(table);
  const std::string flag = deleted ? "true" : "false";
  const pg::Rows changed =
      pg::run_once_with("UPDATE " + table.name + " AS t SET is_deleted = " + flag + row +
                            " AND t.is_deleted IS NOT " + flag,
                        id, tenant_id);
  if (changed.processed() > 0) return true;
  if (pg::run_once_with("SELECT 1 FROM " + table.name + " AS t" + row, id, tenant_id).empty()) {
    throw_not_found();
  }
  return false;
}

std::string merge(const Table& table, const std::string& column, const Uuid& tenant_id,
                  const std::string& id, pg::JsonbDatum patch) {
  // A session that waited for the row's lock computes the expression anew from what it then finds.
  const pg::Rows merged = pg::run_once_with(
      "UPDATE " + table.name + " AS t SET " + column + " = lad.merge_patch(t." + column + ", $3)" +
          row_condition(table) + " RETURNING t." + column + "::text",
      id, tenant_id, patch);
  if (merged.empty()) throw_not_found();
  return merged.get<std::string>(0, 0);
}

std::vector<Table> purgeable_tables() {
  const pg::Rows rows = kOwnTables.run();
  std::vector<Table> tables;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    Table table = describe(rows.get<pg::TableId>(row, 0));
    if (is_purgeable(table)) tables.push_back(std::move(table));
  }
  return tables;
}

std::vector<Key> due_rows(const Table& table, const Purge& purge, const std::optional<Key>& after,
                          std::int32_t limit) {
  const std::string id = "$4::" + table.id_type;
  const std::string later = table.of_tenant ? "(t.tenant_id, t.id) > ($3::uuid, " + id + ")"
                                            : "t.id > " + id + " AND $3::text IS NOT NULL";
  const std::string order = table.of_tenant ? "t.tenant_id, t.id" : "t.id";
  const auto after_tenant = after ? std::optional{after->tenant_id} : std::nullopt;
  const auto after_id = after ? std::optional{after->id} : std::nullopt;
  const pg::Rows rows = pg::run_once_with(
      "SELECT coalesce(t.tenant_id::text, ''), t.id::text FROM " + table.name +
          " AS t WHERE t.is_deleted AND t.deleted_at < $1 AND ($2::uuid IS NULL OR"
          " t.tenant_id = $2) AND ($4 IS NULL OR " +
          later + ") ORDER BY " + order + " LIMIT $5",
      purge.before, purge.tenant_id, after_tenant, after_id, limit);
  std::vector<Key> keys;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    keys.push_back({rows.get<std::string>(row, 0), rows.get<std::string>(row, 1)});
  }
  return keys;
}

std::optional<std::uint64_t> delete_together(const Table& table, const Purge& purge,
                                             std::span<const Key> keys) {
  std::vector<std::string> tenant_ids;
  std::vector<std::string> ids;
  for (const Key& key : keys) {
    tenant_ids.push_back(key.tenant_id);
    ids.push_back(key.id);
  }
  // Whether a row is still due is asked again: somebody may have restored it meanwhile.
  const std::string sql =
      "DELETE FROM " + table.name +
      " AS t USING unnest($1, $2) AS k (tenant_id, id) WHERE t.id = k.id::" + table.id_type +
      (table.of_tenant ? " AND t.tenant_id = k.tenant_id::uuid" : "") +
      " AND t.is_deleted AND t.deleted_at < $3";
  const auto run = [&] {
    return pg::run_once_with(sql, tenant_ids, ids, purge.before).processed();
  };
  std::uint64_t deleted = 0;
  const auto failure = pg::Savepoint::attempt([&] { deleted = run(); });
  if (!failure) return deleted;
  if (failure->sqlstate == kForeignKeyViolation) return std::nullopt;
  return run();  // fails again, this time with the error's every field
}

}  // namespace lad::records::store
