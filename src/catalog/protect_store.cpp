#include "catalog/protect_store.hpp"

#include <memory>

#include "core/error.hpp"
#include "pg/as_owner.hpp"
#include "pg/event_trigger.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::catalog {
namespace {

using pg::TableId;

constinit pg::Plan<TableId> kRelation{
    "SELECT format('%I.%I', n.nspname, c.relname), c.relkind::text, "
    "       pg_get_userbyid(c.relowner)::text, "
    "       n.nspname IN ('pg_catalog', 'information_schema') OR n.nspname ~ '^pg_' "
    "           OR c.relpersistence = 't' "
    "           OR EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass "
    "                        AND objid = c.oid AND deptype = 'e'), "
    "       c.relispartition, "
    "       NOT c.relispartition AND c.relkind = 'r' "
    "           AND EXISTS (SELECT FROM pg_inherits WHERE c.oid IN (inhparent, inhrelid)), "
    "       n.nspname = 'lad_data', "
    "       pg_has_role(current_user, c.relowner, 'USAGE') "
    "           AND pg_has_role(current_user, 'lad_owner', 'USAGE'), "
    "       EXISTS (SELECT FROM pg_trigger WHERE tgrelid = pg_partition_root(c.oid) "
    "                 AND tgfoid = 'lad.keep_tenant'::regproc) "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1"};

constinit pg::Plan<TableId> kTenant{
    "SELECT format_type(a.atttypid, a.atttypmod), a.attnotnull, "
    "       coalesce(pg_get_expr(d.adbin, d.adrelid) = 'lad.current_tenant_id()', false), "
    "       a.attgenerated <> '' "
    "FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "
    "WHERE a.attrelid = $1 AND a.attname = 'tenant_id' AND NOT a.attisdropped"};

constinit pg::Plan<TableId> kParts{
    "SELECT EXISTS (SELECT FROM pg_index x JOIN pg_attribute a ON a.attrelid = x.indrelid "
    "                 AND a.attname = 'tenant_id' AND a.attnum = x.indkey[0] "
    "               WHERE x.indrelid = $1 AND x.indpred IS NULL AND x.indisvalid), "
    "       EXISTS (SELECT FROM pg_attribute WHERE attrelid = $1 AND attname = 'updated_at' "
    "                 AND NOT attisdropped AND atttypid = 'timestamptz'::regtype), "
    "       EXISTS (SELECT FROM pg_trigger WHERE tgrelid = $1 AND tgenabled IN ('O', 'A') "
    "                 AND tgfoid = 'lad.keep_tenant'::regproc), "
    "       EXISTS (SELECT FROM pg_trigger WHERE tgrelid = $1 AND tgenabled IN ('O', 'A') "
    "                 AND tgfoid = 'lad.touch_updated_at'::regproc), "
    "       EXISTS (SELECT FROM pg_trigger WHERE tgrelid = $1 AND tgenabled IN ('O', 'A') "
    "                 AND tgfoid = 'lad.require_writer'::regproc)"};

#define MEMBERS                                                                                    \
  "WITH members AS ("                                                                              \
  "    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS target, p.level, c.relname, "        \
  "c.relkind, "                                                                                    \
  "           c.relispartition, c.relrowsecurity, c.relforcerowsecurity, c.relacl "                \
  "    FROM (SELECT relid, level FROM pg_partition_tree($1) "                                      \
  "          UNION SELECT $1, 0) AS p (relid, level) "                                             \
  "    JOIN pg_class c ON c.oid = p.relid JOIN pg_namespace n ON n.oid = c.relnamespace), "        \
  "policies AS ("                                                                                  \
  "    SELECT p.*, p.polcmd = '*' AND p.polpermissive AND p.polroles = '{0}' "                     \
  "             AND pg_get_expr(p.polqual, p.polrelid) = '(tenant_id = lad.current_tenant_id())' " \
  "             AND pg_get_expr(p.polwithcheck, p.polrelid) "                                      \
  "                 = '(tenant_id = lad.current_tenant_id())' AS of_tenant, "                      \
  "           p.polroles = ARRAY['lad_service'::regrole::oid] AS of_service, "                     \
  "           p.polcmd = '*' AND p.polpermissive "                                                 \
  "             AND pg_get_expr(p.polqual, p.polrelid) = 'true' "                                  \
  "             AND pg_get_expr(p.polwithcheck, p.polrelid) = 'true' AS of_all "                   \
  "    FROM pg_policy p WHERE p.polrelid IN (SELECT oid FROM members)) "

constinit pg::Plan<TableId> kMembers{
    MEMBERS
    "SELECT m.target, m.relname::text, m.relrowsecurity, m.relforcerowsecurity, "
    "       EXISTS (SELECT FROM policies p WHERE p.polrelid = m.oid AND p.of_tenant), "
    "       EXISTS (SELECT FROM policies p WHERE p.polrelid = m.oid AND p.of_service AND p.of_all) "
    "FROM members m WHERE m.relkind IN ('r', 'p') ORDER BY m.level, m.target"};

// What lad_app and PUBLIC may beyond rows; of a partition nothing is theirs.
constinit pg::Plan<TableId> kExcess{
    MEMBERS
    "SELECT m.target, CASE WHEN m.relispartition THEN 'ALL' "
    "                 ELSE string_agg(DISTINCT g.privilege_type, ', ') END, "
    "       CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE 'lad_app' END "
    "FROM members m CROSS JOIN LATERAL ("
    "    SELECT grantee, privilege_type FROM aclexplode(m.relacl) "
    "    UNION ALL SELECT g.grantee, g.privilege_type "
    "    FROM pg_attribute a CROSS JOIN LATERAL aclexplode(a.attacl) AS g "
    "    WHERE a.attrelid = m.oid AND NOT a.attisdropped) AS g "
    "WHERE g.grantee IN (0, 'lad_app'::regrole) "
    "  AND (m.relispartition OR g.privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER')) "
    "GROUP BY m.target, m.relispartition, g.grantee"};

// Kinds as in Obstacle::Kind: 0 key, 1 foreign key, 2 policy, 3 trigger, 4 partition.
constinit pg::Plan<TableId> kObstacles{
    MEMBERS
    "SELECT 0, format('%I', i.relname), "
    "       CASE WHEN k.oid IS NOT NULL THEN format('ALTER TABLE %s DROP CONSTRAINT %I, "
    "ADD CONSTRAINT %I %s', m.target, k.conname, k.conname, "
    "                 regexp_replace(pg_get_constraintdef(k.oid), '\\(', CASE k.contype WHEN 'x' "
    "                                THEN '(tenant_id WITH =, ' ELSE '(tenant_id, ' END)) "
    "            ELSE format('DROP INDEX %I.%I; %s', n.nspname, i.relname, "
    "                 regexp_replace(pg_get_indexdef(i.oid), '( USING [^ ]+ \\()', "
    "                                '\\1tenant_id, ')) END "
    "FROM members m JOIN pg_index x ON x.indrelid = m.oid JOIN pg_class i ON i.oid = x.indexrelid "
    "JOIN pg_namespace n ON n.oid = i.relnamespace "
    "LEFT JOIN pg_constraint k ON k.conindid = i.oid AND k.conrelid = m.oid "
    "     AND k.contype IN ('p', 'u', 'x') "
    "WHERE (x.indisunique OR x.indisexclusion) AND NOT i.relispartition "
    "  AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = m.oid "
    "                    AND a.attname = 'tenant_id' "
    "                    AND a.attnum = ANY ((x.indkey::int2[])[0:x.indnkeyatts - 1])) "
    "UNION ALL "
    "SELECT 1, CASE WHEN k.conrelid = $1 THEN format('%I', k.conname) "
    "               ELSE format('%I of %s', k.conname, k.conrelid::regclass) END, "
    "       format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %I %s', "
    "              k.conrelid::regclass, k.conname, k.conname, "
    "              regexp_replace(pg_get_constraintdef(k.oid), "
    "                             '^FOREIGN KEY \\((.*)\\) REFERENCES (.*)\\((.*?)\\)', "
    "                             'FOREIGN KEY (tenant_id, \\1) REFERENCES \\2(tenant_id, \\3)')) "
    "FROM pg_constraint k "
    "WHERE k.contype = 'f' AND k.conparentid = 0 "
    "  AND (k.confrelid = $1 OR k.conrelid = $1 AND EXISTS ("
    "           SELECT FROM pg_trigger g WHERE g.tgrelid = k.confrelid "
    "              AND g.tgfoid = 'lad.keep_tenant'::regproc)) "
    "  AND NOT EXISTS ("
    "      SELECT FROM unnest(k.conkey, k.confkey) AS pair (child, parent) "
    "      JOIN pg_attribute c ON c.attrelid = k.conrelid AND c.attnum = pair.child "
    "      JOIN pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = pair.parent "
    "      WHERE c.attname = 'tenant_id' AND p.attname = 'tenant_id') "
    "UNION ALL "
    "SELECT 2, format('%I of %s', p.polname, m.target), "
    "       format('DROP POLICY %I ON %s', p.polname, m.target) "
    "FROM policies p JOIN members m ON m.oid = p.polrelid "
    "WHERE p.polpermissive AND NOT p.of_tenant AND NOT p.of_service "
    "UNION ALL "
    "SELECT 3, format('%I', g.tgname), "
    "       CASE WHEN g.tgenabled IN ('O', 'A') "
    "            THEN format('ALTER TRIGGER %I ON %s RENAME TO ...', g.tgname, m.target) "
    "            ELSE format('ALTER TABLE %s ENABLE TRIGGER %I', m.target, g.tgname) END "
    "FROM pg_trigger g JOIN members m ON m.oid = g.tgrelid AND m.oid = $1, "
    "     (VALUES ('_update_keep_tenant', 'lad.keep_tenant'::regproc), "
    "             ('_write_access', 'lad.require_writer'::regproc), "
    "             ('_update_touch', 'lad.touch_updated_at'::regproc)) AS ours (suffix, function) "
    "WHERE NOT g.tgisinternal AND g.tgname = m.relname || ours.suffix "
    "  AND (g.tgfoid <> ours.function OR g.tgenabled NOT IN ('O', 'A')) "
    "UNION ALL "
    "SELECT 4, m.target, format('ALTER TABLE %s DETACH PARTITION %s', "
    "                           (SELECT inhparent::regclass FROM pg_inherits "
    "                            WHERE inhrelid = m.oid), m.target) "
    "FROM members m WHERE m.relkind = 'f' "
    "ORDER BY 1, 2"};

constinit pg::Plan<> kCommand{
    "SELECT DISTINCT c.oid::regclass FROM pg_event_trigger_ddl_commands() AS d "
    "JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid "
    "WHERE c.relnamespace = to_regnamespace('lad_data') AND c.relkind IN ('r', 'p') "
    "  AND NOT d.in_extension"};

struct Relation {
  std::string target;
  std::string owner;
  bool is_partition;
  bool in_lad_data;
};

[[noreturn]] void refuse(const std::string& target, const char* why, const char* hint = "") {
  throw Error{ErrorCode::invalid_argument, target + " cannot be a tenant table", why, hint};
}

Relation read_relation(TableId table) {
  const pg::Rows rows = kRelation.run(table);
  if (rows.empty()) refuse("the relation", "It does not exist.");
  Relation relation{rows.get<std::string>(0, 0), rows.get<std::string>(0, 2), rows.get<bool>(0, 4),
                    rows.get<bool>(0, 6)};
  const std::string kind = rows.get<std::string>(0, 1);
  if (kind != "r" && kind != "p") refuse(relation.target, "It is no table.");
  if (rows.get<bool>(0, 3)) {
    refuse(relation.target, "It is temporary, of the system, or a member of an extension.");
  }
  if (rows.get<bool>(0, 5)) {
    refuse(relation.target, "It inherits, or is inherited from; policies of the two differ.",
           "Use partitions instead.");
  }
  if (!pg::is_superuser() && !rows.get<bool>(0, 7)) {
    throw Error{ErrorCode::privilege, "permission denied to protect " + relation.target, "",
                "Call it as a superuser, or as a member of lad_owner that owns the table."};
  }
  if (relation.is_partition && !rows.get<bool>(0, 8)) {
    refuse(relation.target, "It is a partition of a table that is not protected.",
           "Protect the partitioned table, and its partitions follow.");
  }
  return relation;
}

/// Asked of the rows above row-level security. The name is quoted by the catalog query.
bool exists(const std::string& target, const std::string& condition) {
  return pg::run_once(("SELECT EXISTS (SELECT FROM " + target + condition + ")").c_str())
      .get<bool>(0, 0);
}

/// Rows of another server are not asked for: their table is refused anyway.
std::optional<TenantColumn> read_tenant(TableId table, const std::string& target, bool is_local) {
  const pg::Rows rows = kTenant.run(table);
  if (rows.empty()) return std::nullopt;
  TenantColumn column{rows.get<std::string>(0, 0), rows.get<bool>(0, 1), rows.get<bool>(0, 2),
                      rows.get<bool>(0, 3), false};
  column.has_nulls = is_local && !column.not_null && exists(target, " WHERE tenant_id IS NULL");
  return column;
}

std::vector<ProtectMember> read_members(TableId table) {
  const pg::Rows rows = kMembers.run(table);
  const pg::Rows excess = kExcess.run(table);
  std::vector<ProtectMember> members;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    ProtectMember member{rows.get<std::string>(row, 0), rows.get<std::string>(row, 1),
                         rows.get<bool>(row, 2),        rows.get<bool>(row, 3),
                         rows.get<bool>(row, 4),        rows.get<bool>(row, 5)};
    for (std::uint64_t i = 0; i < excess.size(); ++i) {
      if (excess.get<std::string>(i, 0) != member.target) continue;
      member.excess.push_back({excess.get<std::string>(i, 1), excess.get<std::string>(i, 2)});
    }
    members.push_back(std::move(member));
  }
  return members;
}

ProtectTable read_table(TableId id, const Relation& relation) {
  ProtectTable table;
  table.is_partition = relation.is_partition;
  table.needs_owner = relation.in_lad_data && relation.owner != "lad_owner";
  const pg::Rows parts = kParts.run(id);
  table.tenant_index = parts.get<bool>(0, 0);
  table.has_updated_at = parts.get<bool>(0, 1);
  table.keep_trigger = parts.get<bool>(0, 2);
  table.touch_trigger = parts.get<bool>(0, 3);
  table.writer_trigger = parts.get<bool>(0, 4);
  bool is_local = true;
  const pg::Rows obstacles = kObstacles.run(id);
  for (std::uint64_t row = 0; row < obstacles.size(); ++row) {
    table.obstacles.push_back({static_cast<Obstacle::Kind>(obstacles.get<std::int32_t>(row, 0)),
                               obstacles.get<std::string>(row, 1),
                               obstacles.get<std::string>(row, 2)});
    is_local &= table.obstacles.back().kind != Obstacle::Kind::partition;
  }
  table.tenant = read_tenant(id, relation.target, is_local);
  table.has_rows = !table.tenant && is_local && exists(relation.target, "");
  table.members = read_members(id);
  return table;
}

void require_unblocked(const std::string& target, const ProtectTable& table) {
  std::vector<std::string> reasons;
  std::vector<std::string> remedies;
  for (const Blocker& blocker : blockers_of(table)) {
    reasons.push_back(blocker.reason);
    if (!blocker.remedy.empty()) remedies.push_back(blocker.remedy + ";");
  }
  if (reasons.empty()) return;
  if (!table.tenant && !table.has_rows && !remedies.empty()) {
    remedies.insert(remedies.begin(), "ALTER TABLE " + target + " ADD COLUMN tenant_id uuid;");
  }
  constexpr std::size_t kDetail = 1000;
  constexpr std::size_t kHint = 500;
  throw Error{ErrorCode::check_failed, target + " cannot be protected",
              joined_within(reasons, " ", kDetail), joined_within(remedies, " ", kHint)};
}

}  // namespace

std::vector<ProtectAction> protect_table(TableId id) {
  const Relation relation = read_relation(id);
  // The tables made or altered here are not news to the event trigger.
  const pg::DdlHold hold;
  // A superuser stays one; anybody else acts as the owner, whom forced policies would bind.
  std::unique_ptr<const pg::ActAsOwner> owner;
  if (!pg::is_superuser()) owner = std::make_unique<pg::ActAsOwner>(relation.owner.c_str());
  pg::run_once(("LOCK TABLE " + relation.target + " IN ACCESS EXCLUSIVE MODE").c_str());
  const ProtectTable table = read_table(id, relation);
  require_unblocked(relation.target, table);
  std::vector<ProtectAction> actions;
  for (const ProtectStep& step : steps_of(table)) {
    for (const std::string& sql : step.sql) pg::run_once(sql.c_str());
    actions.push_back({step.object, step.action, step.detail});
  }
  return actions;
}

std::vector<TableId> tables_of_command() {
  const pg::Rows rows = kCommand.run();
  std::vector<TableId> tables;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    tables.push_back(rows.get<TableId>(row, 0));
  }
  return tables;
}

}  // namespace lad::catalog
