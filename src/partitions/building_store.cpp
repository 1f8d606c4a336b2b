#include "partitions/building_store.hpp"

#include "catalog/names.hpp"
#include "core/error.hpp"
#include "partitions/definition_store.hpp"
#include "partitions/leaf.hpp"
#include "partitions/leaf_store.hpp"
#include "pg/as_owner.hpp"
#include "pg/event_trigger.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::partitions::store {
namespace {

using pg::TableId;
using Text = std::string;

constinit pg::Plan<Text> kFind{"SELECT to_regclass($1)"};

constinit pg::Plan<> kHasSchemas{
    "SELECT to_regnamespace('lad_conversion') IS NOT NULL, "
    "       to_regnamespace('lad_converted') IS NOT NULL"};

constinit pg::Plan<TableId> kJournalColumns{
    "SELECT string_agg(format('%I %s%s', a.attname, format_type(a.atttypid, a.atttypmod), "
    "           CASE WHEN a.attcollation <> y.typcollation "
    "                THEN format(' COLLATE %I.%I', n.nspname, l.collname) ELSE '' END), ', ' "
    "           ORDER BY o.i), "
    "       string_agg(format('%I', a.attname), ', ' ORDER BY o.i), "
    "       string_agg(quote_literal(a.attname), ', ' ORDER BY o.i) "
    "FROM pg_index x CROSS JOIN LATERAL unnest((x.indkey::int2[])[0:x.indnkeyatts - 1]) "
    "     WITH ORDINALITY AS o (attnum, i) "
    "JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = o.attnum "
    "JOIN pg_type y ON y.oid = a.atttypid LEFT JOIN pg_collation l ON l.oid = a.attcollation "
    "LEFT JOIN pg_namespace n ON n.oid = l.collnamespace "
    "WHERE x.indrelid = $1 AND x.indisprimary"};

// Storage settings of the plain table, those of its TOAST table with their prefix.
constinit pg::Plan<TableId> kLeafSettings{
    "SELECT coalesce((SELECT format(' WITH (%s)', string_agg(format('%s%s = %s', prefix, "
    "           option_name, quote_literal(option_value)), ', ')) "
    "        FROM (SELECT '' AS prefix, o.* FROM pg_options_to_table(c.reloptions) AS o "
    "              UNION ALL SELECT 'toast.', o.* FROM pg_class t, "
    "                  pg_options_to_table(t.reloptions) AS o WHERE t.oid = c.reltoastrelid) o "
    "        HAVING count(*) > 0), '') "
    "    || coalesce((SELECT format(' TABLESPACE %I', spcname) FROM pg_tablespace "
    "                 WHERE oid = c.reltablespace), ''), "
    "       coalesce((SELECT format(' TABLESPACE %I', spcname) FROM pg_tablespace "
    "                 WHERE oid = c.reltablespace), '') "
    "FROM pg_class c WHERE c.oid = $1"};

constinit pg::Plan<TableId, TableId> kMissingForeignKey{
    "SELECT format('%I', k.conname), pg_get_constraintdef(k.oid), "
    "       format(' IS %L', obj_description(k.oid, 'pg_constraint')) FROM pg_constraint k "
    "WHERE k.conrelid = $1 AND k.contype = 'f' AND k.conparentid = 0 "
    "  AND NOT EXISTS (SELECT FROM pg_constraint b WHERE b.conrelid = $2 "
    "                    AND b.conname = k.conname) ORDER BY k.conname LIMIT 1"};

// The indexes that the first unfinished leaf lacks: keys first.
constinit pg::Plan<TableId> kMissingIndexes{
    "WITH missing AS ("
    "    SELECT l.inhrelid AS leaf, x.indexrelid AS parent FROM pg_inherits l "
    "    JOIN pg_index x ON x.indrelid = l.inhparent "
    "    WHERE l.inhparent = $1 AND NOT EXISTS ("
    "        SELECT FROM pg_inherits i JOIN pg_index c ON c.indexrelid = i.inhrelid "
    "        WHERE i.inhparent = x.indexrelid AND c.indrelid = l.inhrelid)) "
    "SELECT m.leaf::regclass, format('%I.%I', n.nspname, c.relname), c.relname::text, "
    "       format('%I.%I', b.nspname, i.relname), "
    "       CASE WHEN k.oid IS NOT NULL THEN pg_get_constraintdef(k.oid) END, "
    "       CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END, "
    "       substr(pg_get_indexdef(i.oid), 1 + length(format('CREATE %sINDEX %I ON ONLY %I.%I', "
    "              CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END, i.relname, b.nspname, "
    "              p.relname))) "
    "FROM missing m JOIN pg_class c ON c.oid = m.leaf JOIN pg_namespace n ON n.oid = "
    "c.relnamespace "
    "JOIN pg_index x ON x.indexrelid = m.parent JOIN pg_class i ON i.oid = m.parent "
    "JOIN pg_class p ON p.oid = x.indrelid JOIN pg_namespace b ON b.oid = i.relnamespace "
    "LEFT JOIN pg_constraint k ON k.conindid = i.oid AND k.conrelid = $1 "
    "     AND k.contype IN ('p', 'u') "
    "WHERE m.leaf = (SELECT min(leaf) FROM missing) ORDER BY k.oid IS NULL, i.relname"};

constinit pg::Plan<TableId> kUnattached{
    "SELECT format('%I.%I', n.nspname, i.relname) FROM pg_index x "
    "JOIN pg_class i ON i.oid = x.indexrelid AND NOT i.relispartition "
    "JOIN pg_namespace n ON n.oid = i.relnamespace WHERE x.indrelid = $1"};

TableId find(const Text& name) {
  return kFind.run(name).get<TableId>(0, 0);
}

void run(const Text& sql) {
  pg::run_once(sql.c_str());
}

void make_schemas(const Conversion& c) {
  const pg::Rows has = kHasSchemas.run();
  for (const auto& [schema, exists] : {std::pair{kBuildSchema, has.get<bool>(0, 0)},
                                       std::pair{kKeptSchema, has.get<bool>(0, 1)}}) {
    if (!exists) run(Text("CREATE SCHEMA ") + schema + " AUTHORIZATION lad_owner");
  }
  // The owner of the table copies the rows, and drops what is not wanted any more.
  run("GRANT USAGE ON SCHEMA lad_conversion, lad_converted TO " + catalog::quoted(c.owner));
}

void make_journal(const Conversion& c) {
  const pg::Rows key = kJournalColumns.run(TableId{c.original});
  run("CREATE TABLE " + c.journal() + " (" + key.get<Text>(0, 0) + ")");
  run("CREATE INDEX ON " + c.journal() + " (" + key.get<Text>(0, 1) + ")");
  run("ALTER TABLE " + c.journal() + " OWNER TO " + catalog::quoted(c.owner));
  run("GRANT INSERT ON " + c.journal() + " TO lad_owner");
}

void make_table(const Conversion& c, const PlainTable& table, const Text& tablespace) {
  const Text column = catalog::quoted(c.column);
  run("CREATE TABLE " + c.building() + " (LIKE " + in_schema(table.schema, table.name) +
      " INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING IDENTITY INCLUDING STORAGE "
      "INCLUDING COMPRESSION INCLUDING CONSTRAINTS INCLUDING COMMENTS) PARTITION BY RANGE (" +
      column + ")" + tablespace);
  run("ALTER TABLE " + c.building() + " ALTER COLUMN " + column + " SET NOT NULL");
}

void make_leaf(const Conversion& c, const PlainTable& table, const WantedLeaf& leaf,
               const Text& settings) {
  const Text target = in_schema(c.schema, leaf.name);
  run("CREATE TABLE " + target + " PARTITION OF " + c.building() + " " +
      bound_clause(leaf.range, table.kind) + settings);
  const TableId id = find(target);
  for (const Text& sql : row_security_of(table.id, target)) run(sql);
  for (const Policy& policy : policies_of(table.id)) {
    run("CREATE POLICY " + catalog::quoted(leaf_part_name(policy.name, c.table, leaf.name)) +
        " ON " + target + policy.rest);
  }
  for (const Text& sql : settings_of(table.id, target)) run(sql);
  run("ALTER TABLE " + target + " OWNER TO " + catalog::quoted(c.owner));
  for (const Text& sql : revocations_of(id)) run(sql);
}

}  // namespace

bool is_built(const Conversion& c) {
  return !kFind.run(c.building()).is_null(0, 0);
}

void build_partitioned(const Conversion& c, const PlainTable& table) {
  const pg::DdlHold hold;
  run("LOCK TABLE " + c.target() + " IN ACCESS SHARE MODE");
  const pg::Rows settings = kLeafSettings.run(table.id);
  make_schemas(c);
  make_journal(c);
  make_table(c, table, settings.get<Text>(0, 1));
  for (const Text& sql : definition_of(table.id, c.building())) run(sql);
  const auto leaves =
      leaves_for(c.table, c.step, key_span(table, c.column), pg::unix_us(pg::clock_now()));
  for (const WantedLeaf& leaf : leaves) make_leaf(c, table, leaf, settings.get<Text>(0, 0));
  // With leaves there, what is made for the table alone waits for those of the leaves.
  for (const Text& sql : indexes_of(table.id, c.building(), c.column)) run(sql);
  const TableId building = find(c.building());
  run("ALTER TABLE " + c.building() + " OWNER TO " + catalog::quoted(c.owner));
  for (const Text& sql : revocations_of(building)) run(sql);
  for (const Text& sql : grants_of(table.id, c.building())) run(sql);
  for (const Text& sql : triggers_of(table.id, c.building())) run(sql);
  for (const Text& sql : comments_of(table.id, c.building())) run(sql);
  for (const WantedLeaf& leaf : leaves) {
    add_leaf_triggers(building, find(in_schema(c.schema, leaf.name)));
  }
}

bool add_foreign_key(const Conversion& c) {
  const TableId building = find(c.building());
  const pg::Rows key = kMissingForeignKey.run(TableId{c.original}, building);
  if (key.empty()) return false;
  const pg::DdlHold hold;
  run("ALTER TABLE " + c.building() + " ADD CONSTRAINT " + key.get<Text>(0, 0) + " " +
      key.get<Text>(0, 1));
  run("COMMENT ON CONSTRAINT " + key.get<Text>(0, 0) + " ON " + c.building() + key.get<Text>(0, 2));
  for (const Text& sql : foreign_key_switches(building, "DISABLE")) run(sql);
  return true;
}

bool index_next_leaf(const Conversion& c) {
  const pg::Rows missing = kMissingIndexes.run(find(c.building()));
  if (missing.empty()) return false;
  const pg::DdlHold hold;
  const Text leaf = missing.get<Text>(0, 1);
  for (std::uint64_t row = 0; row < missing.size(); ++row) {
    // PostgreSQL finds names for them: those of long indexes would be cut to the same one.
    if (const auto constraint = missing.get_optional<Text>(row, 4)) {
      run("ALTER TABLE " + leaf + " ADD " + *constraint);
    } else {
      run("CREATE " + missing.get<Text>(row, 5) + "INDEX ON " + leaf + missing.get<Text>(row, 6));
    }
    run("ALTER INDEX " + missing.get<Text>(row, 3) + " ATTACH PARTITION " +
        kUnattached.run(missing.get<TableId>(row, 0)).get<Text>(0, 0));
  }
  run("ANALYZE " + leaf);
  return true;
}

void drop_building(const Conversion& c) {
  const pg::DdlHold hold;
  run("DROP TABLE IF EXISTS " + c.building());
  run("DROP TABLE IF EXISTS " + c.journal());
}

}  // namespace lad::partitions::store
