#include "calls/correction.hpp"

#include "core/decimal.hpp"
#include "core/error.hpp"
#include "pricing/pricing.hpp"

namespace lad::calls {
namespace {

constexpr std::size_t kMaxReason = 500;

std::string text_of(const JsonNode& item, const char* key) {
  const JsonNode* const value = item.find(key);
  return value == nullptr ? "" : value->text;
}

void set_quantity(JsonNode& item, std::int64_t quantity) {
  for (std::size_t i = 0; i < item.keys.size(); ++i) {
    if (item.keys[i] != "quantity") continue;
    item.children[i] = JsonNode{};
    item.children[i].kind = JsonNode::Kind::number;
    item.children[i].text = std::to_string(quantity);
  }
}

bool counts(const JsonNode& item, std::int64_t quantity) {
  return Decimal::parse(text_of(item, "quantity")) ==
         Decimal::from_native(detail::NativeInt128{quantity} * 1'000'000);
}

}  // namespace

JsonNode correct_items(JsonNode items, std::int64_t old_seconds, std::int64_t new_seconds) {
  bool corrected = false;
  for (JsonNode& item : items.children) {
    const std::string unit = text_of(item, "unit");
    if (unit == "second" && counts(item, old_seconds)) {
      set_quantity(item, new_seconds);
    } else if (unit == "minute" && counts(item, pricing::call_blocks(old_seconds))) {
      set_quantity(item, pricing::call_blocks(new_seconds));
    } else {
      continue;
    }
    corrected = true;
  }
  if (corrected) return items;
  throw Error{ErrorCode::invalid_argument, "no component of the call counts its duration",
              "A component in seconds or minutes whose quantity is the duration follows it."};
}

void require_valid_correction(std::int64_t duration_seconds, const std::string& reason) {
  if (duration_seconds < 0) {
    throw Error{ErrorCode::invalid_argument, "duration of a call is negative"};
  }
  if (reason.empty() || reason.size() > kMaxReason) {
    throw Error{ErrorCode::invalid_argument, "reason must have 1 to 500 bytes"};
  }
}

}  // namespace lad::calls
