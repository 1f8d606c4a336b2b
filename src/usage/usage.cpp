#include "usage/usage.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "pricing/number.hpp"

namespace lad::usage {
namespace {

constexpr std::size_t kMaxKey = 200;
constexpr std::size_t kMaxName = 255;

[[noreturn]] void refuse(std::size_t index, const std::string& what,
                         ErrorCode code = ErrorCode::invalid_argument) {
  throw Error{code, "usage item " + std::to_string(index + 1) + ": " + what};
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
  if (const auto flaw = pricing::find_flaw(text, Decimal::kScale)) {
    refuse(index, "quantity " + flaw->what, flaw->code);
  }
  return Decimal::parse(text);
}

Decimal read_quantity(const JsonNode& item, std::size_t index) {
  const JsonNode* const value = item.find("quantity");
  if (value == nullptr ||
      (value->kind != JsonNode::Kind::number && value->kind != JsonNode::Kind::string)) {
    refuse(index, "quantity must be a number, or a string that holds one");
  }
  return parse_quantity(value->text, index);
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

std::string quantities_json(std::span<const pricing::UsageItem> items) {
  std::string json = "[";
  for (const pricing::UsageItem& item : items) {
    if (json.size() > 1) json += ',';
    json += "{\"quantity\":" + item.quantity.to_string() + "}";
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
