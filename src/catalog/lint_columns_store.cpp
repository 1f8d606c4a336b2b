#include "catalog/lint_store.hpp"

namespace lad::catalog::rules {
namespace {

#define COLUMNS                                                              \
  ", columns AS MATERIALIZED (SELECT t.*, a.attname, a.attnum, a.atttypid, " \
  "        format_type(a.atttypid, a.atttypmod) AS type, "                   \
  "        format('%s.%I', t.name, a.attname) AS column "                    \
  "    FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid "             \
  "    WHERE a.attnum > 0 AND NOT a.attisdropped AND NOT t.relispartition) "

constexpr LintRule naive_time{
    "warning", "naive_time",
    "SELECT c.column, format('%s means another moment in each session''s time zone.', "
    "              type), "
    "       format('ALTER TABLE %s ALTER COLUMN %I TYPE timestamptz', name, attname) "
    "FROM columns c WHERE atttypid IN ('timestamp'::regtype, 'time'::regtype)"};

constexpr LintRule inexact_number{
    "warning", "inexact_number",
    "SELECT c.column, format('%s is not exact, or depends on the locale.', type), "
    "       format('ALTER TABLE %s ALTER COLUMN %I TYPE numeric(20,6)', name, attname) "
    "FROM columns c WHERE atttypid IN ('float4'::regtype, 'float8'::regtype, "
    "                                  'money'::regtype)"};

constexpr LintRule rate_precision{
    "warning", "rate_precision",
    "SELECT c.column, format('It is %s, too coarse for the price of one token.', type), "
    "       format('ALTER TABLE %s ALTER COLUMN %I TYPE numeric(20,10)', name, attname) "
    "FROM columns c WHERE in_data AND attname IN ('unit_price', 'overage_rate', 'rate') "
    "  AND type <> 'numeric(20,10)'"};

constexpr LintRule enum_column{
    "warning", "enum_column",
    "SELECT c.column, 'Comparing an enum is not leakproof, and its words cannot be "
    "dropped.', 'Make it text with a CHECK constraint.' "
    "FROM columns c JOIN pg_type y ON y.oid = c.atttypid WHERE y.typtype = 'e'"};

constexpr LintRule touch_missing{
    "warning", "touch_missing",
    "SELECT name, 'No trigger keeps updated_at.', "
    "       format('CREATE TRIGGER %I BEFORE UPDATE ON %s FOR EACH ROW "
    "EXECUTE FUNCTION lad.touch_updated_at()', relname || '_update_touch', name) "
    "FROM columns c WHERE attname = 'updated_at' AND atttypid = 'timestamptz'::regtype "
    "  AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid "
    "                    AND g.tgfoid = 'lad.touch_updated_at'::regproc)"};

constexpr LintRule soft_delete{
    "warning", "soft_delete",
    "SELECT DISTINCT name, 'deleted_at and is_deleted are not kept equal: one of them, "
    "or their trigger, is missing.', "
    "       'SELECT * FROM lad.install_schema()' "
    "FROM columns c WHERE in_data AND attname IN ('deleted_at', 'is_deleted') "
    "  AND NOT ((SELECT count(*) FROM columns d WHERE d.oid = c.oid "
    "              AND d.attname IN ('deleted_at', 'is_deleted')) = 2 "
    "           AND EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid "
    "                         AND g.tgfoid = 'lad.sync_soft_delete'::regproc))"};

constexpr LintRule organization{
    "warning", "organization",
    "SELECT name, 'organization_id may differ from tenant_id.', "
    "       'SELECT * FROM lad.install_schema()' "
    "FROM columns c WHERE in_data AND attname = 'organization_id' AND NOT ("
    "    EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid "
    "              AND k.contype = 'c' AND c.attnum = ANY (k.conkey) "
    "              AND pg_get_constraintdef(k.oid) ~ 'tenant_id') "
    "    AND EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid "
    "                  AND g.tgfoid = 'lad.sync_columns'::regproc))"};

constexpr LintRule comment_missing{
    "info", "comment_missing",
    "SELECT c.column, 'Nobody is told what it holds.', "
    "       format('COMMENT ON COLUMN %s IS ...', c.column) "
    "FROM columns c WHERE in_data AND NOT EXISTS ("
    "    SELECT FROM pg_description d WHERE d.classoid = 'pg_class'::regclass "
    "       AND d.objoid = c.oid AND d.objsubid = c.attnum) "
    "UNION ALL SELECT name, 'Nobody is told what it holds.', "
    "       format('COMMENT ON TABLE %s IS ...', name) "
    "FROM tables t WHERE in_data AND NOT relispartition AND NOT EXISTS ("
    "    SELECT FROM pg_description d WHERE d.classoid = 'pg_class'::regclass "
    "       AND d.objoid = t.oid AND d.objsubid = 0)"};

constexpr LintRule naming{
    "info", "naming",
    "SELECT format('%I on %s', k.conname, t.name), "
    "       'Its name does not tell the table it belongs to.', "
    "       format('ALTER TABLE %s RENAME CONSTRAINT %I TO ...', t.name, k.conname) "
    "FROM tables t JOIN pg_constraint k ON k.conrelid = t.oid "
    "WHERE t.in_data AND NOT t.relispartition AND k.contype <> 't' "
    "  AND NOT starts_with(k.conname, left(t.relname, 40)) "
    "UNION ALL SELECT format('%I on %s', i.relname, t.name), "
    "       'Its name does not tell the table it belongs to.', "
    "       format('ALTER INDEX %s RENAME TO ...', x.indexrelid::regclass) "
    "FROM tables t JOIN pg_index x ON x.indrelid = t.oid "
    "JOIN pg_class i ON i.oid = x.indexrelid "
    "WHERE t.in_data AND NOT t.relispartition "
    "  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid) "
    "  AND NOT starts_with(i.relname, left(t.relname, 40))"};

constexpr LintRule kRules[] = {naive_time,   inexact_number,  rate_precision,
                               enum_column,  touch_missing,   soft_delete,
                               organization, comment_missing, naming};

constexpr const char* kPrefix = LAD_LINT_TABLES COLUMNS;
constexpr auto kStatement = lint_statement<lint_statement_size(kPrefix, kRules)>(kPrefix, kRules);
constinit pg::Plan<> breaches{kStatement.data()};

}  // namespace

LintGroup of_columns() {
  return {kRules, breaches};
}

}  // namespace lad::catalog::rules
