#include "usage/items.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"

namespace lad::usage {
namespace {

/// What only we say of an item, in the spellings of the application too.
constexpr std::array<std::string_view, 11> kOurs{
    "quantity",    "unit_price",    "unitPrice",      "price_id",       "priceId",      "cost",
    "price_model", "free_quantity", "minimum_charge", "price_currency", "exchange_rate"};

/// Takes the objects of an array one by one, as text.
class Objects {
 public:
  explicit Objects(std::string_view array) : rest_(array) {}

  /// The members of the next object, without its braces.
  std::string_view next_members() {
    const std::size_t first = rest_.find('{');
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = first; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (in_string && c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = !in_string;
      } else if (!in_string && c == '{') {
        ++depth;
      } else if (!in_string && c == '}' && --depth == 0) {
        const std::string_view members = rest_.substr(first + 1, i - first - 1);
        rest_.remove_prefix(i + 1);
        return members;
      }
    }
    throw Error{ErrorCode::internal, "fewer prices than usage items"};
  }

 private:
  std::string_view rest_;
};

JsonNode without_ours(const JsonNode& item) {
  JsonNode kept;
  kept.kind = JsonNode::Kind::object;
  for (std::size_t i = 0; i < item.keys.size(); ++i) {
    if (std::find(kOurs.begin(), kOurs.end(), item.keys[i]) != kOurs.end()) continue;
    kept.keys.push_back(item.keys[i]);
    kept.children.push_back(item.children[i]);
  }
  return kept;
}

}  // namespace

std::string merge_prices(const JsonNode& items, std::string_view prices) {
  Objects objects{prices};
  std::string merged = "[";
  for (const JsonNode& item : items.children) {
    if (merged.size() > 1) merged += ',';
    std::string text = to_text(without_ours(item));
    text.pop_back();
    if (text.size() > 1) text += ',';
    merged += text.append(objects.next_members()) + "}";
  }
  return merged + "]";
}

}  // namespace lad::usage
