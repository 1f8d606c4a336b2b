#include "ledger/transfer.hpp"

#include "core/error.hpp"
#include "ledger/encoding.hpp"

namespace lad::ledger {

void require_valid(const TransferRequest& request) {
  wallet::require_positive(request.amount, "amount");
  require_key(request.idempotency_key);
  require_description(request.description);
  if (request.from_wallet == request.to_wallet) {
    throw Error{ErrorCode::invalid_argument, "a wallet cannot transfer to itself"};
  }
}

crypto::Digest fingerprint(const TransferRequest& request) {
  Encoder encoder;
  return encoder.text(std::string_view{"lad.transfer.1"})
      .uuid(request.from_wallet)
      .uuid(request.to_wallet)
      .amount(request.amount)
      .text(request.description)
      .sha256();
}

std::array<Entry, 2> transfer(const TransferRequest& request, wallet::Wallet& from,
                              wallet::Wallet& to, const std::array<Circumstances, 2>& now) {
  if (from.currency != to.currency) {
    throw Error{ErrorCode::currency_mismatch, "the wallets have different currencies",
                "One holds " + from.currency + ", the other " + to.currency + "."};
  }
  wallet::require_move(from, -request.amount);
  wallet::require_move(to, request.amount);
  const Decimal balance = to.current + request.amount;  // out of range before anything has moved
  Draft draft{.type = "transfer",
              .amount = -request.amount,
              .reserved_delta = {},
              .counter_account = to.id.to_string(),
              .idempotency_key = request.idempotency_key,
              .description = request.description,
              .request_hash = fingerprint(request)};
  Entry taken = append(from, draft, now[0]);
  draft.amount = balance - to.current;
  draft.counter_account = from.id.to_string();
  draft.idempotency_key = counterpart_key(request.idempotency_key);
  return {std::move(taken), append(to, draft, now[1])};
}

}  // namespace lad::ledger
