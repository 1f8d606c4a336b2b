#include "pricing/entry.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "pricing/terms.hpp"

namespace lad::pricing {
namespace {

// The vocabularies of rules.md, which the table checks as well.
constexpr std::array<std::string_view, 6> kCategories{
    "enrichment", "llm", "stt", "tts", "telephony", "vm_infrastructure"};
constexpr std::array<std::string_view, 6> kUnits{"record", "token",     "second",
                                                 "minute", "character", "message"};
constexpr std::size_t kMaxProvider = 50;
constexpr std::size_t kMaxModel = 255;

[[noreturn]] void refuse(const std::string& what) {
  throw Error{ErrorCode::invalid_argument, what};
}

template <std::size_t kSize>
void require_word(const std::array<std::string_view, kSize>& words, const std::string& word,
                  const std::string& what) {
  if (std::find(words.begin(), words.end(), word) != words.end()) return;
  std::string list;
  for (const std::string_view known : words) (list += list.empty() ? "" : ", ") += known;
  throw Error{ErrorCode::invalid_argument, "unknown " + what + " of a price",
              "Known are " + list + "."};
}

void require_name(const std::string& name, const std::string& what, std::size_t max_length) {
  const auto is_start = [](unsigned char c) { return (c & 0xC0U) != 0x80U; };
  const auto length = static_cast<std::size_t>(std::count_if(name.begin(), name.end(), is_start));
  if (length == 0 || length > max_length) {
    refuse(what + " of a price must have 1 to " + std::to_string(max_length) + " characters");
  }
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (std::any_of(name.begin(), name.end(), is_control)) {
    refuse(what + " of a price must not have control characters");
  }
}

void require_currency(std::string_view currency) {
  const bool letters =
      std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (letters && currency.size() >= 3 && currency.size() <= 10) return;
  refuse("currency must be 3 to 10 capital letters");
}

}  // namespace

Rate require_valid(const NewPrice& price) {
  require_word(kCategories, price.category, "category");
  require_name(price.provider, "provider", kMaxProvider);
  require_name(price.model, "model", kMaxModel);
  require_word(kUnits, price.unit, "unit");
  require_currency(price.currency);
  if (price.metadata.kind != JsonNode::Kind::object)
    refuse("metadata of a price: must be an object");
  const Terms terms = read_terms(price.metadata);
  if (!terms.tiers.empty()) {
    const Rate first = terms.tiers.front().unit_price;
    if (!price.unit_price || *price.unit_price == first) return first;
    throw Error{ErrorCode::invalid_argument, "unit_price is not that of the first tier",
                "Where there are tiers they say what a unit costs.", "Leave unit_price null."};
  }
  if (!price.unit_price) throw Error{ErrorCode::null_argument, "unit_price must not be null"};
  if (price.unit_price->is_negative()) refuse("unit_price is negative");
  return *price.unit_price;
}

void require_valid_rate(std::string_view from, std::string_view to, Rate rate) {
  require_currency(from);
  require_currency(to);
  if (from == to) refuse("an exchange rate needs two currencies");
  if (rate.is_negative() || rate.is_zero()) refuse("an exchange rate must be above 0");
}

}  // namespace lad::pricing
