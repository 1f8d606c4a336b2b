#include "ledger/change_store.hpp"

#include "core/error.hpp"
#include "ledger/grant_store.hpp"
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
  open_grants();
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

void Change::open_grants() {
  std::vector<Uuid> granted;
  for (const wallet::Wallet& wallet : before_) {
    if (!wallet.granted.is_zero()) granted.push_back(wallet.id);
  }
  if (granted.empty()) return;
  for (Grant& grant : read_open_grants(now_.tenant_id, granted)) {
    books_[grant.wallet_id].add(std::move(grant));
  }
  // Credits that a hold kept alive are lost when it is over, all others when they expired.
  lapse(expired_.empty());
  settled_ = entries.size();
}

void Change::lapse(bool is_dated) {
  for (auto& [wallet_id, book] : books_) {
    wallet::Wallet& wallet = this->wallet(wallet_id);
    while (auto entry = book.expire_next(wallet, next(), is_dated)) {
      entries.push_back(std::move(*entry));
    }
    wallet.granted = book.remaining();
  }
}

void Change::give(GrantMade made) {
  settle();
  books_[made.entry.wallet_id].give(std::move(made.grant), made.entry);
  entries.push_back(std::move(made.entry));
  settled_ = entries.size();
}

void Change::settle() {
  for (; settled_ < entries.size(); ++settled_) burn(settled_);
  lapse(false);
  settled_ = entries.size();
}

void Change::burn(std::size_t row) {
  const Entry& entry = entries[row];
  if (entry.amount.is_zero()) return;
  if (entry.reverses_id) return reverse(entry);
  if (entry.type == "transfer" && !entry.amount.is_negative()) {
    return carry(entries[row - 1], entry);
  }
  const auto book = books_.find(entry.wallet_id);
  if (book != books_.end() && entry.amount.is_negative()) book->second.spend(entry);
}

/// Granted credits stay what they are in another wallet: a transfer does not undo their expiry.
void Change::carry(const Entry& taken, const Entry& given) {
  const auto from = books_.find(taken.wallet_id);
  if (from == books_.end()) return;
  int number = 0;
  for (const Burn& burn : from->second.burns_of(taken.id)) {
    Grant grant = from->second.grant(burn.grant_id);
    grant.id = pg::random_uuid();
    grant.wallet_id = given.wallet_id;
    grant.transaction_id = given.id;
    grant.source = "transfer";
    grant.amount = grant.remaining = burn.amount;
    grant.idempotency_key = given.idempotency_key + ":" + std::to_string(++number);
    books_[given.wallet_id].give(std::move(grant), given);
  }
}

void Change::reverse(const Entry& reversal) {
  const Original original = read_original(now_.tenant_id, *reversal.reverses_id);
  if (!reversal.amount.is_negative()) {
    auto spent = read_spent(now_.tenant_id, original.id);
    Decimal granted;
    for (const SpentGrant& item : spent) granted += item.at_first;
    if (granted.is_zero()) return;
    books_[reversal.wallet_id].restore(
        reversal, std::move(spent),
        granted_part(-original.amount, granted, original.reversed, reversal.amount));
    return;
  }
  const Decimal brought = read_brought(now_.tenant_id, original.id);
  const auto book = books_.find(reversal.wallet_id);
  if (book != books_.end()) {
    book->second.take_back(
        reversal, granted_part(original.amount, brought, original.reversed, -reversal.amount));
  }
  const bool is_whole = original.reversed - reversal.amount == original.amount;
  if (is_whole && !brought.is_zero()) voided_.push_back(original.id);
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

bool save(Change& change) {
  change.settle();
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
  for (const auto& [wallet_id, book] : change.books_) save_grants(tenant_id, book);
  for (const Uuid& transaction_id : change.voided_) void_grants(tenant_id, transaction_id);
  return true;
}

}  // namespace lad::ledger::store
