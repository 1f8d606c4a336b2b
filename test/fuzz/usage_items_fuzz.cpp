// Usage items out of JSON, and the numbers and keys in them: what is accepted is exact and in
// range.
#include <string>
#include <string_view>

#include "core/decimal.hpp"
#include "core/json.hpp"
#include "fuzz.hpp"
#include "tenancy/access.hpp"
#include "usage/usage.hpp"

namespace {

using namespace lad;
using Kind = JsonNode::Kind;

JsonNode text_node(Kind kind, std::string text) {
  JsonNode node;
  node.kind = kind;
  node.text = std::move(text);
  return node;
}

JsonNode any_node(FuzzedDataProvider& data, int depth);

void add_members(FuzzedDataProvider& data, JsonNode& node, int depth) {
  constexpr const char* kNames[] = {"category", "provider", "model", "unit", "quantity", "other"};
  for (int count = data.ConsumeIntegralInRange(0, 6); count > 0; --count) {
    if (node.kind == Kind::object) node.keys.emplace_back(data.PickValueInArray(kNames));
    node.children.push_back(any_node(data, depth + 1));
  }
}

JsonNode any_node(FuzzedDataProvider& data, int depth) {
  JsonNode node;
  node.kind = data.PickValueInArray(
      {Kind::null, Kind::boolean, Kind::number, Kind::string, Kind::array, Kind::object});
  if (node.kind == Kind::boolean) node.boolean = data.ConsumeBool();
  if (node.kind == Kind::number || node.kind == Kind::string) {
    node.text = data.ConsumeRandomLengthString(300);
  }
  if ((node.kind == Kind::array || node.kind == Kind::object) && depth < 4) {
    add_members(data, node, depth);
  }
  return node;
}

/// Mostly of the characters that numbers are made of.
std::string any_number_text(FuzzedDataProvider& data) {
  if (data.ConsumeIntegralInRange(0, 7) == 0) return data.ConsumeRandomLengthString(40);
  constexpr std::string_view kCharacters = "0123456789012345678900.-+eE ";
  std::string text;
  for (int size = data.ConsumeIntegralInRange(0, 30); size > 0; --size) {
    text += kCharacters[data.ConsumeIntegralInRange<std::size_t>(0, kCharacters.size() - 1)];
  }
  return text;
}

std::string any_name(FuzzedDataProvider& data) {
  return std::string(data.ConsumeIntegralInRange<std::size_t>(0, 300), 'x');
}

/// An item of the right shape, so that the values in it are reached.
JsonNode any_item(FuzzedDataProvider& data) {
  JsonNode item;
  item.kind = Kind::object;
  for (const char* name : {"category", "provider", "model", "unit"}) {
    item.keys.emplace_back(name);
    item.children.push_back(text_node(Kind::string, any_name(data)));
  }
  item.keys.emplace_back("quantity");
  item.children.push_back(
      text_node(data.ConsumeBool() ? Kind::string : Kind::number, any_number_text(data)));
  return item;
}

JsonNode any_items(FuzzedDataProvider& data) {
  if (data.ConsumeBool()) return any_node(data, 0);
  JsonNode items;
  items.kind = Kind::array;
  for (int count = data.ConsumeIntegralInRange(1, 3); count > 0; --count) {
    items.children.push_back(any_item(data));
  }
  return items;
}

void check_accepted(const JsonNode& node, const std::vector<pricing::UsageItem>& items) {
  fuzz::require(node.kind == Kind::array && items.size() == node.children.size(),
                "each element is an item");
  std::string expected = "[";
  for (std::size_t i = 0; i < items.size(); ++i) {
    const pricing::UsageItem& item = items[i];
    for (const std::string& name : {item.category, item.provider, item.model, item.unit}) {
      fuzz::require(!name.empty() && name.size() <= 255, "names have 1 to 255 bytes");
    }
    fuzz::require(item.category == node.children[i].find("category")->text, "names are kept");
    fuzz::require(!item.quantity.is_negative(), "a quantity is not negative");
    const std::string written = item.quantity.to_string();
    fuzz::require(Decimal::parse(written) == item.quantity, "a quantity is read back");
    expected += (i == 0 ? "{\"quantity\":" : ",{\"quantity\":") + written + "}";
  }
  fuzz::require(usage::quantities_json(items) == expected + "]", "the stored form is canonical");

  // The stored form, read as items again, is the same.
  JsonNode again = node;
  for (std::size_t i = 0; i < items.size(); ++i) {
    again.children[i] = JsonNode{};
    again.children[i].kind = Kind::object;
    again.children[i].keys = {"category", "provider", "model", "unit", "quantity"};
    again.children[i].children = {
        text_node(Kind::string, items[i].category), text_node(Kind::string, items[i].provider),
        text_node(Kind::string, items[i].model), text_node(Kind::string, items[i].unit),
        text_node(Kind::number, items[i].quantity.to_string())};
  }
  fuzz::require(usage::quantities_json(usage::read_items(again)) == expected + "]",
                "what was stored is read back");
}

void check_items(const JsonNode& node) {
  try {
    check_accepted(node, usage::read_items(node));
  } catch (const Error& error) {
    fuzz::require(error.code() == ErrorCode::invalid_argument ||
                      error.code() == ErrorCode::inexact_amount ||
                      error.code() == ErrorCode::out_of_range,
                  "items are refused for a documented reason");
  }
}

template <typename Number>
void check_number(const std::string& text) {
  try {
    const Number number = Number::parse(text);
    const std::string written = number.to_string();
    fuzz::require(Number::parse(written) == number, "a number is read back");
    fuzz::require(Number::parse(written).to_string() == written, "its text is canonical");
    fuzz::require(number.is_negative() == written.starts_with('-'), "its sign is kept");
  } catch (const Error&) {
  }
}

void check_keys(const std::string& key) {
  try {
    usage::require_usable_key(key);
    fuzz::require(!key.empty() && key.size() <= 200 && !key.starts_with("call:") &&
                      key.find('\n') == std::string::npos && key.find('\0') == std::string::npos,
                  "a usable key is short, printable and nobody else's");
  } catch (const Error& error) {
    fuzz::require(error.code() == ErrorCode::invalid_argument, "a key is refused as an argument");
  }
  try {
    tenancy::require_feature_key(key);
    fuzz::require(
        key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos &&
            !key.starts_with('-') && !key.ends_with('-') && key.find("--") == std::string::npos &&
            !key.empty() && key.size() <= 100,
        "a feature key is kebab-case");
  } catch (const Error& error) {
    fuzz::require(error.code() == ErrorCode::invalid_argument, "a key is refused as an argument");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  FuzzedDataProvider data(bytes, size);
  check_items(any_items(data));
  const std::string number = any_number_text(data);
  check_number<Decimal>(number);
  check_number<Rate>(number);
  check_keys(data.ConsumeRemainingBytesAsString());
  return 0;
}
