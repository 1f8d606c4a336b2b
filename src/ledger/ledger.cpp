#include "ledger/ledger.hpp"

#include "core/error.hpp"
#include "ledger/encoding.hpp"

namespace lad::ledger {
namespace {

constexpr std::size_t kMaxReferenceType = 50;
constexpr std::size_t kMaxDescription = 2000;
constexpr std::size_t kMaxMetadata = 65536;

[[noreturn]] void refuse(std::string message, std::string detail = {}) {
  throw Error{ErrorCode::invalid_argument, std::move(message), std::move(detail)};
}

bool is_identifier(std::string_view text) {
  bool after_word = false;
  for (const char c : text) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool joint = (c == '_' || c == '-') && after_word;
    if (!word && !joint) return false;
    after_word = word;
  }
  return after_word;
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

void require_key_for(Type type, std::string_view idempotency_key) {
  if (type == Type::debit) {
    require_spending_key(idempotency_key);
  } else {
    require_unreserved_key(idempotency_key);
  }
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

void require_reference_type(const std::optional<std::string>& reference_type) {
  if (!reference_type) return;
  if (is_identifier(*reference_type) && reference_type->size() <= kMaxReferenceType) return;
  refuse("reference_type must be a key of at most 50 characters",
         "A key has lower-case letters and digits, joined by single hyphens or underscores.");
}

void require_description(const std::optional<std::string>& description) {
  if (description && description->size() > kMaxDescription) {
    refuse("description must have at most 2000 bytes");
  }
}

void require_metadata(std::string_view metadata) {
  if (!metadata.starts_with('{')) refuse("metadata must be a json object");
  if (metadata.size() > kMaxMetadata) refuse("metadata must have at most 65536 bytes");
}

void require_valid(const Request& request, std::int64_t now_us) {
  if (request.type != Type::adjustment) {
    wallet::require_positive(request.amount, "amount");
  } else if (request.amount.is_zero()) {
    refuse("amount must not be zero");
  }
  require_key(request.idempotency_key);
  require_reference_type(request.reference_type);
  require_description(request.description);
  require_metadata(request.metadata);
  if (request.effective_at_us && *request.effective_at_us > now_us) {
    refuse("effective_at must not be in the future");
  }
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

Entry decide(const Request& request, wallet::Wallet& wallet, const Circumstances& now) {
  const Decimal amount = request.type == Type::debit ? -request.amount : request.amount;
  wallet::require_move(wallet, amount);
  require_expected(request, wallet);
  return append(wallet,
                {.type = to_string(request.type),
                 .amount = amount,
                 .reserved_delta = {},
                 .counter_account = std::string{counter_account(request.type)},
                 .idempotency_key = request.idempotency_key,
                 .reference_type = request.reference_type,
                 .reference_id = request.reference_id,
                 .description = request.description,
                 .metadata = request.metadata,
                 .effective_at_us = request.effective_at_us,
                 .request_hash = fingerprint(request)},
                now);
}

}  // namespace lad::ledger
