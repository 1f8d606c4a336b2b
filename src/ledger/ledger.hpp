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

/// Rules of the ledger: from a request and a locked wallet to the row that is written.
namespace lad::ledger {

enum class Type { topup, debit, credit, adjustment };

/// Throws invalid_argument (22023) for any type that lad.post does not take.
Type parse_type(std::string_view text);
std::string_view to_string(Type type);

/// What a caller asks for. `amount` is above zero, or signed for an adjustment.
struct Request {
  Uuid wallet_id;
  Type type = Type::debit;
  Decimal amount;
  std::string idempotency_key;
  std::optional<std::string> reference_type;
  std::optional<Uuid> reference_id;
  std::optional<std::string> description;
  std::string metadata;                         ///< text of a jsonb object, keys sorted
  std::optional<std::int64_t> effective_at_us;  ///< µs since 1970; empty: when posted
  std::optional<Decimal> expected_balance;
};

/// Throws invalid_argument (22023) for a key that is empty, over 200 characters or has control
/// characters, an amount that is zero or of the wrong sign, an effective time after `now_us`, a
/// reference type that is no identifier, a description over 2000 or metadata over 65536 bytes.
void require_valid(const Request& request, std::int64_t now_us);

/// Throws invalid_argument (22023) for a key that the extension keeps to itself, since an event of
/// usage whose key somebody else burns could never be charged.
void require_unreserved_key(std::string_view idempotency_key);

/// The key under which a usage event is charged.
std::string usage_key(const Uuid& usage_event_id);

/// Fingerprint of what was asked: the same request with the same key is a replay, any other a
/// conflict. `expected_balance` is a condition, not part of the posting, and stays out.
crypto::Digest fingerprint(const Request& request);

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
  std::string counter_account;
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

/// Decides a posting against the wallet under its lock. Throws wallet_not_active (LD202),
/// balance_not_as_expected (LD206), insufficient_funds (LD201), out_of_range (22003).
Entry decide(const Request& request, const wallet::Wallet& wallet, const Circumstances& now);

/// Throws check_failed (23514) unless the amounts of a stored row, whoever wrote it, have the signs
/// that its type asks for.
void require_signs(std::string_view type, Decimal amount, Decimal reserved_delta);

/// SHA-256 of the previous hash and the canonical encoding of the row (see encoding.hpp).
crypto::Digest row_hash(const Entry& entry);

/// What the posting function answers.
Posting to_posting(const Entry& entry, const wallet::Wallet& before);

}  // namespace lad::ledger
