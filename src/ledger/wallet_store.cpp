#include "ledger/wallet_store.hpp"

#include <algorithm>

#include "core/error.hpp"
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
  "status, last_seq, last_hash FROM lad_data.billing_wallets "

constinit pg::Plan<Uuid> kRead{"SELECT " WALLET_COLUMNS "WHERE id = $1"};

constinit pg::Plan<Uuid, Uuid> kLock{"SELECT " WALLET_COLUMNS
                                     "WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE"};

constinit pg::Plan<Uuid, Uuid> kLockFree{
    "SELECT " WALLET_COLUMNS "WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE SKIP LOCKED"};

#undef WALLET_COLUMNS

constinit pg::Plan<Uuid, Uuid, std::string> kSetStatus{
    "UPDATE lad_data.billing_wallets SET status = $3 WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, Uuid, std::string, std::string, std::string> kEmitStatus{
    "INSERT INTO lad_data.domain_events"
    " (tenant_id, event_type, aggregate_type, aggregate_id, payload)"
    " VALUES ($1, 'wallet.status_changed', 'billing_wallet', $2,"
    " jsonb_build_object('from', $3, 'to', $4, 'reason', $5))"};

wallet::Wallet to_wallet(const pg::Rows& rows) {
  if (rows.empty()) {
    throw Error{ErrorCode::wallet_not_found, "wallet not found"};
  }
  wallet::Wallet found;
  found.id = rows.get<Uuid>(0, 0);
  found.current = rows.get<Decimal>(0, 1);
  found.reserved = rows.get<Decimal>(0, 2);
  found.credit_limit = rows.get<Decimal>(0, 3);
  found.debt_allowed = rows.get<Decimal>(0, 4);
  found.currency = rows.get<std::string>(0, 5);
  found.status = wallet::parse_status(rows.get<std::string>(0, 6));
  found.last_seq = rows.get<std::int64_t>(0, 7);
  if (const auto head = rows.get_optional<pg::Bytes>(0, 8); head && head->size() == 32) {
    std::copy(head->begin(), head->end(), found.last_hash.begin());
  }
  return found;
}

}  // namespace

void require_billing_admin(const char* action) {
  if (pg::caller_has_role("lad_service")) return;
  if (kMayAdminister.run().get<bool>(0, 0)) return;
  throw Error{ErrorCode::privilege,
              std::string("must be the owner or a billing.admin to ") + action};
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
  return to_wallet(kRead.run(wallet_id));
}

wallet::Wallet lock_wallet(const Uuid& tenant_id, const Uuid& wallet_id) {
  // Empty: another session has the lock, or there is no such wallet.
  const pg::Rows unlocked = kLockFree.run(tenant_id, wallet_id);
  const bool waited = unlocked.empty();
  const wallet::Wallet locked = to_wallet(waited ? kLock.run(tenant_id, wallet_id) : unlocked);
  if (waited) pg::count(pg::Counter::lock_waits);
  pg::want_early_release(waited);
  return locked;
}

void set_wallet_status(const Uuid& tenant_id, const wallet::Wallet& locked, wallet::Status status,
                       const std::string& reason) {
  const std::string wanted{wallet::to_string(status)};
  kSetStatus.run(tenant_id, locked.id, wanted);
  kEmitStatus.run(tenant_id, locked.id, std::string{wallet::to_string(locked.status)}, wanted,
                  reason);
}

}  // namespace lad::ledger::store
