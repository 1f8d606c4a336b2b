#include "usage/usage.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace lad::usage {
namespace {

constexpr std::size_t kMaxKey = 200;
constexpr std::size_t kMaxName = 255;
constexpr std::size_t kMaxWholeDigits = Decimal::kPrecision - Decimal::kScale;

[[noreturn]] void refuse(std::size_t index, const std::string& what,
                         ErrorCode code = ErrorCode::invalid_argument) {
  throw Error{code, "usage item " + std::to_string(index + 1) + ": " + what};
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string read_name(const JsonNode& item, std::size_t index, const char* key) {
  const JsonNode* const value = item.find(key);
  if (value == nullptr || value->kind != JsonNode::Kind::string || value->text.empty()) {
    refuse(index, std::string(key) + " must be a string that is not empty");
  }
  if (value->text.size() > kMaxName) refuse(index, std::string(key) + " is too long");
  return value->text;
}

/// Checks by hand what Decimal::parse would refuse, so that the refusal names the item.
Decimal parse_quantity(std::string_view text, std::size_t index) {
  if (text.starts_with('-')) refuse(index, "quantity is negative");
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string_view whole = text.substr(0, point);
  std::string_view part = point < text.size() ? text.substr(point + 1) : std::string_view{};
  if (whole.empty() || !std::all_of(whole.begin(), whole.end(), is_digit) ||
      !std::all_of(part.begin(), part.end(), is_digit)) {
    refuse(index, "quantity is not a number");
  }
  whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));
  if (whole.size() > kMaxWholeDigits) {
    refuse(index, "quantity is too large", ErrorCode::out_of_range);
  }
  part = part.substr(0, part.find_last_not_of('0') + 1);
  if (part.size() > Decimal::kScale) {
    refuse(index, "quantity has more than 6 decimals", ErrorCode::inexact_amount);
  }
  return Decimal::parse(text.ends_with('.') ? text.substr(0, point) : text);
}

Decimal read_quantity(const JsonNode& item, std::size_t index) {
  const JsonNode* const value = item.find("quantity");
  if (value == nullptr ||
      (value->kind != JsonNode::Kind::number && value->kind != JsonNode::Kind::string)) {
    refuse(index, "quantity must be a number, or a string that holds one");
  }
  return parse_quantity(value->text, index);
}

/// The price of an item in a currency, if any is given.
const pricing::Price& find_price(const pricing::UsageItem& item, std::size_t index,
                                 std::span<const pricing::Price> prices, std::int64_t at_us,
                                 const std::optional<std::string>& currency) {
  std::vector<pricing::Price> usable;
  for (const pricing::Price& price : prices) {
    if (!currency || price.currency == *currency) usable.push_back(price);
  }
  if (currency && usable.empty() && !prices.empty()) {
    // Raises the missing price first, when there is none in any currency.
    pricing::resolve(item, prices, at_us);
    refuse(index, "its price is not in " + *currency, ErrorCode::currency_mismatch);
  }
  const Uuid found = pricing::resolve(item, usable, at_us).id;
  return *std::find_if(prices.begin(), prices.end(),
                       [&](const pricing::Price& price) { return price.id == found; });
}

}  // namespace

std::vector<pricing::UsageItem> read_items(const JsonNode& usage_items) {
  const std::vector<JsonNode>& nodes = usage_items.children;
  if (usage_items.kind != JsonNode::Kind::array || nodes.empty()) {
    throw Error{ErrorCode::invalid_argument, "usage_items must be an array with an item or more"};
  }
  if (nodes.size() > kMaxItems) {
    throw Error{ErrorCode::invalid_argument, "usage_items has more than 1000 items"};
  }
  std::vector<pricing::UsageItem> items;
  items.reserve(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].kind != JsonNode::Kind::object) refuse(i, "must be an object");
    items.push_back({read_name(nodes[i], i, "category"), read_name(nodes[i], i, "provider"),
                     read_name(nodes[i], i, "model"), read_name(nodes[i], i, "unit"),
                     read_quantity(nodes[i], i)});
  }
  return items;
}

Rated rate(std::span<const pricing::UsageItem> items, std::span<const pricing::Price> prices,
           std::int64_t at_us, const std::optional<std::string>& currency) {
  Rated rated;
  pricing::Total total;
  for (std::size_t i = 0; i < items.size(); ++i) {
    std::vector<pricing::Price> own;
    for (const pricing::Price& price : prices) {
      if (price.category == items[i].category && price.provider == items[i].provider &&
          price.unit == items[i].unit &&
          (price.model == items[i].model || price.model == pricing::kAnyModel)) {
        own.push_back(price);
      }
    }
    rated.items.push_back(pricing::price(items[i], find_price(items[i], i, own, at_us, currency)));
    total.add(rated.items.back());
  }
  rated.total = total.amount();
  rated.currency = total.currency();
  return rated;
}

std::string quantities_json(std::span<const pricing::UsageItem> items) {
  std::string json = "[";
  for (const pricing::UsageItem& item : items) {
    if (json.size() > 1) json += ',';
    json += "{\"quantity\":" + item.quantity.to_string() + "}";
  }
  return json + "]";
}

std::string prices_json(const Rated& rated) {
  std::string json = "[";
  for (const pricing::PricedItem& item : rated.items) {
    if (json.size() > 1) json += ',';
    json += "{\"quantity\":" + item.quantity.to_string() + ",\"price_id\":\"" +
            item.price_id.to_string() + "\",\"unit_price\":" + item.unit_price.to_string() +
            ",\"cost\":" + item.cost.to_string() + "}";
  }
  return json + "]";
}

void require_usable_key(std::string_view key) {
  if (key.empty() || key.size() > kMaxKey) {
    throw Error{ErrorCode::invalid_argument, "idempotency key must have 1 to 200 characters"};
  }
  if (std::any_of(key.begin(), key.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
    throw Error{ErrorCode::invalid_argument, "idempotency key must not have control characters"};
  }
  if (key.starts_with("call:") || key.starts_with("ai_message:") ||
      key.starts_with("charge_usage_")) {
    throw Error{
        ErrorCode::invalid_argument, "idempotency key has a reserved prefix",
        "Keys that start with call:, ai_message: or charge_usage_ are the extension's own."};
  }
}

}  // namespace lad::usage
