#include "partitions/preflight_store.hpp"

#include "catalog/names.hpp"
#include "core/error.hpp"
#include "partitions/conversion_store.hpp"
#include "pg/arrays.hpp"
#include "pg/as_owner.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::partitions::store {
namespace {

using pg::TableId;
using Text = std::string;

constinit pg::Plan<TableId, Text> kTable{
    "SELECT n.nspname::text, c.relname::text, pg_get_userbyid(c.relowner)::text, "
    "       CASE a.atttypid WHEN 'timestamp'::regtype THEN 1 WHEN 'date'::regtype THEN 2 "
    "                       ELSE 0 END, "
    "       pg_has_role(current_user, c.relowner, 'USAGE') "
    "         OR c.relowner = 'lad_owner'::regrole "
    "            AND pg_has_role(current_user, 'lad_service', 'USAGE'), "
    "       a.attname IS NOT NULL "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = $2 AND a.attnum > 0 "
    "     AND NOT a.attisdropped "
    "WHERE c.oid = $1"};

// What the table itself is. One of these, and the others are not asked.
constinit pg::Plan<TableId, Text> kKind{
    "SELECT CASE WHEN c.relkind = 'p' THEN 'partitioned' WHEN c.relkind <> 'r' THEN 'not_a_table' "
    "            WHEN n.nspname IN ('pg_catalog', 'information_schema', 'pg_toast') THEN 'system' "
    "            WHEN c.relpersistence = 't' THEN 'temporary' "
    "            WHEN c.relpersistence = 'u' THEN 'unlogged' "
    "            WHEN EXISTS (SELECT FROM pg_inherits WHERE c.oid IN (inhrelid, inhparent)) "
    "            THEN 'inheritance' "
    "            WHEN c.reloftype <> 0 THEN 'typed_table' "
    "            WHEN EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass "
    "                           AND objid = c.oid AND deptype = 'e') THEN 'extension_member' "
    "            WHEN a.atttypid NOT IN ('timestamptz'::regtype, 'timestamp'::regtype, "
    "                                    'date'::regtype) THEN 'column_type' "
    "            WHEN a.attgenerated <> '' THEN 'generated_column' END AS kind, "
    "       format_type(a.atttypid, a.atttypmod) "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = $2 WHERE c.oid = $1"};

// The views of the LAD schema itself are made again when the tables change places.
#define OWN_VIEW                                                                             \
  "(v.relkind = 'v' AND v.relowner = 'lad_owner'::regrole AND EXISTS ("                      \
  "    SELECT FROM pg_namespace s WHERE s.oid = v.relnamespace AND s.nspname = 'lad_data') " \
  " AND EXISTS (SELECT FROM pg_class o WHERE o.oid = $1 AND o.relowner = v.relowner "        \
  "              AND o.relnamespace = 'lad_data'::regnamespace))"

constinit pg::Plan<TableId, Text> kKeys{
    "WITH key AS (SELECT attnum FROM pg_attribute WHERE attrelid = $1 AND attname = $2), "
    "indexes AS (SELECT x.*, i.relname, format('%I.%I', n.nspname, i.relname) AS name, k.conname "
    "    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid "
    "    JOIN pg_namespace n ON n.oid = i.relnamespace "
    "    LEFT JOIN pg_constraint k ON k.conindid = i.oid AND k.conrelid = $1 "
    "    WHERE x.indrelid = $1) "
    "SELECT 'no_primary_key', 'Rows have no key by which their changes can be followed.', "
    "       format('ALTER TABLE %s ADD PRIMARY KEY (...)', $1) "
    "WHERE NOT EXISTS (SELECT FROM indexes WHERE indisprimary) "
    "UNION ALL SELECT 'unique_without_key', "
    "       format('The unique key %I has no column %I, by which each partition could prove that "
    "it alone holds a value.', relname, $2), "
    "       CASE WHEN conname IS NULL THEN format('DROP INDEX %s', name) "
    "            ELSE format('ALTER TABLE %s DROP CONSTRAINT %I', $1, conname) END "
    "FROM indexes, key WHERE indisunique AND NOT indisprimary "
    "  AND NOT key.attnum = ANY ((indkey::int2[])[0:indnkeyatts - 1]) "
    "UNION ALL SELECT 'exclusion', "
    "       format('The exclusion constraint %I cannot hold for several partitions.', conname), "
    "       format('ALTER TABLE %s DROP CONSTRAINT %I', $1, conname) "
    "FROM indexes WHERE indisexclusion "
    "UNION ALL SELECT 'invalid_index', format('The index %I is not valid.', relname), "
    "       format('REINDEX INDEX %s', name) FROM indexes WHERE NOT indisvalid "
    "UNION ALL SELECT 'replica_identity', "
    "       format('The replica identity is the index %I.', relname), "
    "       format('ALTER TABLE %s REPLICA IDENTITY DEFAULT', $1) "
    "FROM indexes WHERE indisreplident AND (SELECT relreplident = 'i' FROM pg_class "
    "                                       WHERE oid = $1) "
    "UNION ALL SELECT 'incoming_foreign_key', "
    "       CASE WHEN k.conrelid = $1 THEN format('The table refers to itself by %I.', k.conname) "
    "            ELSE format('The foreign key %I of %s refers to columns that are no key of the "
    "partitioned table, which needs %I.', k.conname, k.conrelid::regclass, $2) END, "
    "       format('ALTER TABLE %s DROP CONSTRAINT %I', k.conrelid::regclass, k.conname) "
    "FROM pg_constraint k, key JOIN pg_class c ON true "
    "WHERE k.contype = 'f' AND k.confrelid = $1 AND k.conparentid = 0 AND c.oid = k.conrelid "
    "  AND (k.conrelid = $1 OR c.relkind <> 'r' OR c.relispartition "
    "       OR NOT key.attnum = ANY (k.confkey)) "
    "UNION ALL SELECT CASE WHEN convalidated THEN 'check_no_inherit' ELSE 'not_valid' END, "
    "       CASE WHEN convalidated THEN format('%I is not inherited by partitions.', conname) "
    "            ELSE format('%I is not valid for all rows.', conname) END, "
    "       CASE WHEN convalidated THEN format('ALTER TABLE %s DROP CONSTRAINT %I', $1, conname) "
    "            ELSE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', $1, conname) END "
    "FROM pg_constraint WHERE conrelid = $1 AND contype IN ('c', 'f') "
    "  AND (NOT convalidated OR contype = 'c' AND connoinherit)"};

constinit pg::Plan<TableId> kDependents{
    "WITH own AS (SELECT c.reltype, y.typarray FROM pg_class c JOIN pg_type y ON y.oid = c.reltype "
    "             WHERE c.oid = $1), "
    "views AS (SELECT DISTINCT v.oid, v.relkind, format('%I.%I', n.nspname, v.relname) AS name "
    "    FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass "
    "     AND r.oid = d.objid JOIN pg_class v ON v.oid = r.ev_class "
    "    JOIN pg_namespace n ON n.oid = v.relnamespace, own "
    "    WHERE v.oid <> $1 AND NOT " OWN_VIEW
    "      AND (d.refclassid = 'pg_class'::regclass AND d.refobjid = $1 "
    "           OR d.refclassid = 'pg_type'::regclass AND d.refobjid IN (own.reltype, "
    "own.typarray))) "
    "SELECT CASE relkind WHEN 'm' THEN 'materialized_view' WHEN 'v' THEN 'view' ELSE 'rule' END, "
    "       format('%s reads this table, whatever bears its name later.', name), "
    "       CASE relkind WHEN 'm' THEN format('DROP MATERIALIZED VIEW %s', name) "
    "            WHEN 'v' THEN format('DROP VIEW %s', name) ELSE 'Drop its rule.' END FROM views "
    "UNION ALL SELECT 'rule', format('It has the rule %I.', rulename), "
    "       format('DROP RULE %I ON %s', rulename, $1) FROM pg_rewrite WHERE ev_class = $1 "
    "UNION ALL SELECT 'dependent', format('It is used by %s.', "
    "              pg_describe_object(d.classid, d.objid, d.objsubid)), "
    "       'Drop it, and make it again after the conversion.' "
    "FROM pg_depend d, own "
    "WHERE d.deptype IN ('n', 'a') "
    "  AND (d.refclassid = 'pg_class'::regclass AND d.refobjid = $1 "
    "       OR d.refclassid = 'pg_type'::regclass AND d.refobjid IN (own.reltype, own.typarray)) "
    "  AND NOT (d.classid = 'pg_rewrite'::regclass) "
    "  AND NOT (d.classid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_index x "
    "             WHERE x.indexrelid = d.objid AND x.indrelid = $1)) "
    "  AND NOT (d.classid = 'pg_class'::regclass AND d.refobjid = $1 AND d.deptype = 'a' "
    "           AND EXISTS (SELECT FROM pg_class q WHERE q.oid = d.objid AND q.relkind = 'S')) "
    "  AND NOT (d.classid = 'pg_constraint'::regclass) "
    "  AND NOT (d.classid = 'pg_attrdef'::regclass AND EXISTS (SELECT FROM pg_attrdef f "
    "             WHERE f.oid = d.objid AND f.adrelid = $1)) "
    "  AND NOT (d.classid = 'pg_trigger'::regclass AND EXISTS (SELECT FROM pg_trigger g "
    "             WHERE g.oid = d.objid AND (g.tgrelid = $1 OR g.tgisinternal))) "
    "  AND NOT (d.classid = 'pg_policy'::regclass AND EXISTS (SELECT FROM pg_policy p "
    "             WHERE p.oid = d.objid AND p.polrelid = $1)) "
    "  AND NOT (d.classid = 'pg_statistic_ext'::regclass "
    "           OR d.classid = 'pg_publication_rel'::regclass)"};

constinit pg::Plan<TableId> kOthers{
    "SELECT 'trigger', CASE WHEN tgenabled IN ('A', 'R') "
    "           THEN format('The trigger %I fires for replicated rows too.', tgname) "
    "           ELSE format('The row trigger %I has a transition table, which partitioned tables "
    "do not have.', tgname) END, format('DROP TRIGGER %I ON %s', tgname, $1) "
    "FROM pg_trigger WHERE tgrelid = $1 AND NOT tgisinternal "
    "  AND (tgenabled IN ('A', 'R') "
    "       OR tgtype & 1 = 1 AND num_nonnulls(tgoldtable, tgnewtable) > 0) "
    "UNION ALL SELECT 'publication', format('%I publishes every new table, so that the copy would "
    "be sent a second time.', pubname), format('Name the tables of %I one by one.', pubname) "
    "FROM pg_publication p WHERE puballtables OR EXISTS (SELECT FROM pg_publication_namespace s "
    "    WHERE s.pnpubid = p.oid AND s.pnnspid IN (SELECT relnamespace FROM pg_class "
    "                                              WHERE oid = $1)) "
    "UNION ALL SELECT 'publication', format('%I publishes a part of the table, and a partitioned "
    "table in parts only by its root.', pubname), "
    "       format('ALTER PUBLICATION %I SET (publish_via_partition_root = true)', pubname) "
    "FROM pg_publication p JOIN pg_publication_rel r ON r.prpubid = p.oid AND r.prrelid = $1 "
    "WHERE NOT pubviaroot AND (prattrs IS NOT NULL OR prqual IS NOT NULL) "
    "UNION ALL SELECT 'subscription', format('The subscription %I writes to it.', subname), "
    "       format('ALTER SUBSCRIPTION %I REFRESH PUBLICATION', subname) "
    "FROM pg_subscription_rel r JOIN pg_subscription s ON s.oid = r.srsubid WHERE r.srrelid = $1 "
    "UNION ALL SELECT DISTINCT 'security_label', format('It has a label of %s.', provider), "
    "       format('SECURITY LABEL FOR %I ON TABLE %s IS NULL', provider, $1) "
    "FROM pg_seclabel WHERE classoid = 'pg_class'::regclass AND objoid = $1"};

constinit pg::Plan<std::vector<Text>> kTaken{
    "SELECT name FROM unnest($1) AS name WHERE to_regclass(name) IS NOT NULL"};

// One digest of everything that DDL could change while the job runs.
constinit pg::Plan<TableId> kShape{
    "SELECT md5(concat_ws(E'\\n', "
    "  (SELECT concat_ws(' ', oid, relowner, relacl, relrowsecurity, relforcerowsecurity, "
    "                    reloptions, relreplident, reltablespace) FROM pg_class WHERE oid = $1), "
    "  (SELECT string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull, "
    "          attidentity, attgenerated, attacl, attstorage, attcompression, attstattarget, "
    "          pg_get_expr(adbin, adrelid)), E'\\n' ORDER BY attnum) "
    "   FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum "
    "   WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped), "
    "  (SELECT string_agg(concat_ws(' ', conrelid, conname, convalidated, "
    "                               pg_get_constraintdef(oid)), E'\\n' ORDER BY oid) "
    "   FROM pg_constraint WHERE $1 IN (conrelid, confrelid) AND contype <> 't'), "
    "  (SELECT string_agg(pg_get_indexdef(indexrelid), E'\\n' ORDER BY indexrelid) FROM pg_index "
    "   WHERE indrelid = $1), "
    "  (SELECT string_agg(concat_ws(' ', tgenabled, pg_get_triggerdef(oid)), E'\\n' ORDER BY oid) "
    "   FROM pg_trigger WHERE tgrelid = $1 AND NOT tgisinternal "
    "     AND tgfoid <> 'lad.journal_change'::regproc), "
    "  (SELECT string_agg(concat_ws(' ', polname, polcmd, polpermissive, polroles, "
    "          pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)), E'\\n' "
    "          ORDER BY polname) FROM pg_policy WHERE polrelid = $1), "
    "  (SELECT string_agg(pg_get_statisticsobjdef(oid), E'\\n' ORDER BY oid) "
    "   FROM pg_statistic_ext WHERE stxrelid = $1)))"};

const char* explain_kind(const Text& kind) {
  if (kind == "partitioned") return "It is partitioned already.";
  if (kind == "not_a_table") return "It is no table.";
  if (kind == "system") return "It belongs to the system.";
  if (kind == "temporary") return "It is temporary.";
  if (kind == "unlogged") return "It is unlogged; the journal of its changes would not be.";
  if (kind == "inheritance") return "It inherits, or is inherited from.";
  if (kind == "typed_table") return "It is made of a type.";
  if (kind == "extension_member") return "It belongs to an extension.";
  if (kind == "generated_column") return "Partitions cannot be told by a generated column.";
  return "Partitions are ranges of a timestamptz, timestamp or date.";
}

void append(std::vector<ConversionBlocker>& blockers, const pg::Rows& rows) {
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    blockers.push_back({rows.get<Text>(row, 0), rows.get<Text>(row, 1), rows.get<Text>(row, 2)});
  }
}

/// Keys that no partition takes. The names are quoted.
void check_keys(const PlainTable& table, const std::string& column, const Step& step,
                std::vector<ConversionBlocker>& blockers) {
  const pg::ActAsOwner owner{table.owner.c_str()};
  const Text name = catalog::quoted(column);
  const Text target = in_schema(table.schema, table.name);
  const pg::Rows rows = pg::run_once(("SELECT EXISTS (SELECT FROM ONLY " + target + " WHERE " +
                                      name + " IS NULL), EXISTS (SELECT FROM ONLY " + target +
                                      " WHERE NOT isfinite(" + name + "))")
                                         .c_str());
  if (rows.get<bool>(0, 0)) {
    blockers.push_back({"null_keys", "Rows have no " + name + ".",
                        "UPDATE " + target + " SET " + name + " = ... WHERE " + name + " IS NULL"});
  }
  if (rows.get<bool>(0, 1)) {
    blockers.push_back(
        {"infinite_keys", "Rows lie at the end of time.",
         "UPDATE " + target + " SET " + name + " = ... WHERE NOT isfinite(" + name + ")"});
  }
  const KeySpan span = key_span(table, column);
  if (span.highest && is_beyond(*span.highest, pg::unix_us(pg::clock_now()), step)) {
    blockers.push_back(
        {"far_keys",
         "Rows lie more than " + std::to_string(kMaxRangesAhead) + " partitions in the future.",
         "Choose a longer step, or correct the rows."});
  }
}

void check_names(const PlainTable& table, const std::string& column, const Step& step,
                 std::vector<ConversionBlocker>& blockers) {
  std::vector<Text> names{in_schema(kBuildSchema, table.name),
                          in_schema(kBuildSchema, journal_of(table.name)),
                          in_schema(kKeptSchema, table.name)};
  const auto leaves =
      leaves_for(table.name, step, key_span(table, column), pg::unix_us(pg::clock_now()));
  for (const WantedLeaf& leaf : leaves) names.push_back(in_schema(table.schema, leaf.name));
  const pg::Rows taken = kTaken.run(names);
  for (std::uint64_t row = 0; row < taken.size(); ++row) {
    const Text name = taken.get<Text>(row, 0);
    blockers.push_back({"name_taken", "The conversion needs the name " + name + ".",
                        "ALTER TABLE " + name + " RENAME TO ..."});
  }
}

}  // namespace

PlainTable read_plain_table(TableId id, const std::string& column) {
  const pg::Rows rows = kTable.run(id, column);
  if (rows.empty()) throw Error{ErrorCode::invalid_argument, "no such table"};
  PlainTable table{id, rows.get<Text>(0, 0), rows.get<Text>(0, 1), rows.get<Text>(0, 2),
                   static_cast<ColumnKind>(rows.get<std::int32_t>(0, 3))};
  if (!rows.get<bool>(0, 4)) {
    throw Error{ErrorCode::privilege, "permission denied to convert the table", "",
                "Call it as a superuser or an owner of the table, or as a member of lad_service "
                "for a table of lad_owner."};
  }
  if (!rows.get<bool>(0, 5)) {
    throw Error{ErrorCode::invalid_argument, "the table has no such column"};
  }
  return table;
}

std::vector<ConversionBlocker> blockers_of(const PlainTable& table, const std::string& column,
                                           const Step& step) {
  std::vector<ConversionBlocker> blockers;
  const pg::Rows kind = kKind.run(table.id, column);
  if (kind.empty()) throw Error{ErrorCode::invalid_argument, "no such table"};
  if (const auto word = kind.get_optional<Text>(0, 0)) {
    return {{*word, explain_kind(*word), "Convert a plain table by a plain column of time."}};
  }
  append(blockers, kKeys.run(table.id, column));
  append(blockers, kDependents.run(table.id));
  append(blockers, kOthers.run(table.id));
  check_keys(table, column, step, blockers);
  check_names(table, column, step, blockers);
  return blockers;
}

KeySpan key_span(const PlainTable& table, const std::string& column) {
  const pg::ActAsOwner owner{table.owner.c_str()};
  const Text name = catalog::quoted(column);
  const Text moment =
      table.kind == ColumnKind::timestamptz ? name : "(" + name + "::timestamp AT TIME ZONE 'UTC')";
  const pg::Rows rows =
      pg::run_once(("SELECT min(" + moment + "), max(" + moment + ") FROM ONLY " +
                    in_schema(table.schema, table.name) + " WHERE isfinite(" + name + ")")
                       .c_str());
  KeySpan span;
  if (rows.is_null(0, 0)) return span;
  span.lowest = pg::unix_us(rows.get<pg::Timestamp>(0, 0));
  span.highest = pg::unix_us(rows.get<pg::Timestamp>(0, 1));
  return span;
}

std::string shape_of(TableId table) {
  return kShape.run(table).get<Text>(0, 0);
}

}  // namespace lad::partitions::store
