#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/decimal.hpp"
#include "core/uuid.hpp"
#include "crypto/crypto.hpp"

/// Rules of starting a call.
namespace lad::calls {

/// How long credits stay held for a call that never ends: longer than one may wait in the queue and
/// then last.
inline constexpr const char* kHoldLife = "1 hour";

struct StartRequest {
  std::string to_country_code;  ///< with a plus sign
  std::int64_t to_base_number = 0;
  std::string idempotency_key;
  std::optional<std::int64_t> agent_id;
  std::optional<Uuid> from_number_id;
  std::optional<Uuid> lead_id;
  Decimal estimated_credits;  ///< in the currency of the wallet; 0 holds nothing
  std::string metadata;       ///< JSON
};

/// Throws invalid_argument (22023) for a number that is none (E.164: a plus sign and 15 digits at
/// most), an unusable key, an estimate below zero, or metadata that is no object.
void require_valid(const StartRequest& request);

/// SHA-256 over the request without its key.
crypto::Digest fingerprint(const StartRequest& request);

/// Key of the hold of a call in the ledger.
std::string hold_key(const Uuid& call_id);

/// What the acting person has of what a call needs.
struct Permissions {
  bool feature = false;   ///< voice-agent is on
  bool entitled = false;  ///< and not switched off by an entitlement
  bool capable = false;   ///< make_calls, or no person acts
  bool number = false;    ///< may call from that number; with none given, as `capable`
};

/// Throws privilege (42501).
void require_permitted(const Permissions& permissions);

}  // namespace lad::calls
