#include "partitions/definition_store.hpp"

#include "catalog/names.hpp"
#include "partitions/policies.hpp"
#include "pg/spi.hpp"

namespace lad::partitions::store {
namespace {

using pg::TableId;
using Text = std::string;

constinit pg::Plan<TableId> kPolicies{kPoliciesOf};

constinit pg::Plan<TableId, Text> kRowSecurity{
    "SELECT format('ALTER TABLE %s %s ROW LEVEL SECURITY', $2, word) "
    "FROM pg_class, LATERAL (VALUES ('ENABLE', relrowsecurity), ('FORCE', relforcerowsecurity)) "
    "     AS part (word, wanted) WHERE oid = $1 AND wanted ORDER BY word"};

constinit pg::Plan<TableId, Text> kSettings{
    "SELECT format('ALTER TABLE %s REPLICA IDENTITY %s', $2, "
    "              CASE relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END) "
    "FROM pg_class WHERE oid = $1 AND relreplident IN ('f', 'n') "
    "UNION ALL SELECT format('ALTER TABLE ONLY %s ALTER COLUMN %I SET STATISTICS %s', $2, attname, "
    "                        attstattarget) "
    "FROM pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped "
    "  AND attstattarget <> -1 "
    "UNION ALL SELECT format('ALTER TABLE ONLY %s ALTER COLUMN %I SET (%s)', $2, attname, "
    "                        array_to_string(attoptions, ', ')) "
    "FROM pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped "
    "  AND attoptions IS NOT NULL"};

// $3 is the partition column. The columns of a primary key are told from its INCLUDE columns.
constinit pg::Plan<TableId, Text, Text> kIndexes{
    "SELECT CASE WHEN k.oid IS NOT NULL THEN format('ALTER TABLE ONLY %s ADD CONSTRAINT %I %s', "
    "            $2, k.conname, CASE WHEN x.indisprimary AND NOT l.has_column "
    "                THEN format('PRIMARY KEY (%s, %I)%s%s', l.columns, $3, "
    "                            CASE WHEN k.condeferrable THEN ' DEFERRABLE' ELSE '' END, "
    "                            CASE WHEN k.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END) "
    "                ELSE pg_get_constraintdef(k.oid) END) "
    "       ELSE format('CREATE %sINDEX %I ON ONLY %s%s', u.word, i.relname, $2, "
    "            substr(pg_get_indexdef(i.oid), 1 + length(format('CREATE %sINDEX %I ON %I.%I', "
    "                   u.word, i.relname, n.nspname, c.relname)))) END "
    "FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid "
    "JOIN pg_class c ON c.oid = x.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
    "CROSS JOIN LATERAL (SELECT CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END) AS u (word) "
    "LEFT JOIN pg_constraint k ON k.conindid = i.oid AND k.conrelid = c.oid "
    "     AND k.contype IN ('p', 'u') "
    "CROSS JOIN LATERAL (SELECT string_agg(format('%I', a.attname), ', ' ORDER BY o.i) AS columns, "
    "           bool_or(a.attname = $3) AS has_column "
    "    FROM unnest((x.indkey::int2[])[0:x.indnkeyatts - 1]) WITH ORDINALITY AS o (attnum, i) "
    "    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = o.attnum) AS l "
    "WHERE x.indrelid = $1 ORDER BY k.oid IS NULL, i.relname"};

// The identity sequences that LIKE made get the names and rights of those of the plain table.
#define IDENTITY_SEQUENCES                                                                     \
  "SELECT s.relname, s.relacl, s.relowner, y.seqincrement, "                                   \
  "       pg_get_serial_sequence($2, a.attname) AS made "                                      \
  "FROM pg_attribute a JOIN pg_depend d ON d.classid = 'pg_class'::regclass "                  \
  "  AND d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid "                     \
  "  AND d.refobjsubid = a.attnum AND d.deptype = 'i' "                                        \
  "JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' JOIN pg_sequence y ON y.seqrelid = " \
  "s.oid "                                                                                     \
  "WHERE a.attrelid = $1 AND a.attidentity <> ''"

constinit pg::Plan<TableId, Text> kSequenceNames{
    "SELECT format('ALTER SEQUENCE %s RENAME TO %I', made, relname) FROM (" IDENTITY_SEQUENCES
    ") AS s WHERE made::regclass::oid IN (SELECT oid FROM pg_class c WHERE c.relname <> "
    "s.relname)"};

constinit pg::Plan<TableId, Text> kStatistics{
    "SELECT format('CREATE STATISTICS lad_conversion.%I%s', stxname, "
    "       left(rest, length(rest) - length(format(' FROM %s', $1))) || format(' FROM %s', $2)) "
    "FROM pg_statistic_ext JOIN pg_namespace n ON n.oid = stxnamespace "
    "CROSS JOIN LATERAL (SELECT substr(pg_get_statisticsobjdef(pg_statistic_ext.oid), 1 + "
    "    length(format('CREATE STATISTICS %I.%I', nspname, stxname)))) AS d (rest) "
    "WHERE stxrelid = $1"};

constinit pg::Plan<TableId> kRevocations{
    "SELECT DISTINCT format('REVOKE ALL ON %I.%I FROM %s', n.nspname, c.relname, "
    "       CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END) "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "CROSS JOIN LATERAL aclexplode(c.relacl) AS g WHERE c.oid = $1 AND g.grantee <> c.relowner"};

#define GRANTEE                                                                            \
  "CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END, " \
  "CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END"

constinit pg::Plan<TableId, Text> kGrants{
    "SELECT format('REVOKE ALL ON %s FROM %I', $2, pg_get_userbyid(c.relowner)) FROM pg_class c "
    "WHERE c.oid = $1 AND c.relacl IS NOT NULL "
    "UNION ALL SELECT format('GRANT %s ON %s TO %s%s', g.privilege_type, $2, " GRANTEE
    ") FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) AS g WHERE c.oid = $1 "
    "UNION ALL SELECT format('GRANT %s (%I) ON %s TO %s%s', g.privilege_type, a.attname, "
    "$2, " GRANTEE
    ") FROM pg_attribute a CROSS JOIN LATERAL aclexplode(a.attacl) AS g "
    "WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped "
    "UNION ALL SELECT format('GRANT %s ON SEQUENCE %s TO %s%s', g.privilege_type, s.made, " GRANTEE
    ") FROM (" IDENTITY_SEQUENCES
    ") AS s CROSS JOIN LATERAL aclexplode(s.relacl) AS g WHERE g.grantee <> s.relowner"};

constinit pg::Plan<TableId, Text> kTriggers{
    "SELECT replace(pg_get_triggerdef(g.oid), format(' ON %s ', $1), format(' ON %s ', $2)) "
    "FROM pg_trigger g WHERE g.tgrelid = $1 AND NOT g.tgisinternal ORDER BY g.tgname"};

constinit pg::Plan<TableId, Text> kTriggerStates{
    "SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', $2, tgname) "
    "FROM pg_trigger WHERE tgrelid = $1 AND NOT tgisinternal AND tgenabled = 'D'"};

constinit pg::Plan<TableId, Text> kComments{
    "SELECT format('COMMENT ON %s IS %L', object, description) FROM ("
    "    SELECT format('TABLE %s', $2) AS object, description FROM pg_description "
    "    WHERE classoid = 'pg_class'::regclass AND objoid = $1 AND objsubid = 0 "
    "    UNION ALL SELECT format('TRIGGER %I ON %s', tgname, $2), description FROM pg_trigger g "
    "    JOIN pg_description d ON d.objoid = g.oid AND d.classoid = 'pg_trigger'::regclass "
    "    WHERE g.tgrelid = $1 "
    "    UNION ALL SELECT format('POLICY %I ON %s', polname, $2), description FROM pg_policy p "
    "    JOIN pg_description d ON d.objoid = p.oid AND d.classoid = 'pg_policy'::regclass "
    "    WHERE p.polrelid = $1 "
    "    UNION ALL SELECT format('CONSTRAINT %I ON %s', conname, $2), description "
    "    FROM pg_constraint k JOIN pg_description d ON d.objoid = k.oid "
    "     AND d.classoid = 'pg_constraint'::regclass WHERE k.conrelid = $1 AND contype IN ('p', "
    "'u') "
    "    UNION ALL SELECT format('INDEX lad_conversion.%I', relname), description FROM pg_index x "
    "    JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_description d ON d.objoid = i.oid "
    "     AND d.classoid = 'pg_class'::regclass WHERE x.indrelid = $1 "
    "    UNION ALL SELECT format('STATISTICS lad_conversion.%I', stxname), description "
    "    FROM pg_statistic_ext s JOIN pg_description d ON d.objoid = s.oid "
    "     AND d.classoid = 'pg_statistic_ext'::regclass WHERE s.stxrelid = $1) AS c"};

constinit pg::Plan<TableId, Text> kSwitches{
    "SELECT DISTINCT format('ALTER TABLE %s %s TRIGGER %I', g.tgrelid::regclass, $2, g.tgname) "
    "FROM pg_constraint k JOIN pg_trigger g ON g.tgconstraint = k.oid "
    "WHERE k.conrelid = $1 AND k.contype = 'f' AND g.tgrelid <> $1 ORDER BY 1"};

Statements texts(const pg::Rows& rows) {
  Statements statements;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    statements.push_back(rows.get<Text>(row, 0));
  }
  return statements;
}

void append(Statements& statements, const Statements& more) {
  statements.insert(statements.end(), more.begin(), more.end());
}

}  // namespace

std::vector<Policy> policies_of(TableId table) {
  const pg::Rows rows = kPolicies.run(table);
  std::vector<Policy> policies;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    policies.push_back({rows.get<Text>(row, 0), rows.get<Text>(row, 1)});
  }
  return policies;
}

Statements row_security_of(TableId table, const std::string& target) {
  return texts(kRowSecurity.run(table, target));
}

Statements settings_of(TableId table, const std::string& target) {
  return texts(kSettings.run(table, target));
}

Statements definition_of(TableId table, const std::string& target) {
  Statements statements = row_security_of(table, target);
  for (const Policy& policy : policies_of(table)) {
    statements.push_back("CREATE POLICY " + catalog::quoted(policy.name) + " ON " + target +
                         policy.rest);
  }
  append(statements, settings_of(table, target));
  append(statements, texts(kSequenceNames.run(table, target)));
  append(statements, texts(kStatistics.run(table, target)));
  return statements;
}

Statements indexes_of(TableId table, const std::string& target, const std::string& column) {
  return texts(kIndexes.run(table, target, column));
}

Statements revocations_of(TableId table) {
  return texts(kRevocations.run(table));
}

Statements grants_of(TableId table, const std::string& target) {
  return texts(kGrants.run(table, target));
}

Statements triggers_of(TableId table, const std::string& target) {
  Statements statements = texts(kTriggers.run(table, target));
  append(statements, texts(kTriggerStates.run(table, target)));
  return statements;
}

Statements comments_of(TableId table, const std::string& target) {
  return texts(kComments.run(table, target));
}

Statements foreign_key_switches(TableId table, const std::string& word) {
  return texts(kSwitches.run(table, word));
}

}  // namespace lad::partitions::store
