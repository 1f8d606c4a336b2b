#include "calls/start.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "ledger/encoding.hpp"
#include "ledger/keys.hpp"
#include "ledger/ledger.hpp"

namespace lad::calls {
namespace {

constexpr std::size_t kMaxDigits = 15;

[[noreturn]] void refuse(const char* message, const char* detail = "") {
  throw Error{ErrorCode::invalid_argument, message, detail};
}

[[noreturn]] void forbid(const char* message, const char* detail = "") {
  throw Error{ErrorCode::privilege, message, detail};
}

void require_number(std::string_view country_code, std::int64_t base_number) {
  constexpr const char* kForm = "A number is a country code such as +971 and at most 15 digits.";
  const std::string_view digits =
      country_code.substr(std::min<std::size_t>(1, country_code.size()));
  const bool sound =
      country_code.starts_with('+') && !digits.empty() && digits.size() <= 4 &&
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!sound) refuse("to_country_code must be a plus sign and 1 to 4 digits", kForm);
  if (base_number <= 0 || digits.size() + std::to_string(base_number).size() > kMaxDigits) {
    refuse("to_base_number is not a phone number", kForm);
  }
}

}  // namespace

void require_valid(const StartRequest& request) {
  require_number(request.to_country_code, request.to_base_number);
  ledger::require_key(request.idempotency_key);
  ledger::require_metadata(request.metadata);
  if (request.estimated_credits.is_negative()) refuse("estimated_credits must not be negative");
}

crypto::Digest fingerprint(const StartRequest& request) {
  ledger::Encoder encoder;
  return encoder.text(std::string_view{"lad.start_call.1"})
      .text(std::string_view{request.to_country_code})
      .integer(request.to_base_number)
      .integer(request.agent_id)
      .uuid(request.from_number_id)
      .uuid(request.lead_id)
      .amount(request.estimated_credits)
      .text(std::string_view{request.metadata})
      .sha256();
}

std::string hold_key(const Uuid& call_id) {
  return "call_hold:" + call_id.to_string();
}

void require_permitted(const Permissions& permissions) {
  if (!permissions.feature || !permissions.entitled) {
    forbid("the feature voice-agent is not on", "It belongs to the plan of the tenant.");
  }
  if (!permissions.number) {
    forbid("may not call from this number", "An owner or admin permits a number to a member.");
  }
  if (!permissions.capable) forbid("must have the capability make_calls to call");
}

}  // namespace lad::calls
