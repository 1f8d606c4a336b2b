#include "ledger/report_store.hpp"

#include "ledger/both_tables.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::ledger::store {
namespace {

using pg::Timestamp;

constinit pg::Plan<Uuid, Timestamp> kBalanceBefore{
    "SELECT balance_after FROM " LAD_WHOLE_LEDGER
    " WHERE wallet_id = $1 AND created_at < $2 ORDER BY seq DESC LIMIT 1"};

constinit pg::Plan<Uuid, Timestamp, Timestamp, std::int64_t, std::int32_t> kStatement{
    "SELECT seq, created_at, transaction_type, amount, balance_after, reference_type,"
    " reference_id, description, idempotency_key"
    " FROM " LAD_WHOLE_LEDGER
    " WHERE wallet_id = $1 AND created_at >= $2 AND created_at < $3 AND seq > $4"
    " ORDER BY seq LIMIT $5"};

// Nothing may take effect before it is posted, so what was recorded by the instant has taken effect
// too, and only rows posted later may have been dated back.
constinit pg::Plan<Uuid, Timestamp> kBackdated{
    "SELECT coalesce(sum(amount), 0)::numeric(20,6) FROM " LAD_WHOLE_LEDGER
    " WHERE wallet_id = $1 AND created_at > $2 AND effective_at <= $2"};

constinit pg::Plan<Uuid, Timestamp> kBalanceAt{
    "SELECT balance_after FROM " LAD_WHOLE_LEDGER
    " WHERE wallet_id = $1 AND created_at <= $2 ORDER BY seq DESC LIMIT 1"};

constinit pg::Plan<> kAccounts{
    "SELECT 'wallets', currency::text, sum(current_balance)::numeric(20,6)"
    " FROM lad_data.billing_wallets GROUP BY currency"
    " UNION ALL"
    " SELECT counter_account::text, currency::text, -sum(amount)::numeric(20,6)"
    " FROM " LAD_WHOLE_LEDGER
    " WHERE amount <> 0"
    " GROUP BY counter_account, currency ORDER BY 2, 1"};

Timestamp to_timestamp(std::int64_t unix_us) {
  return pg::from_unix_us(unix_us);
}

}  // namespace

Decimal balance_before(const Uuid& wallet_id, std::int64_t at_us) {
  const pg::Rows rows = kBalanceBefore.run_in_snapshot(wallet_id, to_timestamp(at_us));
  return rows.empty() ? Decimal{} : rows.get<Decimal>(0, 0);
}

Decimal balance_at(const Uuid& wallet_id, std::int64_t at_us, Basis basis) {
  const Timestamp at = to_timestamp(at_us);
  const pg::Rows rows = kBalanceAt.run_in_snapshot(wallet_id, at);
  const Decimal recorded = rows.empty() ? Decimal{} : rows.get<Decimal>(0, 0);
  if (basis == Basis::recorded) return recorded;
  return recorded + kBackdated.run_in_snapshot(wallet_id, at).get<Decimal>(0, 0);
}

std::vector<StatementLine> read_statement(const Uuid& wallet_id, std::int64_t from_us,
                                          std::int64_t to_us, std::int64_t after_seq, int limit) {
  const pg::Rows rows = kStatement.run_in_snapshot(wallet_id, to_timestamp(from_us),
                                                   to_timestamp(to_us), after_seq, limit);
  std::vector<StatementLine> lines(rows.size());
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    StatementLine& line = lines[row];
    line.seq = rows.get<std::int64_t>(row, 0);
    line.created_at_us = pg::unix_us(rows.get<Timestamp>(row, 1));
    line.type = rows.get<std::string>(row, 2);
    line.amount = rows.get<Decimal>(row, 3);
    line.balance_after = rows.get<Decimal>(row, 4);
    line.reference_type = rows.get_optional<std::string>(row, 5);
    line.reference_id = rows.get_optional<Uuid>(row, 6);
    line.description = rows.get_optional<std::string>(row, 7);
    line.idempotency_key = rows.get<std::string>(row, 8);
  }
  return lines;
}

std::vector<AccountBalance> read_accounts() {
  const pg::Rows rows = kAccounts.run_in_snapshot();
  std::vector<AccountBalance> accounts;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    accounts.push_back(
        {rows.get<std::string>(row, 0), rows.get<std::string>(row, 1), rows.get<Decimal>(row, 2)});
  }
  return accounts;
}

}  // namespace lad::ledger::store
