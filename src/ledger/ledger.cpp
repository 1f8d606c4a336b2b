#include "ledger/ledger.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "ledger/encoding.hpp"

namespace lad::ledger {
namespace {

constexpr std::size_t kMaxKeyCharacters = 200;
constexpr std::string_view kUsagePrefix = "charge_usage_";
constexpr std::size_t kMaxReferenceType = 50;
constexpr std::size_t kMaxDescription = 2000;
constexpr std::size_t kMaxMetadata = 65536;

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

void require_key(std::string_view key) {
  const std::size_t length = count_characters(key);
  if (length < 1 || length > kMaxKeyCharacters) {
    refuse("idempotency_key must have 1 to 200 characters");
  }
  if (std::any_of(key.begin(), key.end(), is_control)) {
    refuse("idempotency_key must not contain control characters");
  }
}

bool is_key(std::string_view text) {
  bool after_word = false;
  for (const char c : text) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool joint = (c == '_' || c == '-') && after_word;
    if (!word && !joint) return false;
    after_word = word;
  }
  return after_word;
}

void require_reference_type(std::string_view type) {
  if (is_key(type) && type.size() <= kMaxReferenceType) return;
  refuse("reference_type must be a key of at most 50 characters",
         "A key has lower-case letters and digits, joined by single hyphens or underscores.");
}

std::string_view counter_account(Type type) {
  switch (type) {
    case Type::topup:
      return "funding";
    case Type::debit:
      return "revenue";
    case Type::credit:
      return "refunds";
    case Type::adjustment:
      break;
  }
  return "adjustments";
}

void require_allowed(const wallet::Wallet& wallet, Decimal signed_amount) {
  if (!signed_amount.is_negative()) {
    wallet::require_takes(wallet);
    return;
  }
  wallet::require_gives(wallet);
  wallet::require_funds(wallet, -signed_amount);
}

void require_expected(const Request& request, const wallet::Wallet& wallet) {
  if (!request.expected_balance || *request.expected_balance == wallet.current) return;
  throw Error{ErrorCode::balance_not_as_expected, "balance is not as expected",
              "The balance is " + wallet.current.to_string() + ", expected was " +
                  request.expected_balance->to_string() + "."};
}

}  // namespace

Type parse_type(std::string_view text) {
  if (text == "topup") return Type::topup;
  if (text == "debit") return Type::debit;
  if (text == "credit") return Type::credit;
  if (text == "adjustment") return Type::adjustment;
  refuse("transaction_type must be topup, debit, credit or adjustment");
}

std::string_view to_string(Type type) {
  switch (type) {
    case Type::topup:
      return "topup";
    case Type::debit:
      return "debit";
    case Type::credit:
      return "credit";
    case Type::adjustment:
      break;
  }
  return "adjustment";
}

void require_valid(const Request& request, std::int64_t now_us) {
  if (request.type != Type::adjustment) {
    wallet::require_positive(request.amount, "amount");
  } else if (request.amount.is_zero()) {
    refuse("amount must not be zero");
  }
  require_key(request.idempotency_key);
  if (request.reference_type) require_reference_type(*request.reference_type);
  if (request.description && request.description->size() > kMaxDescription) {
    refuse("description must have at most 2000 bytes");
  }
  if (request.metadata.empty() || request.metadata.front() != '{') {
    refuse("metadata must be a json object");
  }
  if (request.metadata.size() > kMaxMetadata) refuse("metadata must have at most 65536 bytes");
  if (request.effective_at_us && *request.effective_at_us > now_us) {
    refuse("effective_at must not be in the future");
  }
}

void require_unreserved_key(std::string_view idempotency_key) {
  if (!idempotency_key.starts_with(kUsagePrefix)) return;
  refuse("idempotency_key must not start with charge_usage_",
         "Such keys belong to the charges of usage events.");
}

std::string usage_key(const Uuid& usage_event_id) {
  return std::string(kUsagePrefix) + usage_event_id.to_string();
}

crypto::Digest fingerprint(const Request& request) {
  Encoder encoder;
  return encoder.text(std::string_view{"lad.request.1"})
      .text(to_string(request.type))
      .uuid(request.wallet_id)
      .amount(request.amount)
      .text(request.reference_type)
      .uuid(request.reference_id)
      .text(request.description)
      .text(std::string_view{request.metadata})
      .integer(request.effective_at_us)
      .sha256();
}

crypto::Digest row_hash(const Entry& entry) {
  Encoder encoder;
  return encoder.text(std::string_view{"lad.row.1"})
      .digest(entry.prev_hash)
      .uuid(entry.tenant_id)
      .uuid(entry.wallet_id)
      .integer(entry.seq)
      .uuid(entry.id)
      .text(std::string_view{entry.type})
      .amount(entry.amount)
      .amount(entry.balance_before)
      .amount(entry.balance_after)
      .amount(entry.reserved_delta)
      .text(std::string_view{entry.counter_account})
      .text(std::string_view{entry.currency})
      .text(entry.reference_type)
      .uuid(entry.reference_id)
      .text(std::string_view{entry.idempotency_key})
      .uuid(entry.reverses_id)
      .uuid(entry.created_by)
      .text(entry.description)
      .text(std::string_view{entry.metadata})
      .integer(entry.effective_at_us)
      .integer(entry.created_at_us)
      .digest(entry.request_hash)
      .sha256();
}

void require_signs(std::string_view type, Decimal amount, Decimal reserved_delta) {
  const Decimal zero;
  bool right = !amount.is_zero();
  if (type == "topup" || type == "credit") right = amount > zero;
  if (type == "debit" || type == "expiry") right = amount < zero;
  if (type == "reservation") right = amount.is_zero() && reserved_delta > zero;
  if (type == "release") right = amount.is_zero() && reserved_delta < zero;
  if (right) return;
  throw Error{ErrorCode::check_failed, "amounts of a ledger row contradict its type",
              "A " + std::string(type) + " of " + amount.to_string() +
                  " that changes the reserve by " + reserved_delta.to_string() + " cannot be."};
}

Entry decide(const Request& request, const wallet::Wallet& wallet, const Circumstances& now) {
  const Decimal amount = request.type == Type::debit ? -request.amount : request.amount;
  require_allowed(wallet, amount);
  require_expected(request, wallet);

  Entry entry;
  entry.id = now.id;
  entry.tenant_id = now.tenant_id;
  entry.wallet_id = wallet.id;
  entry.seq = wallet.last_seq + 1;
  entry.type = to_string(request.type);
  entry.amount = amount;
  entry.balance_before = wallet.current;
  entry.balance_after = wallet.current + amount;
  entry.counter_account = counter_account(request.type);
  entry.currency = wallet.currency;
  entry.reference_type = request.reference_type;
  entry.reference_id = request.reference_id;
  entry.idempotency_key = request.idempotency_key;
  entry.created_by = now.user_id;
  entry.description = request.description;
  entry.metadata = request.metadata;
  entry.effective_at_us = request.effective_at_us.value_or(now.now_us);
  entry.created_at_us = now.now_us;
  entry.request_hash = fingerprint(request);
  entry.prev_hash = wallet.last_hash;
  entry.row_hash = row_hash(entry);
  return entry;
}

Posting to_posting(const Entry& entry, const wallet::Wallet& before) {
  Posting posting;
  posting.transaction_id = entry.id;
  posting.wallet_id = entry.wallet_id;
  posting.seq = entry.seq;
  posting.type = entry.type;
  posting.amount = entry.amount;
  posting.balance_before = entry.balance_before;
  posting.balance_after = entry.balance_after;
  posting.available = wallet::available(before) + entry.amount;
  posting.currency = entry.currency;
  posting.created_at_us = entry.created_at_us;
  return posting;
}

}  // namespace lad::ledger
