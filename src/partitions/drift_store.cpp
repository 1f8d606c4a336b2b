#include "partitions/drift_store.hpp"

#include "catalog/names.hpp"
#include "partitions/leaf.hpp"
#include "pg/spi.hpp"

namespace lad::partitions::store {
namespace {

using pg::TableId;
using Text = std::string;

// A plain CREATE INDEX blocks writers while it reads: of a larger leaf somebody decides when.
#define LAD_MOST_PAGES "12800"

#define LAD_LEAVES                                                                     \
  "leaves AS (SELECT c.*, format('%I.%I', n.nspname, c.relname) AS target, n.nspname " \
  "    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid AND c.relkind = 'r' "  \
  "    JOIN pg_namespace n ON n.oid = c.relnamespace "                                 \
  "    WHERE i.inhparent = $1 AND NOT i.inhdetachpending), "                           \
  "root AS (SELECT c.*, format('%I.%I', n.nspname, c.relname) AS target, n.nspname "   \
  "    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1) "

// What is not as the table is, with the statement that mends it; none for another owner.
constinit pg::Plan<TableId> kSimple{
    "WITH " LAD_LEAVES
    ", app AS (SELECT 'lad_app'::regrole::oid AS oid UNION SELECT m.member "
    "     FROM pg_auth_members m WHERE pg_has_role(m.member, 'lad_app', 'MEMBER') "
    "       AND NOT (SELECT rolsuper FROM pg_roles WHERE oid = m.member)) "
    "SELECT l.oid::regclass, l.target, problem, cure FROM leaves l CROSS JOIN root r, LATERAL ("
    "  SELECT format('it belongs to %s', pg_get_userbyid(l.relowner)), NULL "
    "  WHERE l.relowner <> r.relowner "
    "  UNION ALL SELECT 'row security is off', "
    "    format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', l.target) "
    "  WHERE r.relrowsecurity AND NOT l.relrowsecurity "
    "  UNION ALL SELECT 'row security is not forced', "
    "    format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', l.target) "
    "  WHERE r.relforcerowsecurity AND NOT l.relforcerowsecurity "
    "  UNION ALL SELECT format('%s has %s', g.role, string_agg(DISTINCT g.privilege_type, ', ')), "
    "    format('REVOKE ALL ON %s FROM %s CASCADE', l.target, g.role) "
    "  FROM (SELECT a.privilege_type, CASE a.grantee WHEN 0 THEN 'PUBLIC' "
    "               ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS role "
    "        FROM (SELECT * FROM aclexplode(l.relacl) "
    "              UNION ALL SELECT x.* FROM pg_attribute t CROSS JOIN LATERAL "
    "                  aclexplode(t.attacl) AS x "
    "              WHERE t.attrelid = l.oid AND t.attacl IS NOT NULL) AS a "
    "        WHERE r.relrowsecurity AND a.grantee <> l.relowner "
    "          AND (a.grantee = 0 OR a.grantee IN (SELECT oid FROM app))) AS g GROUP BY g.role "
    "  UNION ALL SELECT format('trigger %I is %s', t.tgname, "
    "                          CASE t.tgenabled WHEN 'D' THEN 'disabled' ELSE 'enabled else' END), "
    "    format('ALTER TABLE %s %s TRIGGER %I', l.target, CASE p.tgenabled WHEN 'D' THEN 'DISABLE' "
    "           WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END, "
    "           t.tgname) "
    "  FROM pg_trigger t JOIN pg_trigger p ON p.oid = t.tgparentid AND p.tgrelid = r.oid "
    "  WHERE t.tgrelid = l.oid AND t.tgenabled <> p.tgenabled AND NOT t.tgisinternal"
    ") AS found (problem, cure) ORDER BY l.relname, l.oid, problem"};

// Policies of the table for which the leaf has none that says the same.
constinit pg::Plan<TableId> kPolicies{
    "WITH " LAD_LEAVES
    ", policies AS MATERIALIZED (SELECT p.polrelid, p.polname, format(' AS %s FOR %s TO %s%s%s', "
    "       CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END, "
    "       CASE polcmd WHEN '*' THEN 'ALL' WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' "
    "                   WHEN 'w' THEN 'UPDATE' ELSE 'DELETE' END, "
    "       (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' "
    "                          ELSE quote_ident(pg_get_userbyid(role)) END, ', ') "
    "        FROM unnest(polroles) AS role), "
    "       ' USING (' || pg_get_expr(polqual, polrelid) || ')', "
    "       ' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')') AS says "
    "    FROM pg_policy p WHERE p.polrelid = $1 OR p.polrelid IN (SELECT oid FROM leaves)) "
    "SELECT l.oid::regclass, l.target, l.relname::text, r.relname::text, p.polname::text, p.says, "
    "       (SELECT concat(chr(10), string_agg(o.polname, chr(10)), chr(10)) "
    "        FROM policies o WHERE o.polrelid = l.oid) "
    "FROM leaves l CROSS JOIN root r JOIN policies p ON p.polrelid = r.oid "
    "WHERE NOT EXISTS (SELECT FROM policies o WHERE o.polrelid = l.oid AND o.says = p.says) "
    "ORDER BY l.relname, l.oid, p.polname"};

// Indexes of the table without one of the leaf; that one may exist without belonging to it.
constinit pg::Plan<TableId> kIndexes{
    "WITH " LAD_LEAVES
    ", indexes AS (SELECT x.indexrelid, x.indrelid, x.indisvalid, i.relname, "
    "       format('%I.%I', n.nspname, i.relname) AS target, "
    "       CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END AS word, "
    "       substr(pg_get_indexdef(i.oid), 1 + length(format('CREATE %sINDEX %I ON %s%s', "
    "              CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END, i.relname, "
    "              CASE i.relkind WHEN 'I' THEN 'ONLY ' ELSE '' END, t.target))) AS says "
    "    FROM (SELECT oid, target FROM root UNION ALL SELECT oid, target FROM leaves) AS t "
    "    JOIN pg_index x ON x.indrelid = t.oid JOIN pg_class i ON i.oid = x.indexrelid "
    "    JOIN pg_namespace n ON n.oid = i.relnamespace "
    "    WHERE NOT x.indisprimary AND EXISTS (SELECT FROM pg_index v WHERE v.indrelid = $1 "
    "                                           AND NOT v.indisvalid)) "
    "SELECT l.oid::regclass, l.target, l.relname::text, r.relname::text, p.relname::text, "
    "       p.target, p.word, p.says, quote_ident(l.nspname), "
    "       l.relpages <= " LAD_MOST_PAGES
    ", (SELECT min(o.target) FROM indexes o WHERE o.indrelid = l.oid AND o.says = p.says "
    "     AND o.word = p.word AND o.indisvalid "
    "     AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = o.indexrelid)) "
    "FROM leaves l CROSS JOIN root r JOIN indexes p ON p.indrelid = r.oid "
    "WHERE NOT EXISTS (SELECT FROM pg_inherits h JOIN pg_index o ON o.indexrelid = h.inhrelid "
    "                  WHERE h.inhparent = p.indexrelid AND o.indrelid = l.oid) "
    "ORDER BY l.relname, l.oid, p.relname"};

// Statement triggers as add_leaf_triggers makes them.
constinit pg::Plan<TableId> kTriggers{
    "WITH " LAD_LEAVES
    "SELECT l.oid::regclass, l.target, g.tgname::text, "
    "       replace(pg_get_triggerdef(g.oid), format(' ON %s ', r.target), "
    "               format(' ON %s ', l.target)) "
    "FROM leaves l CROSS JOIN root r JOIN pg_trigger g ON g.tgrelid = r.oid "
    "JOIN pg_proc p ON p.oid = g.tgfoid "
    "WHERE NOT g.tgisinternal AND g.tgtype & 1 = 0 AND g.tgenabled <> 'D' "
    "  AND num_nonnulls(g.tgoldtable, g.tgnewtable) > 0 "
    "  AND p.pronamespace = 'lad'::regnamespace AND p.proname <> 'charge_finished_calls' "
    "  AND NOT EXISTS (SELECT FROM pg_trigger o WHERE o.tgrelid = l.oid AND o.tgname = g.tgname) "
    "ORDER BY l.relname, l.oid, g.tgname"};

void find_simple(TableId table, std::vector<Drift>& found) {
  const pg::Rows rows = kSimple.run(table);
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    Drift drift{rows.get<TableId>(row, 0), rows.get<Text>(row, 1), rows.get<Text>(row, 2), {}};
    drift.shows_rows = !drift.problem.starts_with("trigger ");
    if (const auto cure = rows.get_optional<Text>(row, 3)) {
      drift.cure.push_back(*cure);
    } else {
      drift.is_foreign = true;
      drift.remedy = "Give it to the owner of its table.";
    }
    found.push_back(std::move(drift));
  }
}

void find_policies(TableId table, std::vector<Drift>& found) {
  const pg::Rows rows = kPolicies.run(table);
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    const Text target = rows.get<Text>(row, 1);
    const Text name =
        leaf_part_name(rows.get<Text>(row, 4), rows.get<Text>(row, 3), rows.get<Text>(row, 2));
    const Text policy = catalog::quoted(name) + " ON " + target;
    Drift drift{rows.get<TableId>(row, 0), target, "policy " + name + " is missing", {}};
    if (rows.get<Text>(row, 6).find("\n" + name + "\n") != Text::npos) {
      drift.problem = "policy " + name + " says something else";
      drift.cure.push_back("DROP POLICY " + policy);
    }
    drift.cure.push_back("CREATE POLICY " + policy + rows.get<Text>(row, 5));
    found.push_back(std::move(drift));
  }
}

void find_indexes(TableId table, std::vector<Drift>& found) {
  const pg::Rows rows = kIndexes.run(table);
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    const Text leaf = rows.get<Text>(row, 1);
    const Text attach = "ALTER INDEX " + rows.get<Text>(row, 5) + " ATTACH PARTITION ";
    Drift drift{
        rows.get<TableId>(row, 0), leaf, "index " + rows.get<Text>(row, 4) + " is missing", {}};
    drift.shows_rows = false;
    if (const auto existing = rows.get_optional<Text>(row, 10)) {
      drift.cure.push_back(attach + *existing);
    } else {
      const Text name =
          leaf_part_name(rows.get<Text>(row, 4), rows.get<Text>(row, 3), rows.get<Text>(row, 2));
      const Text create = "INDEX CONCURRENTLY IF NOT EXISTS " + catalog::quoted(name) + " ON " +
                          leaf + rows.get<Text>(row, 7);
      const Text word = "CREATE " + rows.get<Text>(row, 6);
      const Text index = rows.get<Text>(row, 8) + "." + catalog::quoted(name);
      if (rows.get<bool>(row, 9)) {
        drift.cure = {
            word + "INDEX " + catalog::quoted(name) + " ON " + leaf + rows.get<Text>(row, 7),
            attach + index};
      } else {
        drift.remedy = word + create + "; " + attach + index;
      }
    }
    found.push_back(std::move(drift));
  }
}

void find_triggers(TableId table, std::vector<Drift>& found) {
  const pg::Rows rows = kTriggers.run(table);
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    Drift drift{rows.get<TableId>(row, 0),
                rows.get<Text>(row, 1),
                "trigger " + rows.get<Text>(row, 2) + " is missing",
                {rows.get<Text>(row, 3)}};
    drift.shows_rows = false;
    found.push_back(std::move(drift));
  }
}

}  // namespace

std::vector<Drift> find_drift(TableId table) {
  std::vector<Drift> found;
  find_simple(table, found);
  find_policies(table, found);
  find_indexes(table, found);
  find_triggers(table, found);
  return found;
}

}  // namespace lad::partitions::store
