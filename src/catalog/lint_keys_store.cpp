#include "catalog/lint_store.hpp"

namespace lad::catalog::rules {
namespace {

// Foreign keys of the tables, once each (not the copies that partitions have), and the columns of
// child and parent that meet.
#define FOREIGN_KEYS                                                                        \
  ", keys AS MATERIALIZED (SELECT k.*, t.name, t.relname, t.class, t.in_data, "             \
  "        p.name AS parent, p.relname AS parent_name, p.relkind AS parent_kind, "          \
  "        p.class AS parent_class, p.in_data AS parent_in_data, EXISTS ("                  \
  "            SELECT FROM unnest(k.conkey, k.confkey) AS pair (child, parent) "            \
  "            JOIN pg_attribute c ON c.attrelid = k.conrelid AND c.attnum = pair.child "   \
  "            JOIN pg_attribute q ON q.attrelid = k.confrelid AND q.attnum = pair.parent " \
  "            WHERE c.attname = 'tenant_id' AND q.attname = 'tenant_id') AS with_tenant "  \
  "    FROM pg_constraint k JOIN tables t ON t.oid = k.conrelid "                           \
  "    JOIN tables p ON p.oid = k.confrelid WHERE k.contype = 'f' AND k.conparentid = 0) "

#define INDEXES                                                                              \
  ", indexes AS MATERIALIZED (SELECT x.*, t.name, t.relname, t.class, t.in_data, t.attnum, " \
  "        i.relname AS index, i.relispartition AS of_partition, i.relam, i.relnamespace, "  \
  "        (x.indkey::int2[])[0:x.indnkeyatts - 1] AS columns, "                             \
  "        pg_get_expr(x.indpred, x.indrelid) AS predicate "                                 \
  "    FROM tenants t JOIN pg_index x ON x.indrelid = t.oid "                                \
  "    JOIN pg_class i ON i.oid = x.indexrelid) "

constexpr LintRule unique_without_tenant{
    "error", "unique_without_tenant",
    "SELECT format('%I on %s', index, name), "
    "       'A duplicate tells that another tenant has the value.', "
    "       'Make it again with tenant_id as its first column.' "
    "FROM indexes WHERE class = 'tenant' AND (indisunique OR indisexclusion) "
    "  AND NOT of_partition AND NOT attnum = ANY (columns)"};

constexpr LintRule primary_key{
    "warning", "primary_key",
    "SELECT t.name, CASE WHEN x.index IS NULL THEN 'It has no primary key.' "
    "                    ELSE 'Its primary key is not led by tenant_id.' END, "
    "       'A primary key is (tenant_id, id), with the partition key if there is one.' "
    "FROM tenants t LEFT JOIN indexes x ON x.indrelid = t.oid AND x.indisprimary "
    "WHERE t.class = 'tenant' AND NOT t.relispartition "
    "  AND (x.index IS NULL OR x.columns[1] <> t.attnum "
    "                          AND t.attnum = ANY (x.columns))"};

constexpr LintRule unique_with_nulls{
    "warning", "unique_with_nulls",
    "SELECT DISTINCT format('%I on %s', x.index, x.name), "
    "       format('Rows whose %s is NULL are never duplicates.', a.attname), "
    "       'Make it again with NULLS NOT DISTINCT, or WHERE the column IS NOT NULL.' "
    "FROM indexes x JOIN pg_attribute a ON a.attrelid = x.indrelid "
    "  AND a.attnum = ANY (x.columns) AND NOT a.attnotnull "
    "WHERE x.indisunique AND NOT x.indnullsnotdistinct AND NOT x.of_partition "
    "  AND position(format('(%I IS NOT NULL)', a.attname) "
    "               IN coalesce(x.predicate, '')) = 0"};

constexpr LintRule tenant_index_missing{
    "warning", "tenant_index_missing",
    "SELECT t.name, 'Row-level security asks for the tenant first, and every query "
    "reads every tenant''s rows.', format('CREATE INDEX ON %s (tenant_id)', t.name) "
    "FROM tenants t WHERE t.class <> 'global' AND NOT EXISTS ("
    "    SELECT FROM indexes x WHERE x.indrelid = t.oid AND x.columns[1] = t.attnum "
    "       AND x.predicate IS NULL AND x.indisvalid)"};

constexpr LintRule index_not_led_by_tenant{
    "info", "index_not_led_by_tenant",
    "SELECT format('%I on %s', index, name), "
    "       'Row-level security makes tenant_id the first condition of a query.', "
    "       'Make it again with tenant_id as its first column.' "
    "FROM indexes WHERE class = 'tenant' AND NOT of_partition "
    "  AND columns[1] <> attnum AND NOT indisprimary "
    "  AND NOT (in_data AND index IN ('leads_id_tenant_id_key', "
    "           'memberships_user_id_idx', 'campaigns_status_idx', "
    "           'ai_conversations_organization_id_idx', "
    "           'ai_icp_profiles_organization_id_idx'))"};

constexpr LintRule duplicate_index{
    "warning", "duplicate_index",
    "SELECT format('%I on %s', b.index, b.name), "
    "       format('It is the same as %I, and every write keeps both.', a.index), "
    "       format('DROP INDEX %s', b.indexrelid::regclass) "
    "FROM indexes a JOIN indexes b ON a.indrelid = b.indrelid "
    "  AND a.indexrelid < b.indexrelid AND a.relam = b.relam "
    "  AND a.indkey::text = b.indkey::text AND a.indclass::text = b.indclass::text "
    "  AND a.indcollation::text = b.indcollation::text "
    "  AND a.indoption::text = b.indoption::text "
    "  AND a.indnkeyatts = b.indnkeyatts "
    "  AND a.predicate IS NOT DISTINCT FROM b.predicate "
    "  AND pg_get_expr(a.indexprs, a.indrelid) "
    "      IS NOT DISTINCT FROM pg_get_expr(b.indexprs, b.indrelid) "
    "WHERE NOT b.of_partition AND NOT a.indisexclusion AND NOT b.indisexclusion"};

constexpr LintRule foreign_key_index{
    "warning", "foreign_key_index",
    "SELECT format('%I on %s', k.conname, k.name), "
    "       format('Deleting from %s reads the whole table.', k.parent), "
    "       format('CREATE INDEX ON %s (%s)', k.name, ("
    "           SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY o.i) "
    "           FROM unnest(k.conkey) WITH ORDINALITY AS o (column_number, i) "
    "           JOIN pg_attribute a ON a.attrelid = k.conrelid "
    "             AND a.attnum = o.column_number)) "
    "FROM keys k WHERE NOT EXISTS ("
    "    SELECT FROM pg_index x WHERE x.indrelid = k.conrelid AND x.indisvalid "
    "      AND (x.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey "
    "      AND x.indnkeyatts >= cardinality(k.conkey) "
    "      AND (x.indpred IS NULL OR pg_get_expr(x.indpred, x.indrelid) = ANY ("
    "          SELECT format('(%I IS NOT NULL)', a.attname) FROM pg_attribute a "
    "          WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey))))"};

constexpr LintRule foreign_key_without_tenant{
    "error", "foreign_key_without_tenant",
    "SELECT format('%I on %s', conname, name), "
    "       format('A row may name another tenant''s row of %s.', parent), "
    "       'Make it again over (tenant_id, ...) of both tables.' "
    "FROM keys WHERE class = 'tenant' AND parent_class = 'tenant' "
    "  AND NOT with_tenant"};

constexpr LintRule foreign_key_action{
    "warning", "foreign_key_action",
    "SELECT format('%I on %s', conname, name), "
    "       'A composite key cannot set its columns to NULL or follow an update: "
    "tenant_id is one of them.', "
    "       'Make it again with ON DELETE CASCADE or NO ACTION.' "
    "FROM keys WHERE cardinality(conkey) > 1 "
    "  AND (confdeltype IN ('n', 'd') OR confupdtype IN ('c', 'n', 'd'))"};

constexpr LintRule foreign_key_to_partitions{
    "warning", "foreign_key_to_partitions",
    "SELECT format('%I on %s', conname, name), "
    "       format('Partitions of %s cannot be detached while it refers to them.', "
    "              parent), "
    "       format('ALTER TABLE %s DROP CONSTRAINT %I', name, conname) "
    "FROM keys WHERE parent_in_data AND parent_kind = 'p'"};

constexpr LintRule foreign_key_to_users{
    "warning", "foreign_key_to_users",
    "SELECT format('%I on %s', conname, name), "
    "       'A row may name a person of another tenant, and so tell who exists.', "
    "       'Refer to lad_data.memberships (tenant_id, user_id) instead.' "
    "FROM keys WHERE class = 'tenant' AND parent = 'lad_data.users' "
    "  AND name <> 'lad_data.memberships'"};

constexpr LintRule wallet_hot_row{
    "warning", "wallet_hot_row",
    "SELECT format('%I on %s', index, name), "
    "       'A posting cannot update the wallet in place.', "
    "       format('DROP INDEX %s', indexrelid::regclass) "
    "FROM indexes x WHERE name = 'lad_data.billing_wallets' AND EXISTS ("
    "    SELECT FROM pg_attribute a WHERE a.attrelid = x.indrelid "
    "      AND a.attnum = ANY (x.columns) AND a.attname IN ('current_balance', "
    "          'reserved_balance', 'last_seq', 'last_hash', 'updated_at')) "
    "UNION ALL SELECT format('%I on %s', conname, name), "
    "       'A posting locks the wallet''s row once more.', "
    "       format('ALTER TABLE %s DROP CONSTRAINT %I', name, conname) "
    "FROM keys WHERE name = 'lad_data.billing_ledger_transactions' "
    "  AND parent = 'lad_data.billing_wallets'"};

constexpr LintRule kRules[] = {unique_without_tenant,   primary_key,
                               unique_with_nulls,       tenant_index_missing,
                               index_not_led_by_tenant, duplicate_index,
                               foreign_key_index,       foreign_key_without_tenant,
                               foreign_key_action,      foreign_key_to_partitions,
                               foreign_key_to_users,    wallet_hot_row};

constexpr const char* kPrefix = LAD_LINT_TABLES LAD_LINT_TENANTS INDEXES FOREIGN_KEYS;
constexpr auto kStatement = lint_statement<lint_statement_size(kPrefix, kRules)>(kPrefix, kRules);
constinit pg::Plan<> breaches{kStatement.data()};

}  // namespace

LintGroup of_keys() {
  return {kRules, breaches};
}

}  // namespace lad::catalog::rules
