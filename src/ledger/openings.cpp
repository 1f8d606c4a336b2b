#include "ledger/openings.hpp"

#include "core/error.hpp"
#include "ledger/encoding.hpp"

namespace lad::ledger {

crypto::Digest fingerprint(const Opening& opening) {
  Encoder encoder;
  return encoder.text(std::string_view{"lad.open_balance.1"})
      .uuid(opening.wallet_id)
      .uuid(opening.user_id)
      .amount(opening.amount)
      .text(std::string_view{opening.metadata})
      .sha256();
}

Entry open_balance(const Opening& opening, wallet::Wallet& wallet, const Circumstances& now) {
  if (wallet.currency != "CREDIT") {
    throw Error{ErrorCode::currency_mismatch, "the member's wallet is not in CREDIT",
                "It holds " + wallet.currency + ", and older balances are credits.",
                "Bring the older balance to zero, or empty and close that wallet."};
  }
  wallet::require_takes(wallet);
  const bool is_debt = opening.amount.is_negative();
  Entry entry = append(wallet,
                       {.type = is_debt ? "adjustment" : "topup",
                        .amount = opening.amount,
                        .reserved_delta = {},
                        .counter_account = is_debt ? "adjustments" : "funding",
                        .idempotency_key = opening_key(opening.user_id),
                        .description = "Balance before the ledger",
                        .metadata = opening.metadata,
                        .request_hash = fingerprint(opening)},
                       now);
  if (is_debt) wallet::allow_debt(wallet);
  return entry;
}

}  // namespace lad::ledger
