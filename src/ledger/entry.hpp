#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/decimal.hpp"
#include "core/posting.hpp"
#include "core/uuid.hpp"
#include "crypto/crypto.hpp"
#include "wallet/wallet.hpp"

/// A row of the ledger, and how it moves a wallet.
namespace lad::ledger {

/// What an operation decides of a row; the wallet and the circumstances give the rest.
struct Draft {
  std::string_view type;
  Decimal amount;          ///< signed change of the balance
  Decimal reserved_delta;  ///< signed change of what is reserved
  std::string counter_account;
  std::string idempotency_key;
  std::optional<std::string> reference_type = {};
  std::optional<Uuid> reference_id = {};
  std::optional<Uuid> reverses_id = {};
  std::optional<std::string> description = {};
  std::string metadata = "{}";                       ///< text of a jsonb object, keys sorted
  std::optional<std::int64_t> effective_at_us = {};  ///< empty: when posted
  crypto::Digest request_hash{};
};

/// A ledger row. Amounts are signed; times are µs since 1970-01-01 UTC.
struct Entry {
  Uuid id;
  Uuid tenant_id;
  Uuid wallet_id;
  std::int64_t seq = 0;
  std::string type;
  Decimal amount;
  Decimal balance_before;
  Decimal balance_after;
  Decimal reserved_delta;
  std::string counter_account;  ///< empty where the balance does not move
  std::string currency;
  std::optional<std::string> reference_type;
  std::optional<Uuid> reference_id;
  std::string idempotency_key;
  std::optional<Uuid> reverses_id;
  std::optional<Uuid> created_by;
  std::optional<std::string> description;
  std::string metadata;
  std::int64_t effective_at_us = 0;
  std::int64_t created_at_us = 0;
  crypto::Digest request_hash{};
  crypto::Digest prev_hash{};  ///< zeros for the first row of a wallet
  crypto::Digest row_hash{};
};

/// Who posts, when, and the identifier of the new row.
struct Circumstances {
  Uuid id;
  Uuid tenant_id;
  std::optional<Uuid> user_id;
  std::int64_t now_us = 0;
};

/// The next row of the wallet, which then stands at it. Throws out_of_range (22003), with the
/// wallet unchanged, when a balance leaves its range.
Entry append(wallet::Wallet& wallet, const Draft& draft, const Circumstances& now);

/// Throws check_failed (23514) unless the amounts of a stored row, whoever wrote it, have the signs
/// that its type asks for.
void require_signs(std::string_view type, Decimal amount, Decimal reserved_delta);

/// SHA-256 of the previous hash and the canonical encoding of the row (see encoding.hpp).
crypto::Digest row_hash(const Entry& entry);

/// What the posting function answers; `wallet` stands at the row or later.
Posting to_posting(const Entry& entry, const wallet::Wallet& wallet);

}  // namespace lad::ledger
