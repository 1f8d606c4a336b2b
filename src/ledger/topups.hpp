#pragma once

#include <string>

#include "ledger/ledger.hpp"

/// Payments in: packages of credits.
namespace lad::ledger {

/// A package that can be bought. `price` is in units of `price_currency`.
struct Package {
  std::string key;
  Decimal credits;
  std::string currency;
  Decimal price;
  std::string price_currency;
};

/// A checkout that has paid for a package.
struct Checkout {
  Uuid wallet_id;
  std::string package_key;
  std::string session_id;
  std::string metadata;  ///< text of a jsonb object, keys sorted
};

/// The key under which a checkout posts.
std::string stripe_key(const std::string& session_id);

/// Throws invalid_argument (22023) for an empty or too long session or package and bad metadata.
void require_valid(const Checkout& checkout);

/// What was paid for, not what it holds: a package may change before a webhook comes again.
crypto::Digest fingerprint(const Checkout& checkout);

/// The row that adds the credits. Throws currency_mismatch (LD204) and what lad.topup throws.
Entry top_up(const Checkout& checkout, const Package& package, wallet::Wallet& wallet,
             const Circumstances& now);

}  // namespace lad::ledger
