#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/decimal.hpp"
#include "core/uuid.hpp"
#include "ledger/ledger.hpp"

/// Holds: money that is set aside, to be captured or released, and that comes back by itself when
/// the hold expires.
namespace lad::ledger {

enum class HoldStatus { open, captured, released, expired };

/// Throws internal for a word that the table does not hold.
HoldStatus parse_hold_status(std::string_view text);
std::string_view to_string(HoldStatus status);

/// A hold as stored. Times in µs since 1970-01-01 UTC.
struct Hold {
  Uuid id;
  Uuid wallet_id;
  Decimal amount;
  Decimal captured;
  HoldStatus status = HoldStatus::open;
  std::int64_t expires_at_us = 0;
  std::string idempotency_key;
  std::string currency;
  std::optional<std::string> reference_type;
  std::optional<Uuid> reference_id;
  std::string metadata = "{}";
  std::int64_t created_at_us = 0;
};

/// What the hold is at an instant: an open one that has expired is expired, whatever is stored.
HoldStatus status_at(const Hold& hold, std::int64_t now_us);

struct ReserveRequest {
  Uuid wallet_id;
  Decimal amount;
  std::string idempotency_key;
  std::int64_t expires_in_us = 0;
  std::optional<std::string> reference_type;
  std::optional<Uuid> reference_id;
  std::string metadata;
};

/// `amount` empty: the whole hold.
struct CaptureRequest {
  Uuid hold_id;
  std::optional<Decimal> amount;
  std::string idempotency_key;
};

struct ReleaseRequest {
  Uuid hold_id;
  std::string idempotency_key;
};

/// Throw invalid_argument (22023) for a bad key, an amount not above zero, a time to live that is
/// not above zero or beyond a year, and what lad.post refuses of reference and metadata.
void require_valid(const ReserveRequest& request);
void require_valid(const CaptureRequest& request);
void require_valid(const ReleaseRequest& request);

crypto::Digest fingerprint(const ReserveRequest& request);
crypto::Digest fingerprint(const CaptureRequest& request);
crypto::Digest fingerprint(const ReleaseRequest& request);

/// The new hold, and its row of the ledger.
struct Reservation {
  Hold hold;
  Entry entry;
};

/// Decide against the wallet under its lock, which then stands at the new row. They throw
/// wallet_not_active (LD202), insufficient_funds (LD201), hold_not_open (LD203); capture of more
/// than the hold is invalid_argument (22023). What is not captured comes back.
Reservation reserve(const ReserveRequest& request, wallet::Wallet& wallet,
                    const Circumstances& now);
Entry capture(const CaptureRequest& request, Hold& hold, wallet::Wallet& wallet,
              const Circumstances& now);
Entry release(const ReleaseRequest& request, Hold& hold, wallet::Wallet& wallet,
              const Circumstances& now);

/// The row of a hold that has expired.
Entry expire(const Hold& hold, wallet::Wallet& wallet, const Circumstances& now);

}  // namespace lad::ledger
