#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/decimal.hpp"
#include "core/uuid.hpp"
#include "crypto/crypto.hpp"
#include "ledger/entry.hpp"
#include "ledger/keys.hpp"
#include "wallet/wallet.hpp"

/// Posting to one wallet: from a request and a locked wallet to the row that is written.
namespace lad::ledger {

enum class Type { topup, debit, credit, adjustment };

/// Throws invalid_argument (22023) for any type that lad.post does not take.
Type parse_type(std::string_view text);

/// Throws invalid_argument (22023) for a key that a caller may not post this type under.
void require_key_for(Type type, std::string_view idempotency_key);
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

/// Throws invalid_argument (22023) for a bad key, an amount that is zero or of the wrong sign, an
/// effective time after `now_us`, a reference type that is no identifier, a description over 2000
/// or metadata over 65536 bytes.
void require_valid(const Request& request, std::int64_t now_us);

/// The same for the parts that other operations have too.
void require_reference_type(const std::optional<std::string>& reference_type);
void require_description(const std::optional<std::string>& description);
void require_metadata(std::string_view metadata);

/// Fingerprint of what was asked: the same request with the same key is a replay, any other a
/// conflict. `expected_balance` is a condition, not part of the posting, and stays out.
crypto::Digest fingerprint(const Request& request);

/// Decides a posting against the wallet under its lock, which then stands at the new row. Throws
/// wallet_not_active (LD202), balance_not_as_expected (LD206), insufficient_funds (LD201),
/// out_of_range (22003), with the wallet unchanged.
Entry decide(const Request& request, wallet::Wallet& wallet, const Circumstances& now);

}  // namespace lad::ledger
