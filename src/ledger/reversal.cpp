#include "ledger/reversal.hpp"

#include "core/error.hpp"
#include "ledger/encoding.hpp"

namespace lad::ledger {
namespace {

[[noreturn]] void refuse(std::string message, std::string detail) {
  throw Error{ErrorCode::already_reversed, std::move(message), std::move(detail)};
}

Decimal magnitude(Decimal amount) {
  return amount.is_negative() ? -amount : amount;
}

}  // namespace

void require_valid(const ReversalRequest& request) {
  require_key(request.idempotency_key);
  require_description(request.reason);
  if (request.amount) wallet::require_positive(*request.amount, "amount");
}

crypto::Digest fingerprint(const ReversalRequest& request) {
  Encoder encoder;
  return encoder
      .text(std::string_view{request.is_chargeback ? "lad.chargeback.1" : "lad.reversal.1"})
      .uuid(request.transaction_id)
      .amount(request.amount)
      .text(request.reason)
      .sha256();
}

Decimal amount_to_reverse(const ReversalRequest& request, const Original& original) {
  if (original.type == "reversal" || original.amount.is_zero()) {
    refuse("a " + original.type + " cannot be reversed",
           "Only rows that moved a balance are reversed, and a reversal is final.");
  }
  if (request.is_chargeback && original.type != "topup") {
    refuse("a " + original.type + " cannot be charged back", "Only a payment in, a topup, is.");
  }
  const Decimal left = magnitude(original.amount) - original.reversed;
  if (left.is_zero()) {
    refuse("the transaction is reversed already", "Nothing is left of it to take back.");
  }
  const Decimal amount = request.amount.value_or(left);
  if (amount > left) {
    refuse("not as much is left to reverse",
           "Left are " + left.to_string() + ", asked were " + amount.to_string() + ".");
  }
  return amount;
}

Entry reverse(const ReversalRequest& request, const Original& original, std::string key,
              wallet::Wallet& wallet, const Circumstances& now) {
  const Decimal amount = amount_to_reverse(request, original);
  const Decimal signed_amount = original.amount.is_negative() ? amount : -amount;
  if (request.is_chargeback) {
    wallet::require_takes(wallet);
  } else {
    wallet::require_move(wallet, signed_amount);
  }
  Entry entry = append(wallet,
                       {.type = "reversal",
                        .amount = signed_amount,
                        .reserved_delta = {},
                        .counter_account = original.counter_account,
                        .idempotency_key = std::move(key),
                        .reference_type = "transaction",
                        .reference_id = original.id,
                        .reverses_id = original.id,
                        .description = request.reason,
                        .request_hash = fingerprint(request)},
                       now);
  if (request.is_chargeback) wallet::allow_debt(wallet);
  return entry;
}

}  // namespace lad::ledger
