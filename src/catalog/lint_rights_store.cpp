#include "catalog/lint_store.hpp"

namespace lad::catalog::rules {
namespace {

// Rights on the tables and their columns that PUBLIC, lad_app or a member of it holds.
#define GRANTS                                                                                \
  LAD_LINT_APP                                                                                \
  ", grants AS (SELECT t.name, t.relispartition, g.privilege_type, "                          \
  "        CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) " \
  "        END AS grantee "                                                                   \
  "    FROM tables t CROSS JOIN LATERAL (SELECT * FROM aclexplode(t.relacl) "                 \
  "        UNION ALL SELECT g.* FROM pg_attribute a "                                         \
  "            CROSS JOIN LATERAL aclexplode(a.attacl) AS g "                                 \
  "        WHERE a.attrelid = t.oid AND NOT a.attisdropped AND a.attacl IS NOT NULL) AS g "   \
  "    WHERE (g.grantee = 0 OR g.grantee IN (SELECT oid FROM app)) "                          \
  "      AND g.grantee <> t.relowner) "

// Views and materialised views that read the tables, directly or through another view.
#define VIEWS                                                                                    \
  ", uses AS (SELECT r.ev_class AS view, d.refobjid AS used FROM pg_rewrite r JOIN pg_depend d " \
  "      ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid "                             \
  "     AND d.refclassid = 'pg_class'::regclass WHERE r.ev_class <> d.refobjid) "                \
  ", views AS (SELECT u.view AS oid FROM uses u JOIN tables t ON t.oid = u.used "                \
  "    UNION SELECT u.view FROM views v JOIN uses u ON u.used = v.oid) "                         \
  ", readable AS (SELECT c.*, format('%I.%I', n.nspname, c.relname) AS name, "                   \
  "        has_table_privilege('lad_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE') "             \
  "            OR has_any_column_privilege('lad_app', c.oid, 'SELECT, INSERT, UPDATE') "         \
  "            AS by_app "                                                                       \
  "    FROM views v JOIN pg_class c ON c.oid = v.oid "                                           \
  "    JOIN pg_namespace n ON n.oid = c.relnamespace) "

// Functions that run with the rights of somebody who may more than the caller.
#define DEFINERS                                                                         \
  ", definers AS (SELECT p.*, n.nspname, "                                               \
  "        format('%I.%I(%s)', n.nspname, p.proname, "                                   \
  "               pg_get_function_identity_arguments(p.oid)) AS signature, "             \
  "        (SELECT substr(s, length('search_path=') + 1) FROM unnest(p.proconfig) AS s " \
  "         WHERE starts_with(s, 'search_path=')) AS path "                              \
  "    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "                    \
  "    JOIN pg_roles r ON r.oid = p.proowner "                                           \
  "    WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema') "     \
  "      AND (r.rolsuper OR r.rolbypassrls OR r.rolname = 'lad_owner')) "

constexpr LintRule grant_beyond_rows{
    "error", "grant_beyond_rows",
    "SELECT name, format('%s has %s, which row-level security does not bind.', grantee, "
    "              string_agg(DISTINCT privilege_type, ', ')), "
    "       format('REVOKE %s ON %s FROM %s', "
    "              string_agg(DISTINCT privilege_type, ', '), name, grantee) "
    "FROM grants WHERE NOT relispartition "
    "  AND privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER') "
    "GROUP BY name, grantee"};

constexpr LintRule partition_grant{
    "error", "partition_grant",
    "SELECT name, format('%s has %s on a partition, past the policies of its table.', "
    "              grantee, string_agg(DISTINCT privilege_type, ', ')), "
    "       format('REVOKE ALL ON %s FROM %s', name, grantee) "
    "FROM grants WHERE relispartition GROUP BY name, grantee"};

constexpr LintRule foreign_owner{
    "error", "foreign_owner",
    "SELECT name, format('%s owns it, and may switch its row-level security off.', "
    "              pg_get_userbyid(relowner)), "
    "       format('ALTER TABLE %s OWNER TO lad_owner', name) "
    "FROM tables WHERE in_data AND relowner <> 'lad_owner'::regrole"};

constexpr LintRule app_owns{
    "error", "app_owns",
    "SELECT pg_describe_object(d.classid, d.objid, d.objsubid), "
    "       format('%s owns it and may change it at will.', "
    "              pg_get_userbyid(d.refobjid)), "
    "       'Give it to a role that the application is no member of.' "
    "FROM pg_shdepend d JOIN app ON app.oid = d.refobjid JOIN pg_roles r "
    "  ON r.oid = app.oid AND NOT r.rolsuper "
    "WHERE d.refclassid = 'pg_authid'::regclass AND d.deptype = 'o' "
    "  AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "  AND NOT (d.classid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_class c "
    "           WHERE c.oid = d.objid AND c.relpersistence = 't'))"};

constexpr LintRule schema_create{
    "error", "schema_create",
    "SELECT format('schema %I', n.nspname), "
    "       format('%s may put objects there that others take for the schema''s own.', "
    "              CASE g.grantee WHEN 0 THEN 'PUBLIC' "
    "                             ELSE pg_get_userbyid(g.grantee) END), "
    "       format('REVOKE CREATE ON SCHEMA %I FROM %s', n.nspname, "
    "              CASE g.grantee WHEN 0 THEN 'PUBLIC' "
    "                             ELSE quote_ident(pg_get_userbyid(g.grantee)) END) "
    "FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) AS g "
    "WHERE n.nspname IN ('lad', 'lad_data') AND g.privilege_type = 'CREATE' "
    "  AND (g.grantee = 0 OR g.grantee IN (SELECT oid FROM app))"};

constexpr LintRule bypass_member{
    "error", "bypass_member",
    "SELECT format('role %I', r.rolname), "
    "       format('It is lad_app or a member of it and %s, which no policy binds.', "
    "              CASE WHEN r.rolsuper THEN 'a superuser' ELSE 'has BYPASSRLS' END), "
    "       CASE WHEN r.rolsuper THEN format('REVOKE lad_app FROM %I', r.rolname) "
    "            ELSE format('ALTER ROLE %I NOBYPASSRLS', r.rolname) END "
    "FROM app JOIN pg_roles r ON r.oid = app.oid WHERE r.rolsuper OR r.rolbypassrls"};

constexpr LintRule app_escalates{
    "error", "app_escalates",
    "SELECT format('role %I', r.rolname), "
    "       format('It belongs to the application and has the rights of %I too.', "
    "              o.rolname), "
    "       format('REVOKE %I FROM %I', o.rolname, r.rolname) "
    "FROM app JOIN pg_roles r ON r.oid = app.oid AND NOT r.rolsuper "
    "JOIN pg_auth_members m ON m.member = r.oid JOIN pg_roles o ON o.oid = m.roleid "
    "WHERE o.rolname IN ('lad_owner', 'lad_auth', 'lad_service', 'pg_read_all_data', "
    "                    'pg_write_all_data', 'pg_execute_server_program', "
    "                    'pg_read_server_files', 'pg_write_server_files')"};

constexpr LintRule view_as_owner{
    "error", "view_as_owner",
    "SELECT name, format('lad_app reads the tables below it with the rights and policies "
    "of %s.', pg_get_userbyid(relowner)), "
    "       format('ALTER VIEW %s SET (security_invoker = true)', name) "
    "FROM readable v WHERE relkind = 'v' AND by_app AND NOT coalesce(("
    "    SELECT o.option_value::boolean FROM pg_options_to_table(v.reloptions) AS o "
    "    WHERE o.option_name = 'security_invoker'), false)"};

constexpr LintRule materialized_view_readable{
    "error", "materialized_view_readable",
    "SELECT name, 'lad_app reads the rows of every tenant in it: it has no policies.', "
    "       format('REVOKE ALL ON %s FROM lad_app, PUBLIC', name) "
    "FROM readable WHERE relkind = 'm' AND by_app"};

constexpr LintRule materialized_view{
    "warning", "materialized_view",
    "SELECT name, 'It keeps rows of every tenant and takes no policies.', "
    "       'Use a table that lad.protect protects.' "
    "FROM readable WHERE relkind = 'm' AND NOT by_app"};

constexpr LintRule definer_search_path{
    "error", "definer_search_path",
    "SELECT signature, format('It runs with the rights of %s and finds names where the "
    "caller says%s.', pg_get_userbyid(proowner), "
    "              CASE WHEN path IS NULL THEN '' ELSE ', in its temporary schema' END), "
    "       format('ALTER FUNCTION %s SET search_path = pg_catalog, pg_temp', "
    "              signature) "
    "FROM definers WHERE path IS NULL OR path <> '\"\"' AND path !~ 'pg_temp\"?$'"};

constexpr LintRule definer_public{
    "error", "definer_public",
    "SELECT signature, format('Everybody may call it with the rights of %s.', "
    "              pg_get_userbyid(proowner)), "
    "       format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', signature) "
    "FROM definers WHERE nspname IN ('lad', 'lad_data') AND EXISTS ("
    "    SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) AS g "
    "    WHERE g.grantee = 0)"};

constexpr LintRule kRules[] = {grant_beyond_rows, partition_grant,     foreign_owner,
                               app_owns,          schema_create,       bypass_member,
                               app_escalates,     view_as_owner,       materialized_view_readable,
                               materialized_view, definer_search_path, definer_public};

constexpr const char* kPrefix = LAD_LINT_TABLES GRANTS VIEWS DEFINERS;
constexpr auto kStatement = lint_statement<lint_statement_size(kPrefix, kRules)>(kPrefix, kRules);
constinit pg::Plan<> breaches{kStatement.data()};

}  // namespace

LintGroup of_rights() {
  return {kRules, breaches};
}

}  // namespace lad::catalog::rules
