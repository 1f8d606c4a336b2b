#include "ledger/wallet_store.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "ledger/grants.hpp"
#include "pg/early_release.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pg/statistics.hpp"

namespace lad::ledger::store {
namespace {

constinit pg::Plan<> kMayAdminister{"SELECT lad.has_capability('billing.admin')"};

constinit pg::Plan<std::optional<Uuid>, std::string, Decimal, std::optional<Decimal>> kCreate{
    "INSERT INTO lad_data.billing_wallets"
    " (user_id, currency, credit_limit, low_balance_threshold)"
    " VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, user_id) DO NOTHING RETURNING id"};

#define WALLET_COLUMNS                                                            \
  "id, current_balance, reserved_balance, credit_limit, debt_allowed, currency, " \
  "status, last_seq, last_hash, low_balance_threshold, granted_balance"
#define LOCKED_WALLET "SELECT " WALLET_COLUMNS " FROM lad_data.billing_wallets "

// In one statement with the balance: a row that takes expired credits is seen with both or neither.
constinit pg::Plan<Uuid> kRead{
    "SELECT " WALLET_COLUMNS
    ", CASE WHEN w.granted_balance > 0 THEN (SELECT coalesce(sum(g.remaining), 0)"
    "  FROM lad_data.billing_credit_grants g WHERE g.tenant_id = w.tenant_id"
    "  AND g.wallet_id = w.id AND g.remaining > 0 AND g.expires_at <= clock_timestamp())"
    " ELSE 0 END::numeric(20,6) FROM lad_data.billing_wallets w WHERE w.id = $1"};

constinit pg::Plan<Uuid, Uuid> kLock{LOCKED_WALLET
                                     "WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE"};

constinit pg::Plan<Uuid, std::vector<Uuid>> kLockAll{
    LOCKED_WALLET "WHERE tenant_id = $1 AND id = ANY ($2) ORDER BY id FOR NO KEY UPDATE"};

constinit pg::Plan<Uuid, Uuid> kLockFree{
    LOCKED_WALLET "WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE SKIP LOCKED"};

#undef LOCKED_WALLET
#undef WALLET_COLUMNS

// What has expired counts no more, though no posting has closed it yet.
constinit pg::Plan<Uuid> kExpired{
    "SELECT coalesce(sum(amount), 0)::numeric(20,6) FROM lad_data.billing_holds"
    " WHERE wallet_id = $1 AND status = 'open' AND expires_at <= clock_timestamp()"};

constinit pg::Plan<Uuid, Uuid, Decimal, Decimal, std::int64_t, pg::Bytes, Decimal> kMove{
    "UPDATE lad_data.billing_wallets SET current_balance = $3, reserved_balance = $4,"
    " last_seq = $5, last_hash = $6, granted_balance = $7 WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, std::vector<Uuid>, std::vector<Decimal>, std::vector<Decimal>,
                   std::vector<std::int64_t>, std::vector<pg::Bytes>, std::vector<Decimal>>
    kMoveAll{
        "UPDATE lad_data.billing_wallets w SET current_balance = m.current_balance,"
        " reserved_balance = m.reserved_balance, last_seq = m.last_seq, last_hash = m.last_hash,"
        " granted_balance = m.granted_balance FROM unnest($2, $3, $4, $5, $6, $7)"
        " AS m (id, current_balance, reserved_balance, last_seq, last_hash, granted_balance)"
        " WHERE w.tenant_id = $1 AND w.id = m.id"};

constinit pg::Plan<Uuid, Uuid, Decimal> kAllowDebt{
    "UPDATE lad_data.billing_wallets SET debt_allowed = $3 WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, Uuid, Decimal, std::optional<Decimal>, std::string> kEmitLowBalance{
    "WITH noted AS (UPDATE lad_data.billing_wallets SET low_balance_notified_at = clock_timestamp()"
    "               WHERE tenant_id = $1 AND id = $2)"
    " INSERT INTO lad_data.domain_events"
    " (tenant_id, event_type, aggregate_type, aggregate_id, payload)"
    " VALUES ($1, 'wallet.low_balance', 'billing_wallet', $2,"
    " jsonb_build_object('balance', $3, 'threshold', $4, 'currency', $5))"};

constinit pg::Plan<Uuid, Uuid, std::string> kSetStatus{
    "UPDATE lad_data.billing_wallets SET status = $3 WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, Uuid, std::string, std::string, std::string> kEmitStatus{
    "INSERT INTO lad_data.domain_events"
    " (tenant_id, event_type, aggregate_type, aggregate_id, payload)"
    " VALUES ($1, 'wallet.status_changed', 'billing_wallet', $2,"
    " jsonb_build_object('from', $3, 'to', $4, 'reason', $5))"};

wallet::Wallet to_wallet(const pg::Rows& rows, std::uint64_t row) {
  wallet::Wallet found;
  found.id = rows.get<Uuid>(row, 0);
  found.current = rows.get<Decimal>(row, 1);
  found.reserved = rows.get<Decimal>(row, 2);
  found.credit_limit = rows.get<Decimal>(row, 3);
  found.debt_allowed = rows.get<Decimal>(row, 4);
  found.currency = rows.get<std::string>(row, 5);
  found.status = wallet::parse_status(rows.get<std::string>(row, 6));
  found.last_seq = rows.get<std::int64_t>(row, 7);
  if (const auto head = rows.get_optional<pg::Bytes>(row, 8); head && head->size() == 32) {
    std::copy(head->begin(), head->end(), found.last_hash.begin());
  }
  found.low_balance_threshold = rows.get_optional<Decimal>(row, 9);
  found.granted = rows.get<Decimal>(row, 10);
  return found;
}

wallet::Wallet only_wallet(const pg::Rows& rows) {
  if (rows.empty()) throw Error{ErrorCode::wallet_not_found, "wallet not found"};
  return to_wallet(rows, 0);
}

pg::Bytes head_of(const wallet::Wallet& wallet) {
  return {wallet.last_hash.begin(), wallet.last_hash.end()};
}

}  // namespace

std::optional<Error> refusal_of_billing(const char* action) {
  if (pg::caller_has_role("lad_service")) return std::nullopt;
  if (kMayAdminister.run().get<bool>(0, 0)) return std::nullopt;
  return Error{ErrorCode::privilege,
               std::string("must be the owner or a billing.admin to ") + action};
}

void require_billing_admin(const char* action) {
  if (const auto refusal = refusal_of_billing(action)) throw *refusal;
}

Uuid create_wallet(const wallet::NewWallet& wanted) {
  const pg::Rows rows = kCreate.run(wanted.user_id, wanted.currency, wanted.credit_limit,
                                    wanted.low_balance_threshold);
  if (rows.empty()) {
    throw Error{ErrorCode::duplicate, "the owner has a wallet already",
                "A tenant has one wallet of its own and at most one for each member."};
  }
  return rows.get<Uuid>(0, 0);
}

wallet::Wallet read_wallet(const Uuid& wallet_id) {
  const pg::Rows rows = kRead.run(wallet_id);
  wallet::Wallet wallet = only_wallet(rows);
  if (!wallet.reserved.is_zero()) {
    wallet.reserved -= kExpired.run(wallet_id).get<Decimal>(0, 0);
  }
  wallet.lapsed = lapsed(rows.get<Decimal>(0, 11), wallet.reserved);
  return wallet;
}

wallet::Wallet lock_wallet(const Uuid& tenant_id, const Uuid& wallet_id) {
  // Empty: another session has the lock, or there is no such wallet.
  const pg::Rows unlocked = kLockFree.run(tenant_id, wallet_id);
  const bool waited = unlocked.empty();
  wallet::Wallet locked = only_wallet(waited ? kLock.run(tenant_id, wallet_id) : unlocked);
  if (waited) pg::count(pg::Counter::lock_waits);
  pg::want_early_release(waited);
  return locked;
}

std::vector<wallet::Wallet> lock_wallets(const Uuid& tenant_id, std::vector<Uuid> wallet_ids) {
  const pg::Rows rows = kLockAll.run(tenant_id, wallet_ids);
  std::vector<wallet::Wallet> locked;
  for (std::uint64_t row = 0; row < rows.size(); ++row) locked.push_back(to_wallet(rows, row));
  // Skipping locked rows, to know of a wait, would take the locks out of order.
  pg::want_early_release(false);
  return locked;
}

void move_wallets(const Uuid& tenant_id, const std::vector<wallet::Wallet>& wallets) {
  if (wallets.size() == 1) {
    const wallet::Wallet& wallet = wallets.front();
    kMove.run(tenant_id, wallet.id, wallet.current, wallet.reserved, wallet.last_seq,
              head_of(wallet), wallet.granted);
    return;
  }
  std::vector<Uuid> ids;
  std::vector<Decimal> current, reserved, granted;
  std::vector<std::int64_t> seqs;
  std::vector<pg::Bytes> heads;
  for (const wallet::Wallet& wallet : wallets) {
    ids.push_back(wallet.id);
    current.push_back(wallet.current);
    reserved.push_back(wallet.reserved);
    seqs.push_back(wallet.last_seq);
    heads.push_back(head_of(wallet));
    granted.push_back(wallet.granted);
  }
  kMoveAll.run(tenant_id, ids, current, reserved, seqs, heads, granted);
}

void set_debt_allowed(const Uuid& tenant_id, const wallet::Wallet& wallet) {
  kAllowDebt.run(tenant_id, wallet.id, wallet.debt_allowed);
}

void emit_low_balance(const Uuid& tenant_id, const wallet::Wallet& wallet) {
  kEmitLowBalance.run(tenant_id, wallet.id, wallet.current, wallet.low_balance_threshold,
                      wallet.currency);
}

void set_wallet_status(const Uuid& tenant_id, const wallet::Wallet& locked, wallet::Status status,
                       const std::string& reason) {
  const std::string wanted{wallet::to_string(status)};
  kSetStatus.run(tenant_id, locked.id, wanted);
  kEmitStatus.run(tenant_id, locked.id, std::string{wallet::to_string(locked.status)}, wanted,
                  reason);
}

}  // namespace lad::ledger::store
