#include "ledger/topups.hpp"

#include "core/error.hpp"
#include "ledger/encoding.hpp"

namespace lad::ledger {

std::string stripe_key(const std::string& session_id) {
  return "stripe_" + session_id;
}

void require_valid(const Checkout& checkout) {
  if (checkout.session_id.empty()) {
    throw Error{ErrorCode::invalid_argument, "stripe_session_id must not be empty"};
  }
  require_key(stripe_key(checkout.session_id));
  require_metadata(checkout.metadata);
}

crypto::Digest fingerprint(const Checkout& checkout) {
  Encoder encoder;
  return encoder.text(std::string_view{"lad.topup_package.1"})
      .uuid(checkout.wallet_id)
      .text(std::string_view{checkout.package_key})
      .text(std::string_view{checkout.metadata})
      .sha256();
}

Entry top_up(const Checkout& checkout, const Package& package, wallet::Wallet& wallet,
             const Circumstances& now) {
  if (package.currency != wallet.currency) {
    throw Error{ErrorCode::currency_mismatch, "the wallet has another currency than the package",
                "One holds " + wallet.currency + ", the other " + package.currency + "."};
  }
  wallet::require_move(wallet, package.credits);
  return append(
      wallet,
      {.type = "topup",
       .amount = package.credits,
       .reserved_delta = {},
       .counter_account = "funding",
       .idempotency_key = stripe_key(checkout.session_id),
       .reference_type = "stripe_payment",
       .description = package.key + ", " + package.price.to_string() + " " + package.price_currency,
       .metadata = checkout.metadata,
       .request_hash = fingerprint(checkout)},
      now);
}

}  // namespace lad::ledger
