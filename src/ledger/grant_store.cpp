#include "ledger/grant_store.hpp"

#include <set>

#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::ledger::store {
namespace {

using OptionalUuid = std::optional<Uuid>;
using pg::Timestamp;

#define GRANT_COLUMNS                                                                 \
  "g.id, g.wallet_id, g.transaction_id, g.source, g.amount, g.remaining, g.priority," \
  " g.effective_at, g.expires_at, g.created_at"

constinit pg::Plan<Uuid, std::vector<Uuid>> kOpen{
    "SELECT " GRANT_COLUMNS
    " FROM lad_data.billing_credit_grants g"
    " WHERE g.tenant_id = $1 AND g.wallet_id = ANY ($2) AND g.remaining > 0"};

constinit pg::Plan<Uuid, Uuid> kSpent{
    "SELECT " GRANT_COLUMNS
    ", s.first, s.spent FROM (SELECT b.grant_id, sum(b.amount)::numeric(20,6) AS spent,"
    "  coalesce(sum(b.amount) FILTER (WHERE b.transaction_id = $2), 0)::numeric(20,6) AS first"
    "  FROM lad_data.billing_grant_burns b WHERE b.tenant_id = $1 AND b.transaction_id IN"
    "  (SELECT $2 UNION ALL SELECT l.id FROM lad_data.billing_ledger_transactions l"
    "   WHERE l.tenant_id = $1 AND l.reverses_id = $2) GROUP BY b.grant_id) s"
    " JOIN lad_data.billing_credit_grants g ON g.tenant_id = $1 AND g.id = s.grant_id"
    " WHERE g.voided_at IS NULL"};

#undef GRANT_COLUMNS

constinit pg::Plan<Uuid, Uuid> kBrought{
    "SELECT coalesce(sum(amount), 0)::numeric(20,6) FROM lad_data.billing_credit_grants"
    " WHERE tenant_id = $1 AND transaction_id = $2"};

constinit pg::Plan<Uuid, Uuid, Uuid, Uuid, std::string, Decimal, Decimal, std::int32_t, Timestamp,
                   std::optional<Timestamp>, Timestamp, std::string>
    kInsert{
        "INSERT INTO lad_data.billing_credit_grants (tenant_id, id, wallet_id, transaction_id,"
        " source, amount, remaining, priority, effective_at, expires_at, created_at,"
        " idempotency_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"};

constinit pg::Plan<Uuid, std::vector<Uuid>, std::vector<Uuid>, std::vector<Decimal>> kBurn{
    "INSERT INTO lad_data.billing_grant_burns (tenant_id, transaction_id, grant_id, amount)"
    " SELECT $1, b.transaction_id, b.grant_id, b.amount"
    " FROM unnest($2, $3, $4) AS b (transaction_id, grant_id, amount)"};

constinit pg::Plan<Uuid, std::vector<Uuid>, std::vector<Decimal>> kSetRemaining{
    "UPDATE lad_data.billing_credit_grants g SET remaining = r.remaining"
    " FROM unnest($2, $3) AS r (id, remaining) WHERE g.tenant_id = $1 AND g.id = r.id"};

constinit pg::Plan<Uuid, Uuid> kVoid{
    "UPDATE lad_data.billing_credit_grants SET voided_at = now()"
    " WHERE tenant_id = $1 AND transaction_id = $2 AND voided_at IS NULL"};

// What open holds count on is not lost yet; see lapsed.
constinit pg::Plan<OptionalUuid, std::int32_t> kDue{
    "SELECT w.tenant_id, w.id FROM (SELECT g.tenant_id, g.wallet_id, sum(g.remaining) AS expired"
    "  FROM lad_data.billing_credit_grants g WHERE g.remaining > 0"
    "  AND g.expires_at <= clock_timestamp() AND ($1 IS NULL OR g.tenant_id = $1)"
    "  GROUP BY g.tenant_id, g.wallet_id) e"
    " JOIN lad_data.billing_wallets w ON w.tenant_id = e.tenant_id AND w.id = e.wallet_id"
    " WHERE e.expired > w.reserved_balance - (SELECT coalesce(sum(h.amount), 0)"
    "  FROM lad_data.billing_holds h WHERE h.tenant_id = w.tenant_id AND h.wallet_id = w.id"
    "  AND h.status = 'open' AND h.expires_at <= clock_timestamp())"
    " ORDER BY w.tenant_id, w.id LIMIT $2"};

constinit pg::Plan<OptionalUuid> kProblems{
    "SELECT g.wallet_id, 'grant', format('Of grant %s remain %s, %s was given and %s is spent.',"
    "  g.id, g.remaining, g.amount, coalesce(b.spent, 0))"
    " FROM lad_data.billing_credit_grants g LEFT JOIN (SELECT tenant_id, grant_id,"
    "  sum(amount)::numeric(20,6) AS spent FROM lad_data.billing_grant_burns"
    "  WHERE $1 IS NULL OR (tenant_id, grant_id) IN (SELECT tenant_id, id"
    "   FROM lad_data.billing_credit_grants WHERE wallet_id = $1)"
    "  GROUP BY tenant_id, grant_id) b ON b.tenant_id = g.tenant_id AND b.grant_id = g.id"
    " WHERE ($1 IS NULL OR g.wallet_id = $1) AND g.remaining <> g.amount - coalesce(b.spent, 0)"
    " UNION ALL"
    " SELECT w.id, 'granted', format('granted_balance is %s, the grants sum to %s, the balance is"
    " %s.', w.granted_balance, coalesce(s.remaining, 0), w.current_balance)"
    " FROM lad_data.billing_wallets w LEFT JOIN (SELECT tenant_id, wallet_id,"
    "  sum(remaining)::numeric(20,6) AS remaining FROM lad_data.billing_credit_grants"
    "  WHERE remaining > 0 AND ($1 IS NULL OR wallet_id = $1) GROUP BY tenant_id, wallet_id) s"
    "  ON s.tenant_id = w.tenant_id AND s.wallet_id = w.id"
    " WHERE ($1 IS NULL OR w.id = $1) AND (w.granted_balance <> coalesce(s.remaining, 0)"
    "  OR w.granted_balance > greatest(w.current_balance, 0)) ORDER BY 1, 2, 3"};

Grant to_grant(const pg::Rows& rows, std::uint64_t row) {
  Grant grant;
  grant.id = rows.get<Uuid>(row, 0);
  grant.wallet_id = rows.get<Uuid>(row, 1);
  grant.transaction_id = rows.get<Uuid>(row, 2);
  grant.source = rows.get<std::string>(row, 3);
  grant.amount = rows.get<Decimal>(row, 4);
  grant.remaining = rows.get<Decimal>(row, 5);
  grant.priority = rows.get<std::int32_t>(row, 6);
  grant.effective_at_us = pg::unix_us(rows.get<Timestamp>(row, 7));
  if (const auto expires_at = rows.get_optional<Timestamp>(row, 8)) {
    grant.expires_at_us = pg::unix_us(*expires_at);
  }
  grant.created_at_us = pg::unix_us(rows.get<Timestamp>(row, 9));
  return grant;
}

void insert_grant(const Uuid& tenant_id, const Grant& grant) {
  std::optional<Timestamp> expires_at;
  if (grant.expires_at_us) expires_at = pg::from_unix_us(*grant.expires_at_us);
  kInsert.run(tenant_id, grant.id, grant.wallet_id, grant.transaction_id, grant.source,
              grant.amount, grant.remaining, grant.priority,
              pg::from_unix_us(grant.effective_at_us), expires_at,
              pg::from_unix_us(grant.created_at_us), grant.idempotency_key);
}

}  // namespace

std::vector<Grant> read_open_grants(const Uuid& tenant_id, const std::vector<Uuid>& wallet_ids) {
  const pg::Rows rows = kOpen.run(tenant_id, wallet_ids);
  std::vector<Grant> grants;
  for (std::uint64_t row = 0; row < rows.size(); ++row) grants.push_back(to_grant(rows, row));
  return grants;
}

std::vector<SpentGrant> read_spent(const Uuid& tenant_id, const Uuid& transaction_id) {
  const pg::Rows rows = kSpent.run(tenant_id, transaction_id);
  std::vector<SpentGrant> spent;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    spent.push_back({to_grant(rows, row), rows.get<Decimal>(row, 10), rows.get<Decimal>(row, 11)});
  }
  return spent;
}

Decimal read_brought(const Uuid& tenant_id, const Uuid& transaction_id) {
  return kBrought.run(tenant_id, transaction_id).get<Decimal>(0, 0);
}

void save_grants(const Uuid& tenant_id, const GrantBook& book) {
  for (const Grant& grant : book.given()) insert_grant(tenant_id, grant);
  if (book.burns().empty()) return;
  std::vector<Uuid> transactions, spent;
  std::vector<Decimal> amounts;
  std::set<Uuid> touched;
  for (const Burn& burn : book.burns()) {
    transactions.push_back(burn.transaction_id);
    spent.push_back(burn.grant_id);
    amounts.push_back(burn.amount);
    touched.insert(burn.grant_id);
  }
  kBurn.run(tenant_id, transactions, spent, amounts);
  std::vector<Uuid> grants;
  std::vector<Decimal> remaining;
  for (const Grant& grant : book.grants()) {
    if (!touched.contains(grant.id)) continue;
    grants.push_back(grant.id);
    remaining.push_back(grant.remaining);
  }
  kSetRemaining.run(tenant_id, grants, remaining);
}

void void_grants(const Uuid& tenant_id, const Uuid& transaction_id) {
  kVoid.run(tenant_id, transaction_id);
}

std::vector<DueWallet> read_due(const std::optional<Uuid>& tenant_id, int limit) {
  const pg::Rows rows = kDue.run(tenant_id, limit);
  std::vector<DueWallet> due;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    due.push_back({rows.get<Uuid>(row, 0), rows.get<Uuid>(row, 1)});
  }
  return due;
}

std::vector<GrantProblem> read_grant_problems(const std::optional<Uuid>& only) {
  const pg::Rows rows = kProblems.run_in_snapshot(only);
  std::vector<GrantProblem> problems;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    problems.push_back(
        {rows.get<Uuid>(row, 0), rows.get<std::string>(row, 1), rows.get<std::string>(row, 2)});
  }
  return problems;
}

}  // namespace lad::ledger::store
