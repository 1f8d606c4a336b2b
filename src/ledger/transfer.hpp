#pragma once

#include <array>
#include <optional>
#include <string>

#include "ledger/ledger.hpp"

/// Transfers: money from one wallet of a tenant to another, two rows written together.
namespace lad::ledger {

struct TransferRequest {
  Uuid from_wallet;
  Uuid to_wallet;
  Decimal amount;
  std::string idempotency_key;
  std::optional<std::string> description;
};

/// Throws invalid_argument (22023) for a bad key or description, an amount not above zero, and a
/// transfer from a wallet to itself.
void require_valid(const TransferRequest& request);

crypto::Digest fingerprint(const TransferRequest& request);

/// The row that takes, under the caller's key, and the row that gives, under its counterpart.
/// Throws wallet_not_active (LD202), insufficient_funds (LD201), currency_mismatch (LD204).
std::array<Entry, 2> transfer(const TransferRequest& request, wallet::Wallet& from,
                              wallet::Wallet& to, const std::array<Circumstances, 2>& now);

}  // namespace lad::ledger
