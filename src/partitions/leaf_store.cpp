#include "partitions/leaf_store.hpp"

#include <vector>

#include "catalog/names.hpp"
#include "partitions/policies.hpp"
#include "pg/as_owner.hpp"
#include "pg/event_trigger.hpp"
#include "pg/spi.hpp"

namespace lad::partitions::store {
namespace {

using pg::TableId;
using Text = std::string;

constinit pg::Plan<TableId> kTable{
    "SELECT format('%I.%I', n.nspname, c.relname), format('%I', n.nspname), c.relname::text, "
    "       pg_get_userbyid(c.relowner)::text, format('%I', a.attname), "
    "       CASE a.atttypid WHEN 'timestamptz'::regtype THEN 0 WHEN 'timestamp'::regtype THEN 1 "
    "                       WHEN 'date'::regtype THEN 2 END, "
    "       CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED ' ELSE '' END, "
    "       coalesce((SELECT format(' TABLESPACE %I', spcname) FROM pg_tablespace "
    "                 WHERE oid = c.reltablespace), '') "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "JOIN pg_partitioned_table p ON p.partrelid = c.oid AND p.partstrat = 'r' "
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0] "
    "WHERE c.oid = $1 AND p.partnatts = 1"};

// Keys first. What follows ON ONLY <table> in a definition says all of an index but its name.
constinit pg::Plan<TableId, Text> kIndexes{
    "SELECT CASE WHEN k.oid IS NOT NULL "
    "            THEN format('ALTER TABLE %s ADD %s', $2, pg_get_constraintdef(k.oid)) "
    "            ELSE format('CREATE %sINDEX ON %s%s', u.word, $2, substr(pg_get_indexdef(i.oid), "
    "                 1 + length(format('CREATE %sINDEX %I ON ONLY %I.%I', u.word, i.relname, "
    "                                   n.nspname, c.relname)))) END "
    "FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid "
    "JOIN pg_class c ON c.oid = x.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
    "CROSS JOIN LATERAL (SELECT CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END) AS u (word) "
    "LEFT JOIN pg_constraint k ON k.conindid = i.oid AND k.conrelid = c.oid "
    "     AND k.contype IN ('p', 'u') "
    "WHERE x.indrelid = $1 ORDER BY k.oid IS NULL, i.relname"};

constinit pg::Plan<TableId, Text> kForeignKeys{
    "SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', $2, conname, pg_get_constraintdef(oid)) "
    "FROM pg_constraint WHERE conrelid = $1 AND contype = 'f' AND conparentid = 0 "
    "ORDER BY conname"};

constinit pg::Plan<TableId, Text> kRowSecurity{
    "SELECT format('ALTER TABLE %s %s ROW LEVEL SECURITY', $2, word) "
    "FROM pg_class, LATERAL (VALUES ('ENABLE', relrowsecurity), ('FORCE', relforcerowsecurity)) "
    "     AS part (word, wanted) WHERE oid = $1 AND wanted ORDER BY word"};

constinit pg::Plan<TableId> kPolicies{kPoliciesOf};

// Default privileges may have given some.
constinit pg::Plan<TableId> kRevocations{
    "SELECT DISTINCT format('REVOKE ALL ON %I.%I FROM %s', n.nspname, c.relname, "
    "       CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END) "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "CROSS JOIN LATERAL aclexplode(c.relacl) AS g WHERE c.oid = $1 AND g.grantee <> c.relowner"};

constinit pg::Plan<TableId, TableId> kTriggers{
    "SELECT replace(pg_get_triggerdef(g.oid), format(' ON %s ', names.of_table), "
    "               format(' ON %s ', names.of_leaf)) "
    "FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid, "
    "     LATERAL (SELECT max(format('%I.%I', n.nspname, c.relname)) FILTER (WHERE c.oid = $1), "
    "                     max(format('%I.%I', n.nspname, c.relname)) FILTER (WHERE c.oid = $2) "
    "              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "              WHERE c.oid IN ($1, $2)) AS names (of_table, of_leaf) "
    "WHERE g.tgrelid = $1 AND NOT g.tgisinternal AND g.tgtype & 1 = 0 AND g.tgenabled <> 'D' "
    "  AND num_nonnulls(g.tgoldtable, g.tgnewtable) > 0 "
    "  AND p.pronamespace = 'lad'::regnamespace AND p.proname <> 'charge_finished_calls' "
    "  AND NOT EXISTS (SELECT FROM pg_trigger l WHERE l.tgrelid = $2 AND l.tgname = g.tgname) "
    "ORDER BY g.tgname"};

constinit pg::Plan<Text> kFind{"SELECT to_regclass($1)"};
constinit pg::Plan<TableId> kOwner{
    "SELECT pg_get_userbyid(relowner)::text FROM pg_class WHERE oid = $1"};

struct Table {
  Text target;
  Text schema;
  Text name;
  Text owner;
  Text column;
  ColumnKind kind;
  Text persistence;
  Text tablespace;
};

[[noreturn]] void refuse_missing() {
  throw Error{ErrorCode::not_found, "no such table partitioned by range of one column of time"};
}

Table read_table(TableId id) {
  const pg::Rows rows = kTable.run(id);
  if (rows.empty() || rows.is_null(0, 5)) refuse_missing();
  return {rows.get<Text>(0, 0), rows.get<Text>(0, 1),
          rows.get<Text>(0, 2), rows.get<Text>(0, 3),
          rows.get<Text>(0, 4), static_cast<ColumnKind>(rows.get<std::int32_t>(0, 5)),
          rows.get<Text>(0, 6), rows.get<Text>(0, 7)};
}

Text target_of(const Table& table, const Leaf& leaf) {
  return table.schema + "." + catalog::quoted(leaf.name);
}

void run(const Text& sql) {
  pg::run_once(sql.c_str());
}

void run_all(const pg::Rows& statements, const Text& end = "") {
  for (std::uint64_t row = 0; row < statements.size(); ++row) {
    run(statements.get<Text>(row, 0) + end);
  }
}

/// The tables made or altered meanwhile are no news to the event trigger, and belong to the owner.
class AsOwner {
 public:
  explicit AsOwner(const Text& owner) : owner_(owner.c_str()) {}

 private:
  const pg::DdlHold hold_;
  const pg::ActAsOwner owner_;
};

void copy_policies(const Table& table, const Leaf& leaf, const Text& target) {
  const pg::Rows policies = kPolicies.run(leaf.table);
  for (std::uint64_t row = 0; row < policies.size(); ++row) {
    const Text name = leaf_part_name(policies.get<Text>(row, 0), table.name, leaf.name);
    run("CREATE POLICY " + catalog::quoted(name) + " ON " + target + policies.get<Text>(row, 1));
  }
}

}  // namespace

TableId build_leaf(const Leaf& leaf, bool with_indexes) {
  const Table table = read_table(leaf.table);
  const AsOwner as_owner{table.owner};
  const Text target = target_of(table, leaf);
  run("CREATE " + table.persistence + "TABLE " + target + " (LIKE " + table.target +
      " INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS INCLUDING STORAGE "
      "INCLUDING COMPRESSION INCLUDING STATISTICS, CONSTRAINT " +
      catalog::quoted(range_check_name(leaf.name)) + " " +
      range_check(table.column, leaf.range, table.kind) + ")" + table.tablespace);
  const TableId id = kFind.run(target).get<TableId>(0, 0);
  if (with_indexes) run_all(kIndexes.run(leaf.table, target));
  run_all(kRowSecurity.run(leaf.table, target));
  copy_policies(table, leaf, target);
  run_all(kRevocations.run(id));
  return id;
}

void index_leaf(const Leaf& leaf) {
  const Table table = read_table(leaf.table);
  const AsOwner as_owner{table.owner};
  run_all(kIndexes.run(leaf.table, target_of(table, leaf)));
}

void reference_leaf(const Leaf& leaf, bool valid) {
  const Table table = read_table(leaf.table);
  const AsOwner as_owner{table.owner};
  run_all(kForeignKeys.run(leaf.table, target_of(table, leaf)), valid ? "" : " NOT VALID");
}

void add_leaf_triggers(TableId table, TableId leaf) {
  const pg::Rows owner = kOwner.run(table);
  if (owner.empty()) refuse_missing();
  const AsOwner as_owner{owner.get<Text>(0, 0)};
  run_all(kTriggers.run(table, leaf));
}

void attach_leaf(const Leaf& leaf, int attempts) {
  const Table table = read_table(leaf.table);
  const AsOwner as_owner{table.owner};
  const Text target = target_of(table, leaf);
  add_leaf_triggers(leaf.table, kFind.run(target).get<TableId>(0, 0));
  const Text attach = "ALTER TABLE " + table.target + " ATTACH PARTITION " + target + " " +
                      bound_clause(leaf.range, table.kind);
  const Text drop_check = "ALTER TABLE " + target + " DROP CONSTRAINT IF EXISTS " +
                          catalog::quoted(range_check_name(leaf.name));
  with_brief_locks(
      "attaching " + target,
      [&] {
        run(attach);
        run(drop_check);
      },
      attempts);
}

}  // namespace lad::partitions::store
