/// Time of the pricing rules: nanoseconds of CPU for an event of four components, one line a cycle:
/// four plain prices, and one of each kind of terms, one of them converted.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "pricing/rating.hpp"

namespace {

using lad::Decimal;
using lad::JsonNode;
using lad::Rate;
using namespace lad::pricing;

constexpr int kEvents = 200'000;
using Members = std::initializer_list<std::pair<const char*, JsonNode>>;

JsonNode scalar(JsonNode::Kind kind, const char* text) {
  JsonNode node;
  node.kind = kind;
  node.text = text;
  return node;
}

JsonNode object(Members members) {
  JsonNode node;
  node.kind = JsonNode::Kind::object;
  for (const auto& [key, value] : members) {
    node.keys.emplace_back(key);
    node.children.push_back(value);
  }
  return node;
}

JsonNode number(const char* digits) {
  return scalar(JsonNode::Kind::number, digits);
}

JsonNode text(const char* word) {
  return scalar(JsonNode::Kind::string, word);
}

std::vector<UsageItem> items_of_a_call() {
  return {{"stt", "openai", "whisper-1", "second", Decimal::parse("137")},
          {"llm", "openai", "gpt-4", "token", Decimal::parse("1500")},
          {"tts", "openai", "tts-1", "character", Decimal::parse("842")},
          {"telephony", "twilio", "voice", "minute", Decimal::parse("3")}};
}

/// Each item has a price of its own, everyone's for the model and one for any model.
Catalog plain_catalog() {
  Catalog catalog;
  for (const UsageItem& item : items_of_a_call()) {
    for (int step = 0; step < 3; ++step) {
      Price price{};
      price.category = item.category;
      price.provider = item.provider;
      price.model = step == 1 ? std::string(kAnyModel) : item.model;
      price.unit = item.unit;
      price.unit_price = Rate::parse("0.00003");
      price.currency = "USD";
      if (step == 2) price.tenant = lad::Uuid{};
      catalog.prices.push_back(price);
    }
  }
  return catalog;
}

Catalog catalog_with_terms() {
  Catalog catalog = plain_catalog();
  const auto own = [&](std::size_t item) -> Price& { return catalog.prices[item * 3 + 2]; };
  JsonNode tiers;
  tiers.kind = JsonNode::Kind::array;
  tiers.children = {object({{"up_to", number("1000")}, {"unit_price", number("0.00003")}}),
                    object({{"up_to", number("100000")}, {"unit_price", number("0.00002")}}),
                    object({{"up_to", JsonNode{}}, {"unit_price", number("0.00001")}})};
  own(0).metadata = object({{"free_quantity", number("60")}, {"minimum_charge", number("0.01")}});
  own(1).metadata = object({{"model", text("graduated")}, {"tiers", tiers}});
  own(2).metadata = object({{"model", text("package")}, {"package_size", number("100")}});
  own(3).currency = "EUR";
  catalog.rates.push_back({std::nullopt, "EUR", "USD", Rate::parse("1.0837"), 0, std::nullopt});
  return catalog;
}

double ns_per_event(const Catalog& catalog, Decimal& sum) {
  const std::vector<UsageItem> items = items_of_a_call();
  const std::clock_t started = std::clock();
  for (int i = 0; i < kEvents; ++i) sum += rate(items, catalog, i, "USD").total;
  return static_cast<double>(std::clock() - started) / CLOCKS_PER_SEC / kEvents * 1e9;
}

}  // namespace

int main(int count, char** arguments) {
  const int cycles = count > 1 ? std::atoi(arguments[1]) : 4;
  const Catalog plain = plain_catalog();
  const Catalog terms = catalog_with_terms();
  Decimal sum;
  ns_per_event(plain, sum);
  for (int cycle = 0; cycle < cycles; ++cycle) {
    const double first = ns_per_event(plain, sum);
    std::printf("%.1f %.1f\n", first, ns_per_event(terms, sum));
  }
  // What is added up cannot be left out by the compiler.
  return sum.is_zero() ? 1 : 0;
}
