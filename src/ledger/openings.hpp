#pragma once

#include <string>

#include "ledger/ledger.hpp"

/// Balances from before the ledger: each arrives once, as its wallet's opening.
namespace lad::ledger {

struct Opening {
  Uuid wallet_id;
  Uuid user_id;
  Decimal amount;        ///< signed
  std::string metadata;  ///< text of a jsonb object, keys sorted
};

crypto::Digest fingerprint(const Opening& opening);

/// The opening row: money paid in, or a debt, which raises what the wallet may owe. Throws
/// currency_mismatch (LD204) for a wallet not in CREDIT, wallet_not_active (LD202) for a closed
/// one.
Entry open_balance(const Opening& opening, wallet::Wallet& wallet, const Circumstances& now);

}  // namespace lad::ledger
