#include "ledger/keys.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace lad::ledger {
namespace {

constexpr std::size_t kMaxCharacters = 200;
constexpr std::string_view kUsage = "charge_usage_";
constexpr std::string_view kVoid = "void_usage_";
constexpr std::string_view kCounterpart = "counterpart:";
constexpr std::string_view kExpiry = "expire:";
constexpr std::string_view kOpening = "migrate_credits:";
constexpr std::string_view kPayment = "stripe_";

[[noreturn]] void refuse(std::string message, std::string detail = {}) {
  throw Error{ErrorCode::invalid_argument, std::move(message), std::move(detail)};
}

std::size_t count_characters(std::string_view utf8) {
  return std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

std::string with_prefix(std::string_view prefix, std::string_view rest) {
  return std::string(prefix).append(rest);
}

}  // namespace

void require_key(std::string_view idempotency_key) {
  const std::size_t length = count_characters(idempotency_key);
  if (length < 1 || length > kMaxCharacters) {
    refuse("idempotency_key must have 1 to 200 characters");
  }
  if (std::any_of(idempotency_key.begin(), idempotency_key.end(), is_control)) {
    refuse("idempotency_key must not contain control characters");
  }
}

void require_unreserved_key(std::string_view idempotency_key) {
  for (const std::string_view prefix : {kUsage, kVoid, kCounterpart, kExpiry, kOpening}) {
    if (!idempotency_key.starts_with(prefix)) continue;
    refuse(with_prefix("idempotency_key must not start with ", prefix),
           "Such keys belong to rows that the extension writes by itself.");
  }
}

void require_spending_key(std::string_view idempotency_key) {
  require_unreserved_key(idempotency_key);
  if (!idempotency_key.starts_with(kPayment)) return;
  refuse(with_prefix("idempotency_key must not start with ", kPayment),
         "Such keys belong to payments.");
}

std::string usage_key(const Uuid& usage_event_id) {
  return with_prefix(kUsage, usage_event_id.to_string());
}

std::string void_key(const Uuid& usage_event_id) {
  return with_prefix(kVoid, usage_event_id.to_string());
}

std::string counterpart_key(std::string_view idempotency_key) {
  return with_prefix(kCounterpart, idempotency_key);
}

std::string capture_key(const Uuid& hold_id) {
  return with_prefix("capture:", hold_id.to_string());
}

std::string release_key(const Uuid& hold_id) {
  return with_prefix("release:", hold_id.to_string());
}

std::string expiry_key(const Uuid& hold_id) {
  return with_prefix(kExpiry, hold_id.to_string());
}

std::string grant_expiry_key(const Uuid& grant_id, std::int64_t seq) {
  return expiry_key(grant_id) + ":" + std::to_string(seq);
}

std::string opening_key(const Uuid& user_id) {
  return with_prefix(kOpening, user_id.to_string());
}

}  // namespace lad::ledger
