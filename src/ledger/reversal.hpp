#pragma once

#include <optional>
#include <string>

#include "ledger/ledger.hpp"

/// Reversals: a row that takes back another one, wholly or in part.
namespace lad::ledger {

/// `amount` empty: all that is left. A chargeback is a payment that the bank took back: it is
/// reversed though the money was spent, and the wallet may owe it.
struct ReversalRequest {
  Uuid transaction_id;
  std::string idempotency_key;
  std::optional<Decimal> amount;
  std::optional<std::string> reason;
  bool is_chargeback = false;
};

/// Throws invalid_argument (22023) for a bad key or reason and an amount not above zero.
void require_valid(const ReversalRequest& request);

crypto::Digest fingerprint(const ReversalRequest& request);

/// The row to be taken back, and how much of it was taken back already (above or at zero).
struct Original {
  Uuid id;
  Uuid wallet_id;
  std::string type;
  Decimal amount;  ///< signed
  std::string counter_account;
  std::string idempotency_key;
  Decimal reversed;
};

/// How much is to be taken back. Throws already_reversed (LD103) for a reversal, a reservation or a
/// release, for more than is left, and for a chargeback of anything but a topup.
Decimal amount_to_reverse(const ReversalRequest& request, const Original& original);

/// The reversing row, under `key`. Throws wallet_not_active (LD202) and insufficient_funds (LD201)
/// where it takes money, but a chargeback raises what the wallet may owe.
Entry reverse(const ReversalRequest& request, const Original& original, std::string key,
              wallet::Wallet& wallet, const Circumstances& now);

}  // namespace lad::ledger
