#include "catalog/legacy_store.hpp"

#include "catalog/store.hpp"
#include "ledger/both_tables.hpp"
#include "pg/context.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::catalog::store {
namespace {

constexpr const char* kTables[] = {"user_credits", "credit_transactions"};

// Members in the order in which wallets are locked everywhere.
constexpr const char* kMembers =
    "SELECT m.tenant_id, m.user_id, w.id, sum(m.balance)::numeric(20,6),"
    " jsonb_build_object('transactions', sum(m.entries), 'transaction_total', sum(m.total))"
    " FROM (SELECT tenant_id, user_id, coalesce(balance, 0) AS balance, 0 AS entries, 0.0 AS total"
    "  FROM lad_data.user_credits UNION ALL"
    "  SELECT tenant_id, user_id, 0, 1, amount FROM lad_data.credit_transactions) m"
    " LEFT JOIN lad_data.billing_wallets w ON w.tenant_id = m.tenant_id AND w.user_id = m.user_id"
    " GROUP BY m.tenant_id, m.user_id, w.id ORDER BY m.tenant_id, w.id NULLS LAST, m.user_id";

constinit pg::Plan<Uuid> kCreateWallet{"SELECT lad.create_wallet(user_id => $1)"};

constinit pg::Plan<Uuid, Uuid, Decimal, pg::JsonbDatum> kOpen{
    "SELECT lad.open_balance($1, $2, $3, $4)"};

// What the tables bring along keeps its name with theirs in front, as the installation names it.
constexpr const char* kRenames =
    "WITH t AS (SELECT c.oid, c.relname FROM pg_class c WHERE c.oid IN"
    "  ('lad_data.user_credits'::regclass, 'lad_data.credit_transactions'::regclass))"
    " SELECT format('ALTER POLICY %1$I ON lad_data.%2$I RENAME TO %3$I', polname, relname,"
    "  'legacy_' || polname) FROM pg_policy JOIN t ON t.oid = polrelid"
    " WHERE starts_with(polname, relname)"
    " UNION ALL SELECT format('ALTER TRIGGER %1$I ON lad_data.%2$I RENAME TO %3$I', tgname,"
    "  relname, 'legacy_' || tgname) FROM pg_trigger JOIN t ON t.oid = tgrelid"
    " WHERE NOT tgisinternal AND starts_with(tgname, relname)"
    " UNION ALL SELECT format('ALTER TABLE lad_data.%2$I RENAME CONSTRAINT %1$I TO %3$I', conname,"
    "  relname, 'legacy_' || conname) FROM pg_constraint JOIN t ON t.oid = conrelid"
    " WHERE starts_with(conname, relname)"
    " UNION ALL SELECT format('ALTER INDEX lad_data.%1$I RENAME TO %2$I', i.relname,"
    "  'legacy_' || i.relname) FROM pg_index x JOIN t ON t.oid = x.indrelid"
    " JOIN pg_class i ON i.oid = x.indexrelid WHERE starts_with(i.relname, t.relname)"
    " AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid"
    "  AND k.conrelid = x.indrelid)";

#define USER_CREDIT_ID                                                                        \
  "coalesce((SELECT l.id FROM lad_data.legacy_user_credits l WHERE l.tenant_id = w.tenant_id" \
  " AND l.user_id = w.user_id ORDER BY l.created_at, l.id LIMIT 1), w.id)"

// Unions, so that nobody can write through the views.
constexpr const char* kViews[] = {
    "CREATE VIEW lad_data.user_credits WITH (security_invoker = true) AS"
    " SELECT " USER_CREDIT_ID
    " AS id, w.user_id, w.tenant_id, w.current_balance AS balance,"
    " (coalesce((SELECT l.monthly_usage FROM lad_data.legacy_user_credits l"
    "   WHERE l.tenant_id = w.tenant_id AND l.user_id = w.user_id"
    "   AND l.last_usage_reset >= m.start ORDER BY l.created_at, l.id LIMIT 1), 0)"
    "  - coalesce((SELECT sum(l.amount) FROM " LAD_WHOLE_LEDGER
    "   WHERE l.tenant_id = w.tenant_id AND l.wallet_id = w.id AND l.created_at >= m.start"
    "   AND l.transaction_type = 'debit'), 0))::numeric(20,6) AS monthly_usage,"
    " m.start AS last_usage_reset, w.created_at, w.updated_at"
    " FROM lad_data.billing_wallets w"
    " CROSS JOIN (SELECT date_trunc('month', now(), 'UTC') AS start) m"
    " WHERE w.user_id IS NOT NULL"
    " UNION ALL"
    " SELECT l.id, l.user_id, l.tenant_id, 0::numeric(20,6), 0::numeric(20,6),"
    " date_trunc('month', now(), 'UTC'), l.created_at, l.updated_at"
    " FROM lad_data.legacy_user_credits l WHERE NOT EXISTS (SELECT"
    "  FROM lad_data.billing_wallets w WHERE w.tenant_id = l.tenant_id AND w.user_id = l.user_id)"
    " AND l.id = (SELECT f.id FROM lad_data.legacy_user_credits f WHERE f.tenant_id = l.tenant_id"
    "  AND f.user_id = l.user_id ORDER BY f.created_at, f.id LIMIT 1)",
    "CREATE VIEW lad_data.credit_transactions WITH (security_invoker = true) AS"
    " SELECT id, user_id, tenant_id, user_credit_id, amount, transaction_type, reference_type,"
    " reference_id, balance_before, balance_after, metadata, created_at, description"
    " FROM lad_data.legacy_credit_transactions"
    " UNION ALL"
    " SELECT l.id, w.user_id, l.tenant_id, " USER_CREDIT_ID
    ", l.amount, l.transaction_type::varchar(50), l.reference_type, l.reference_id,"
    " l.balance_before, l.balance_after, l.metadata, l.created_at, l.description"
    " FROM " LAD_WHOLE_LEDGER
    " JOIN lad_data.billing_wallets w"
    "  ON w.tenant_id = l.tenant_id AND w.id = l.wallet_id"
    " WHERE w.user_id IS NOT NULL AND l.amount <> 0"
    "  AND NOT starts_with(l.idempotency_key, 'migrate_credits:')",
    "COMMENT ON VIEW lad_data.user_credits IS 'Wallets of the members, as the older billing showed "
    "them. Read-only; what changes a balance are the functions of the ledger.'",
    "COMMENT ON VIEW lad_data.credit_transactions IS 'Movements of the members'' balances: those "
    "before the ledger, then those of the ledger. Read-only.'",
    "COMMENT ON TABLE lad_data.legacy_user_credits IS 'Balance of a member before there were "
    "wallets, as lad.migrate_credits found it. Read-only.'",
    "COMMENT ON TABLE lad_data.legacy_credit_transactions IS 'Movements of the older balances. "
    "Read-only.'",
    "GRANT SELECT ON lad_data.user_credits, lad_data.credit_transactions TO lad_app, lad_service"};

#undef USER_CREDIT_ID

constexpr const char* kReport =
    "WITH members AS (SELECT m.tenant_id, m.user_id, sum(m.balance) AS balance,"
    "  sum(m.entries) AS entries, sum(m.total) AS total FROM"
    "  (SELECT tenant_id, user_id, coalesce(balance, 0) AS balance, 0 AS entries, 0.0 AS total"
    "   FROM lad_data.legacy_user_credits UNION ALL"
    "   SELECT tenant_id, user_id, 0, 1, amount FROM lad_data.legacy_credit_transactions) m"
    "  GROUP BY m.tenant_id, m.user_id)"
    " SELECT m.tenant_id, m.user_id, w.id, sum(m.balance)::numeric(20,6),"
    " coalesce(sum(t.amount), 0)::numeric(20,6), coalesce(sum(m.entries), 0)::int8,"
    " coalesce(sum(m.total), 0)::numeric(20,6), (sum(m.balance) - sum(m.total))::numeric(20,6)"
    " FROM members m LEFT JOIN lad_data.billing_wallets w"
    "  ON w.tenant_id = m.tenant_id AND w.user_id = m.user_id"
    " LEFT JOIN lad_data.billing_ledger_transactions t ON t.tenant_id = m.tenant_id"
    "  AND t.idempotency_key = 'migrate_credits:' || m.user_id"
    " GROUP BY GROUPING SETS ((m.tenant_id, m.user_id, w.id), ())"
    " ORDER BY m.tenant_id NULLS LAST, m.user_id";

void migrate_members() {
  const pg::Rows members = pg::run_once(kMembers);
  for (std::uint64_t row = 0; row < members.size(); ++row) {
    const pg::ContextLoan loan{members.get<Uuid>(row, 0)};
    const auto user_id = members.get<Uuid>(row, 1);
    const auto balance = members.get<Decimal>(row, 3);
    // Without a wallet of his own the tenant's pays for a member: an empty one would refuse.
    if (balance.is_zero()) continue;
    auto wallet_id = members.get_optional<Uuid>(row, 2);
    if (!wallet_id) wallet_id = kCreateWallet.run(user_id).get<Uuid>(0, 0);
    kOpen.run(*wallet_id, user_id, balance, members.get<pg::JsonbDatum>(row, 4));
    pg::poll_interrupts();
  }
}

}  // namespace

bool is_migrated(const std::string& schema, const std::string& table) {
  if (schema != "lad_data" || (table != kTables[0] && table != kTables[1])) return false;
  const auto relation = find_relation(schema, table);
  const auto kept = find_relation(schema, "legacy_" + table);
  return relation && relation->kind == "v" && relation->owner == "lad_owner" && kept &&
         kept->kind == "r";
}

void guard_history() {
  for (const std::string table : kTables) {
    if (!is_migrated("lad_data", table)) continue;
    const std::string name = "legacy_" + table + "_write_guard";
    if (has_trigger("lad_data", "legacy_" + table, name)) continue;
    run("CREATE TRIGGER " + name +
        " BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON lad_data.legacy_" + table +
        " FOR EACH STATEMENT EXECUTE FUNCTION lad.guard_history()");
  }
}

void migrate_credits() {
  run("LOCK TABLE lad_data.user_credits, lad_data.credit_transactions IN ACCESS EXCLUSIVE MODE");
  migrate_members();
  const pg::Rows renames = pg::run_once(kRenames);
  for (std::uint64_t row = 0; row < renames.size(); ++row) run(renames.get<std::string>(row, 0));
  for (const std::string table : kTables) {
    run("ALTER TABLE lad_data." + table + " RENAME TO legacy_" + table);
  }
  for (const char* const view : kViews) run(view);
  guard_history();
}

std::vector<MemberReport> read_report() {
  const pg::Rows rows = pg::run_once(kReport);
  std::vector<MemberReport> report(rows.size());
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    MemberReport& member = report[row];
    member.tenant_id = rows.get_optional<Uuid>(row, 0);
    member.user_id = rows.get_optional<Uuid>(row, 1);
    member.wallet_id = rows.get_optional<Uuid>(row, 2);
    member.balance = rows.get_optional<Decimal>(row, 3).value_or(Decimal{});
    member.opening = rows.get<Decimal>(row, 4);
    member.transactions = rows.get<std::int64_t>(row, 5);
    member.transaction_total = rows.get<Decimal>(row, 6);
    member.difference = rows.get_optional<Decimal>(row, 7).value_or(Decimal{});
    if (member.balance != member.opening) {
      throw Error{ErrorCode::internal, "an older balance has not arrived whole"};
    }
  }
  return report;
}

}  // namespace lad::catalog::store
