#include "ledger/entry.hpp"

#include "core/error.hpp"
#include "ledger/encoding.hpp"

namespace lad::ledger {
namespace {

/// NULL in the table: nothing is on the other side.
std::optional<std::string> stored_account(const std::string& counter_account) {
  return counter_account.empty() ? std::nullopt : std::optional{counter_account};
}

}  // namespace

Entry append(wallet::Wallet& wallet, const Draft& draft, const Circumstances& now) {
  Entry entry;
  entry.id = now.id;
  entry.tenant_id = now.tenant_id;
  entry.wallet_id = wallet.id;
  entry.seq = wallet.last_seq + 1;
  entry.type = draft.type;
  entry.amount = draft.amount;
  entry.balance_before = wallet.current;
  entry.balance_after = wallet.current + draft.amount;
  entry.reserved_delta = draft.reserved_delta;
  entry.counter_account = draft.counter_account;
  entry.currency = wallet.currency;
  entry.reference_type = draft.reference_type;
  entry.reference_id = draft.reference_id;
  entry.idempotency_key = draft.idempotency_key;
  entry.reverses_id = draft.reverses_id;
  entry.created_by = now.user_id;
  entry.description = draft.description;
  entry.metadata = draft.metadata;
  entry.effective_at_us = draft.effective_at_us.value_or(now.now_us);
  entry.created_at_us = now.now_us;
  entry.request_hash = draft.request_hash;
  entry.prev_hash = wallet.last_hash;
  entry.row_hash = row_hash(entry);

  const Decimal reserved = wallet.reserved + draft.reserved_delta;
  wallet.current = entry.balance_after;
  wallet.reserved = reserved;
  wallet.last_seq = entry.seq;
  wallet.last_hash = entry.row_hash;
  return entry;
}

void require_signs(std::string_view type, Decimal amount, Decimal reserved_delta) {
  const Decimal zero;
  bool right = !amount.is_zero();
  if (type == "topup" || type == "credit") right = amount > zero;
  if (type == "debit" || type == "expiry") right = amount < zero;
  if (type == "reservation") right = amount.is_zero() && reserved_delta > zero;
  if (type == "release") right = amount.is_zero() && reserved_delta < zero;
  if (right) return;
  throw Error{ErrorCode::check_failed, "amounts of a ledger row contradict its type",
              "A " + std::string(type) + " of " + amount.to_string() +
                  " that changes the reserve by " + reserved_delta.to_string() + " cannot be."};
}

crypto::Digest row_hash(const Entry& entry) {
  Encoder encoder;
  return encoder.text(std::string_view{"lad.row.1"})
      .digest(entry.prev_hash)
      .uuid(entry.tenant_id)
      .uuid(entry.wallet_id)
      .integer(entry.seq)
      .uuid(entry.id)
      .text(std::string_view{entry.type})
      .amount(entry.amount)
      .amount(entry.balance_before)
      .amount(entry.balance_after)
      .amount(entry.reserved_delta)
      .text(stored_account(entry.counter_account))
      .text(std::string_view{entry.currency})
      .text(entry.reference_type)
      .uuid(entry.reference_id)
      .text(std::string_view{entry.idempotency_key})
      .uuid(entry.reverses_id)
      .uuid(entry.created_by)
      .text(entry.description)
      .text(std::string_view{entry.metadata})
      .integer(entry.effective_at_us)
      .integer(entry.created_at_us)
      .digest(entry.request_hash)
      .sha256();
}

Posting to_posting(const Entry& entry, const wallet::Wallet& wallet) {
  Posting posting;
  posting.transaction_id = entry.id;
  posting.wallet_id = entry.wallet_id;
  posting.seq = entry.seq;
  posting.type = entry.type;
  posting.amount = entry.amount;
  posting.balance_before = entry.balance_before;
  posting.balance_after = entry.balance_after;
  posting.available = wallet::available(wallet);
  posting.currency = entry.currency;
  posting.created_at_us = entry.created_at_us;
  return posting;
}

}  // namespace lad::ledger
