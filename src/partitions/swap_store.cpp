#include "partitions/swap_store.hpp"

#include "catalog/names.hpp"
#include "core/error.hpp"
#include "partitions/copy_store.hpp"
#include "partitions/definition_store.hpp"
#include "pg/event_trigger.hpp"
#include "pg/spi.hpp"

namespace lad::partitions::store {
namespace {

using pg::TableId;
using Text = std::string;

constinit pg::Plan<Text> kFind{"SELECT to_regclass($1)"};

constinit pg::Plan<TableId> kNeighbours{
    "SELECT format('LOCK TABLE %s IN %s MODE', other::regclass, "
    "              CASE WHEN bool_or(incoming) THEN 'ACCESS EXCLUSIVE' "
    "                   ELSE 'SHARE ROW EXCLUSIVE' END) "
    "FROM (SELECT confrelid AS other, false AS incoming FROM pg_constraint "
    "      WHERE conrelid = $1 AND contype = 'f' "
    "      UNION SELECT conrelid, true FROM pg_constraint "
    "      WHERE confrelid = $1 AND contype = 'f' AND conparentid = 0) AS k "
    "WHERE other <> $1 GROUP BY other ORDER BY other"};

// $2 is the partitioned table as it is built, $3 and $4 the names of the plain and the final one.
constinit pg::Plan<TableId, Text> kSequences{
    "SELECT format('ALTER SEQUENCE %s OWNED BY NONE', s.oid::regclass), "
    "       format('ALTER SEQUENCE %s OWNED BY %s.%I', s.oid::regclass, $2, a.attname) "
    "FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' "
    "JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid "
    "WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass "
    "  AND d.refobjid = $1 AND d.deptype = 'a'"};

constinit pg::Plan<TableId, TableId> kIdentities{
    "SELECT format('SELECT setval(%L, last_value, is_called) FROM %s', n.objid::regclass, "
    "              o.objid::regclass) "
    "FROM pg_attribute a JOIN pg_attribute b ON b.attrelid = $2 AND b.attname = a.attname "
    "JOIN pg_depend o ON o.refobjid = a.attrelid AND o.refobjsubid = a.attnum "
    "JOIN pg_depend n ON n.refobjid = b.attrelid AND n.refobjsubid = b.attnum "
    "WHERE a.attrelid = $1 AND a.attidentity <> '' "
    "  AND o.classid = 'pg_class'::regclass AND o.refclassid = o.classid AND o.deptype = 'i' "
    "  AND n.classid = o.classid AND n.refclassid = o.classid AND n.deptype = 'i'"};

constinit pg::Plan<TableId, Text, Text> kPublications{
    "SELECT format('ALTER PUBLICATION %I DROP TABLE %s', pubname, $2), "
    "       format('ALTER PUBLICATION %I ADD TABLE %s%s%s', pubname, $3, "
    "              (SELECT format(' (%s)', string_agg(format('%I', attname), ', ')) "
    "               FROM pg_attribute WHERE attrelid = $1 AND attnum = ANY (r.prattrs) "
    "               HAVING count(*) > 0), "
    "              ' WHERE (' || pg_get_expr(r.prqual, r.prrelid) || ')') "
    "FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid WHERE r.prrelid = $1"};

constinit pg::Plan<TableId> kStatistics{
    "SELECT format('%I', stxname), format('%I', nspname) "
    "FROM pg_statistic_ext JOIN pg_namespace n ON n.oid = stxnamespace WHERE stxrelid = $1"};

constinit pg::Plan<TableId> kViews{
    "SELECT DISTINCT format('CREATE OR REPLACE VIEW %s%s AS %s', v.oid::regclass, "
    "       coalesce(format(' WITH (%s)', array_to_string(v.reloptions, ', ')), ''), "
    "       pg_get_viewdef(v.oid)) "
    "FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid "
    "JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'v' "
    "WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1"};

constinit pg::Plan<TableId> kIncoming{
    "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname), "
    "       format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', conrelid::regclass, conname, "
    "              pg_get_constraintdef(oid)) "
    "FROM pg_constraint WHERE confrelid = $1 AND contype = 'f' AND conparentid = 0"};

constinit pg::Plan<TableId> kKeptForeignKeys{
    "SELECT format('%I', conname) FROM pg_constraint WHERE conrelid = $1 AND contype = 'f' "
    "ORDER BY conname LIMIT 1"};

constinit pg::Plan<TableId> kUnchecked{
    "SELECT format('ALTER TABLE %s VALIDATE CONSTRAINT %I', conrelid::regclass, conname) "
    "FROM pg_constraint WHERE confrelid = $1 AND contype = 'f' AND conparentid = 0 "
    "  AND NOT convalidated ORDER BY 1 LIMIT 1"};

std::optional<TableId> find(const Text& name) {
  return kFind.run(name).get_optional<TableId>(0, 0);
}

void run(const Text& sql) {
  pg::run_once(sql.c_str());
}

void run_column(const pg::Rows& rows, int column) {
  for (std::uint64_t row = 0; row < rows.size(); ++row) run(rows.get<Text>(row, column));
}

void move_statistics(const pg::Rows& statistics, const char* to) {
  for (std::uint64_t row = 0; row < statistics.size(); ++row) {
    run("ALTER STATISTICS " + statistics.get<Text>(row, 1) + "." + statistics.get<Text>(row, 0) +
        " SET SCHEMA " + to);
  }
}

/// Nobody writes the plain table any more; its foreign keys say nothing, since the rows they watch
/// over live in the partitioned one.
void retire_plain(const Conversion& c, TableId plain) {
  drop_journal_trigger(c);
  run("DROP TABLE " + c.journal());
  for (const Text& sql : foreign_key_switches(plain, "DISABLE")) run(sql);
  for (const Text& sql : revocations_of(plain)) run(sql);
  run("CREATE TRIGGER \"~lad_keep\" BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON " +
      c.target() + " FOR EACH STATEMENT EXECUTE FUNCTION lad.keep_original()");
  run("ALTER TABLE " + c.target() + " ENABLE ALWAYS TRIGGER \"~lad_keep\"");
}

}  // namespace

void lock_for_swap(const Conversion& c) {
  run_column(kNeighbours.run(TableId{c.original}), 0);
  run("LOCK TABLE " + c.target() + " IN ACCESS EXCLUSIVE MODE");
}

void change_places(const Conversion& c) {
  const pg::DdlHold hold;
  const TableId plain{c.original};
  const TableId building = find(c.building()).value();
  const Text schema = catalog::quoted(c.schema);
  const pg::Rows sequences = kSequences.run(plain, c.target());
  const pg::Rows publications = kPublications.run(plain, c.kept(), c.target());
  const pg::Rows views = kViews.run(plain);
  const pg::Rows incoming = kIncoming.run(plain);
  run_column(kIdentities.run(plain, building), 0);
  retire_plain(c, plain);
  for (const Text& sql : foreign_key_switches(building, "ENABLE")) run(sql);
  run_column(incoming, 0);
  run_column(sequences, 0);
  const pg::Rows old_statistics = kStatistics.run(plain);
  const pg::Rows new_statistics = kStatistics.run(building);
  run("ALTER TABLE " + c.target() + " SET SCHEMA " + kKeptSchema);
  move_statistics(old_statistics, kKeptSchema);
  run("ALTER TABLE " + c.building() + " SET SCHEMA " + schema);
  move_statistics(new_statistics, schema.c_str());
  run_column(sequences, 1);
  run_column(publications, 0);
  run_column(publications, 1);
  run_column(views, 0);
  run_column(incoming, 1);
}

bool clear_next(const Conversion& c) {
  const pg::DdlHold hold;
  if (const auto kept = find(c.kept())) {
    const pg::Rows key = kKeptForeignKeys.run(*kept);
    if (!key.empty()) {
      run("ALTER TABLE " + c.kept() + " DROP CONSTRAINT " + key.get<Text>(0, 0));
      return true;
    }
  }
  const auto table = find(c.target());
  if (!table) return false;
  const pg::Rows unchecked = kUnchecked.run(*table);
  run_column(unchecked, 0);
  return !unchecked.empty();
}

void drop_kept(const Conversion& c) {
  const pg::DdlHold hold;
  run("DROP TABLE IF EXISTS " + c.kept());
}

}  // namespace lad::partitions::store
