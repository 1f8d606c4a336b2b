#include "ledger/change_store.hpp"

#include "core/error.hpp"
#include "ledger/hold_store.hpp"
#include "ledger/store.hpp"
#include "ledger/wallet_store.hpp"
#include "pg/savepoint.hpp"
#include "pg/session.hpp"

namespace lad::ledger::store {
namespace {

/// Several rows are written by one statement, which is undone as a whole when a key is taken.
bool insert_or_undo(const std::vector<Entry>& entries) {
  if (entries.size() == 1) return insert(entries.front());
  return pg::Savepoint::keep_unless_duplicate(
      "billing_ledger_transactions_tenant_id_idempotency_key_key", [&] { insert_all(entries); });
}

}  // namespace

Change::Change(const pg::TenantContext& context, std::vector<wallet::Wallet> locked)
    : before_(std::move(locked)) {
  now_.tenant_id = context.tenant_id;
  if (!context.user_id.is_nil()) now_.user_id = context.user_id;
  now_.now_us = pg::unix_us(pg::clock_now());
  for (const wallet::Wallet& wallet : before_) wallets.emplace(wallet.id, wallet);
  expire_holds();
}

void Change::expire_holds() {
  std::vector<Uuid> holding;
  for (const wallet::Wallet& wallet : before_) {
    if (!wallet.reserved.is_zero()) holding.push_back(wallet.id);
  }
  if (holding.empty()) return;
  for (const Hold& hold : read_expired(now_.tenant_id, holding, now_.now_us)) {
    entries.push_back(expire(hold, wallet(hold.wallet_id), next()));
    expired_.push_back(hold.id);
  }
}

wallet::Wallet& Change::wallet(const Uuid& wallet_id) {
  const auto found = wallets.find(wallet_id);
  if (found == wallets.end()) throw Error{ErrorCode::wallet_not_found, "wallet not found"};
  return found->second;
}

Circumstances Change::next() const {
  Circumstances next = now_;
  next.id = pg::random_uuid();
  return next;
}

Change lock(const pg::TenantContext& context, const Uuid& wallet_id) {
  return {context, {lock_wallet(context.tenant_id, wallet_id)}};
}

Change lock_all(const pg::TenantContext& context, std::vector<Uuid> wallet_ids) {
  return {context, lock_wallets(context.tenant_id, std::move(wallet_ids))};
}

bool save(const Change& change) {
  if (change.entries.empty()) return true;
  if (!insert_or_undo(change.entries)) return false;
  const Uuid& tenant_id = change.now_.tenant_id;
  if (!change.expired_.empty()) set_expired(tenant_id, change.expired_);
  std::vector<wallet::Wallet> moved;
  for (const wallet::Wallet& before : change.before_) {
    const wallet::Wallet& after = change.wallets.at(before.id);
    if (after.last_seq == before.last_seq) continue;
    moved.push_back(after);
    // Before the balance, which the table checks against it.
    if (after.debt_allowed != before.debt_allowed) set_debt_allowed(tenant_id, after);
    if (wallet::crosses_threshold(before, after)) emit_low_balance(tenant_id, after);
  }
  move_wallets(tenant_id, moved);
  return true;
}

}  // namespace lad::ledger::store
