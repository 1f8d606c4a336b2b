#include "catalog/lint_store.hpp"

namespace lad::catalog::rules {
namespace {

// A policy of the application has one of these forms. `of_tenant` is the bare form that every
// tenant table needs; the other ones belong to the tables whose rows are people, tenants or
// everyone's.
#define POLICIES                                                                                  \
  ", policies AS (SELECT p.*, t.name, t.class, t.relname, "                                       \
  "        p.polroles = ARRAY['lad_service'::regrole::oid] AS of_service, "                       \
  "        coalesce(pg_get_expr(p.polqual, p.polrelid), '') AS rows, "                            \
  "        coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') AS written "                     \
  "    FROM tables t JOIN pg_policy p ON p.polrelid = t.oid WHERE p.polpermissive), "             \
  "judged AS (SELECT *, "                                                                         \
  "        polcmd = '*' AND polroles = '{0}' AND rows = '(tenant_id = lad.current_tenant_id())' " \
  "            AND written = rows AS of_tenant, "                                                 \
  "        class = 'shared' AND polcmd = 'r' AND rows = "                                         \
  "            '((tenant_id IS NULL) AND (lad.current_tenant_id() IS NOT NULL))' "                \
  "            AS of_everyone, "                                                                  \
  "        class = 'global' AND CASE relname "                                                    \
  "            WHEN 'tenants' THEN rows = '(id = lad.current_tenant_id())' AND written = rows "   \
  "            WHEN 'user_identities' THEN rows = '(user_id = lad.current_user_id())' "           \
  "                AND written = rows "                                                           \
  "            WHEN 'rollup_marks' THEN polcmd = 'r' "                                            \
  "                AND rows = '(lad.current_tenant_id() IS NOT NULL)' "                           \
  "            WHEN 'schema_version' THEN polcmd = 'r' "                                          \
  "                AND rows = '(lad.current_tenant_id() IS NOT NULL)' "                           \
  "            ELSE polcmd = 'r' AND regexp_replace(rows, '\\s+', ' ', 'g') = "                   \
  "                '((id = lad.current_user_id()) OR (EXISTS ( SELECT "                           \
  "FROM lad_data.memberships member WHERE ((member.tenant_id = lad.current_tenant_id()) AND "     \
  "(member.user_id = users.id) AND (member.deleted_at IS NULL)))))' END AS of_person "            \
  "    FROM policies) "

constexpr LintRule row_security_off{
    "error", "row_security_off",
    "SELECT name, 'Every role with a right on it reaches the rows of every tenant.', "
    "       format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', name) "
    "FROM tables WHERE NOT relrowsecurity"};

constexpr LintRule row_security_not_forced{
    "error", "row_security_not_forced",
    "SELECT name, 'Its owner, and functions that run as the owner, reach every row.', "
    "       format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', name) "
    "FROM tables WHERE NOT relforcerowsecurity"};

constexpr LintRule policy_form{
    "error", "policy_form",
    "SELECT format('%I on %s', polname, name), "
    "       format('It shows or takes rows beside those of the tenant, or costs more "
    "than the bare form: USING %s WITH CHECK %s.', rows, written), "
    "       format('DROP POLICY %I ON %s', polname, name) "
    "FROM judged WHERE NOT (of_service OR of_tenant OR of_everyone OR of_person)"};

constexpr LintRule policy_missing{
    "error", "policy_missing",
    "SELECT t.name, 'No policy of the bare form shows a tenant its rows and keeps its "
    "writes to itself.', format('SELECT * FROM lad.protect(%L)', t.name) "
    "FROM tables t WHERE t.class <> 'global' AND NOT EXISTS ("
    "    SELECT FROM judged p WHERE p.polrelid = t.oid AND p.of_tenant)"};

constexpr LintRule service_policy_missing{
    "warning", "service_policy_missing",
    "SELECT t.name, 'Jobs across tenants see none of its rows.', "
    "       format('CREATE POLICY %I ON %s TO lad_service USING (true) "
    "WITH CHECK (true)', t.relname || '_service', t.name) "
    "FROM tables t WHERE NOT EXISTS ("
    "    SELECT FROM judged p WHERE p.polrelid = t.oid AND p.of_service)"};

constexpr LintRule tenant_missing{
    "error", "tenant_missing",
    "SELECT name, 'It has no column tenant_id, so nothing tells whose a row is.', "
    "       format('SELECT * FROM lad.protect(%L)', name) "
    "FROM tables WHERE class <> 'global' AND oid NOT IN (SELECT oid FROM tenants)"};

constexpr LintRule tenant_type{
    "error", "tenant_type",
    "SELECT name, format('Its tenant_id is %s.', atttypid::regtype), "
    "       format('ALTER TABLE %s ALTER COLUMN tenant_id TYPE uuid USING "
    "tenant_id::uuid', name) "
    "FROM tenants WHERE class <> 'global' AND atttypid <> 'uuid'::regtype"};

constexpr LintRule tenant_nullable{
    "error", "tenant_nullable",
    "SELECT name, 'A row without a tenant belongs to nobody.', "
    "       format('ALTER TABLE %s ALTER COLUMN tenant_id SET NOT NULL', name) "
    "FROM tenants WHERE class = 'tenant' AND NOT attnotnull"};

constexpr LintRule tenant_default{
    "error", "tenant_default",
    "SELECT name, format('Its tenant_id defaults to %s, not to the tenant of the "
    "transaction.', coalesce(default_value, 'nothing')), "
    "       format('ALTER TABLE %s ALTER COLUMN tenant_id SET DEFAULT "
    "lad.current_tenant_id()', name) "
    "FROM tenants WHERE class <> 'global' AND NOT relispartition "
    "  AND default_value IS DISTINCT FROM 'lad.current_tenant_id()'"};

constexpr LintRule tenant_mutable{
    "error", "tenant_mutable",
    "SELECT name, 'No enabled trigger keeps a row with its tenant.', "
    "       format('SELECT * FROM lad.protect(%L)', name) "
    "FROM tenants t WHERE class <> 'global' AND NOT EXISTS ("
    "    SELECT FROM pg_trigger g WHERE g.tgrelid = t.oid "
    "       AND g.tgfoid = 'lad.keep_tenant'::regproc AND g.tgenabled IN ('O', 'A'))"};

constexpr LintRule writer_unchecked{
    "error", "writer_unchecked",
    "SELECT name, 'No enabled trigger keeps viewers from writing.', "
    "       format('SELECT * FROM lad.protect(%L)', name) "
    "FROM tenants t WHERE NOT relispartition AND NOT EXISTS ("
    "    SELECT FROM pg_trigger g WHERE g.tgrelid = t.oid "
    "       AND g.tgfoid = 'lad.require_writer'::regproc AND g.tgenabled IN ('O', 'A'))"};

constexpr LintRule trigger_disabled{
    "error", "trigger_disabled",
    "SELECT DISTINCT format('%I on %s', coalesce(k.conname, g.tgname), t.name), "
    "       'It does not fire for ordinary sessions, so what it keeps is not kept.', "
    "       format('ALTER TABLE %s ENABLE TRIGGER %s', t.name, "
    "              CASE WHEN g.tgisinternal THEN 'ALL' ELSE quote_ident(g.tgname) END) "
    "FROM tables t JOIN pg_trigger g ON g.tgrelid = t.oid "
    "LEFT JOIN pg_constraint k ON k.oid = g.tgconstraint "
    "WHERE g.tgenabled IN ('D', 'R')"};

constexpr LintRule event_trigger{
    "error", "event_trigger",
    "SELECT 'lad_data_protect', 'A new table of lad_data is not protected by itself: "
    "the event trigger is missing or disabled.', "
    "       CASE WHEN EXISTS (SELECT FROM pg_event_trigger "
    "                         WHERE evtname = 'lad_data_protect') "
    "            THEN 'ALTER EVENT TRIGGER lad_data_protect ENABLE' "
    "            ELSE 'SELECT * FROM lad.install_schema()' END "
    "WHERE to_regnamespace('lad_data') IS NOT NULL AND NOT EXISTS ("
    "    SELECT FROM pg_event_trigger WHERE evtname = 'lad_data_protect' "
    "       AND evtfoid = 'lad.protect_new_tables'::regproc "
    "       AND evtenabled IN ('O', 'A'))"};

constexpr LintRule kRules[] = {row_security_off, row_security_not_forced, policy_form,
                               policy_missing,   service_policy_missing,  tenant_missing,
                               tenant_type,      tenant_nullable,         tenant_default,
                               tenant_mutable,   writer_unchecked,        trigger_disabled,
                               event_trigger};

constexpr const char* kPrefix = LAD_LINT_TABLES LAD_LINT_TENANTS POLICIES;
constexpr auto kStatement = lint_statement<lint_statement_size(kPrefix, kRules)>(kPrefix, kRules);
constinit pg::Plan<> breaches{kStatement.data()};

}  // namespace

LintGroup of_isolation() {
  return {kRules, breaches};
}

}  // namespace lad::catalog::rules
