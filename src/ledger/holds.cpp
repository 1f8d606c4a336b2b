#include "ledger/holds.hpp"

#include "core/error.hpp"
#include "ledger/encoding.hpp"

namespace lad::ledger {
namespace {

constexpr std::int64_t kMaxLifeUs = 366LL * 24 * 60 * 60 * 1'000'000;

/// Names the hold in rows that close it; their reference is what the hold was for.
std::string hold_metadata(const Hold& hold) {
  return "{\"hold_id\": \"" + hold.id.to_string() + "\"}";
}

Draft closing(const Hold& hold, std::string_view type, std::string key) {
  return {.type = type,
          .amount = {},
          .reserved_delta = -hold.amount,
          .counter_account = {},
          .idempotency_key = std::move(key),
          .reference_type = hold.reference_type,
          .reference_id = hold.reference_id,
          .metadata = hold_metadata(hold)};
}

void require_open(const Hold& hold, std::int64_t now_us) {
  const HoldStatus status = status_at(hold, now_us);
  if (status == HoldStatus::open) return;
  throw Error{ErrorCode::hold_not_open, std::string("hold is ").append(to_string(status)),
              "A hold is captured or released once, before it expires."};
}

}  // namespace

HoldStatus parse_hold_status(std::string_view text) {
  if (text == "open") return HoldStatus::open;
  if (text == "captured") return HoldStatus::captured;
  if (text == "released") return HoldStatus::released;
  if (text == "expired") return HoldStatus::expired;
  throw Error{ErrorCode::internal, "unknown status of a hold"};
}

std::string_view to_string(HoldStatus status) {
  switch (status) {
    case HoldStatus::open:
      return "open";
    case HoldStatus::captured:
      return "captured";
    case HoldStatus::released:
      return "released";
    case HoldStatus::expired:
      break;
  }
  return "expired";
}

HoldStatus status_at(const Hold& hold, std::int64_t now_us) {
  const bool over = hold.status == HoldStatus::open && hold.expires_at_us <= now_us;
  return over ? HoldStatus::expired : hold.status;
}

void require_valid(const ReserveRequest& request) {
  wallet::require_positive(request.amount, "amount");
  require_key(request.idempotency_key);
  require_reference_type(request.reference_type);
  require_metadata(request.metadata);
  if (request.expires_in_us > 0 && request.expires_in_us <= kMaxLifeUs) return;
  throw Error{ErrorCode::invalid_argument, "expires_in must be above zero and at most 366 days"};
}

void require_valid(const CaptureRequest& request) {
  if (request.amount) wallet::require_positive(*request.amount, "amount");
  require_key(request.idempotency_key);
}

void require_valid(const ReleaseRequest& request) {
  require_key(request.idempotency_key);
}

crypto::Digest fingerprint(const ReserveRequest& request) {
  Encoder encoder;
  return encoder.text(std::string_view{"lad.reserve.1"})
      .uuid(request.wallet_id)
      .amount(request.amount)
      .integer(request.expires_in_us)
      .text(request.reference_type)
      .uuid(request.reference_id)
      .text(std::string_view{request.metadata})
      .sha256();
}

crypto::Digest fingerprint(const CaptureRequest& request) {
  Encoder encoder;
  return encoder.text(std::string_view{"lad.capture.1"})
      .uuid(request.hold_id)
      .amount(request.amount)
      .sha256();
}

crypto::Digest fingerprint(const ReleaseRequest& request) {
  Encoder encoder;
  return encoder.text(std::string_view{"lad.release.1"}).uuid(request.hold_id).sha256();
}

Reservation reserve(const ReserveRequest& request, wallet::Wallet& wallet,
                    const Circumstances& now) {
  wallet::require_gives(wallet);
  wallet::require_funds(wallet, request.amount);
  Hold hold{.id = now.id,
            .wallet_id = wallet.id,
            .amount = request.amount,
            .captured = {},
            .expires_at_us = now.now_us + request.expires_in_us,
            .idempotency_key = request.idempotency_key,
            .currency = wallet.currency,
            .reference_type = request.reference_type,
            .reference_id = request.reference_id,
            .metadata = request.metadata,
            .created_at_us = now.now_us};
  Entry entry = append(wallet,
                       {.type = "reservation",
                        .amount = {},
                        .reserved_delta = request.amount,
                        .counter_account = {},
                        .idempotency_key = request.idempotency_key,
                        .reference_type = request.reference_type,
                        .reference_id = request.reference_id,
                        .metadata = request.metadata,
                        .request_hash = fingerprint(request)},
                       now);
  return {std::move(hold), std::move(entry)};
}

Entry capture(const CaptureRequest& request, Hold& hold, wallet::Wallet& wallet,
              const Circumstances& now) {
  require_open(hold, now.now_us);
  const Decimal amount = request.amount.value_or(hold.amount);
  if (amount > hold.amount) {
    throw Error{
        ErrorCode::invalid_argument, "amount must not be above the hold",
        "The hold is of " + hold.amount.to_string() + ", asked were " + amount.to_string() + "."};
  }
  // A suspended wallet still honours what was promised before.
  wallet::require_takes(wallet);
  Draft draft = closing(hold, "debit", request.idempotency_key);
  draft.amount = -amount;
  draft.counter_account = "revenue";
  draft.request_hash = fingerprint(request);
  Entry entry = append(wallet, draft, now);
  hold.status = HoldStatus::captured;
  hold.captured = amount;
  return entry;
}

Entry release(const ReleaseRequest& request, Hold& hold, wallet::Wallet& wallet,
              const Circumstances& now) {
  require_open(hold, now.now_us);
  wallet::require_takes(wallet);
  Draft draft = closing(hold, "release", request.idempotency_key);
  draft.request_hash = fingerprint(request);
  Entry entry = append(wallet, draft, now);
  hold.status = HoldStatus::released;
  return entry;
}

Entry expire(const Hold& hold, wallet::Wallet& wallet, const Circumstances& now) {
  Encoder encoder;
  Draft draft = closing(hold, "release", expiry_key(hold.id));
  draft.request_hash = encoder.text(std::string_view{"lad.expire.1"}).uuid(hold.id).sha256();
  return append(wallet, draft, now);
}

}  // namespace lad::ledger
