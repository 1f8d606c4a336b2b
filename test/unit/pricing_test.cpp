#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "expect_error.hpp"
#include "pricing/rating.hpp"

namespace lad::pricing {
namespace {

using test::code_of;

UsageItem item(const char* category, const char* provider, const char* model, const char* unit,
               const char* quantity) {
  return {category, provider, model, unit, Decimal::parse(quantity)};
}

Price price_of(const UsageItem& of, const char* unit_price, const char* currency = "USD") {
  Price row;
  row.category = of.category;
  row.provider = of.provider;
  row.model = of.model;
  row.unit = of.unit;
  row.unit_price = Rate::parse(unit_price);
  row.currency = currency;
  return row;
}

struct Example {
  UsageItem item;
  const char* unit_price;
  const char* cost;
};

TEST(Price, WorkedExamplesOfTheCatalog) {
  for (const auto& [of, unit_price, cost] : std::vector<Example>{
           {item("stt", "openai", "whisper-1", "second", "137"), "0.0001", "0.013700"},
           {item("llm", "openai", "gpt-4", "token", "1234"), "0.00003", "0.037020"},
           {item("llm", "openai", "gpt-3.5-turbo", "token", "1"), "0.000002", "0.000002"},
           {item("llm", "small", "mini", "token", "1"), "0.00000015", "0.000000"},
           {item("llm", "small", "mini", "token", "4"), "0.00000015", "0.000001"},
           {item("llm", "small", "mini", "token", "1000000"), "0.00000015", "0.150000"},
           {item("tts", "openai", "tts-1", "character", "333"), "0.000015", "0.004995"},
           {item("tts", "openai", "tts-1-hd", "character", "333"), "0.00003", "0.009990"},
           {item("telephony", "twilio", "voice", "minute", "2.5"), "0.013", "0.032500"},
           {item("telephony", "twilio", "sms", "message", "3"), "0.0075", "0.022500"},
           {item("vm_infrastructure", "runpod", "vm", "second", "86400"), "0.0002", "17.280000"},
           {item("enrichment", "apollo", "contact", "record", "25"), "0.02", "0.500000"},
           {item("enrichment", "apollo", "company", "record", "0"), "0.05", "0.000000"},
           {item("enrichment", "apollo", "company", "record", "7"), "0", "0.000000"},
       }) {
    const Price row = price_of(of, unit_price);
    const PricedItem priced = price(of, row);
    EXPECT_EQ(priced.cost.to_string(), cost) << of.model;
    EXPECT_EQ(priced.quantity, of.quantity);
    EXPECT_EQ(priced.unit_price, row.unit_price);
    EXPECT_EQ(priced.currency, "USD");
  }
}

TEST(Price, RefusesANegativeQuantityAndACostTooLarge) {
  const UsageItem negative = item("llm", "openai", "gpt-4", "token", "-0.000001");
  EXPECT_EQ(code_of([&] { price(negative, price_of(negative, "1")); }), "invalid_argument");
  const UsageItem huge = item("llm", "openai", "gpt-4", "token", "99999999999999");
  EXPECT_EQ(code_of([&] { price(huge, price_of(huge, "2")); }), "out_of_range");
}

const Uuid kTenant = Uuid::parse("11111111-1111-1111-1111-111111111111");
const UsageItem kItem = item("llm", "openai", "gpt-4", "token", "1");

Price row(const char* unit_price, bool own, bool exact_model) {
  Price result = price_of(kItem, unit_price);
  if (own) result.tenant = kTenant;
  if (!exact_model) result.model = kAnyModel;
  return result;
}

/// The unit price that is found, "none" when there are only prices in other currencies.
std::string resolved(std::vector<Price> prices, std::int64_t at_us = 0,
                     const std::optional<std::string>& currency = std::nullopt,
                     std::vector<ExchangeRate> rates = {}) {
  const Catalog catalog{std::move(prices), std::move(rates)};
  const auto found = resolve(kItem, catalog, at_us, currency);
  return found ? found->price->unit_price.to_string().substr(0, 1) : "none";
}

TEST(Resolve, TenantBeforeGlobalAndModelBeforeAny) {
  std::vector<Price> order = {row("1", true, true), row("2", true, false), row("3", false, true),
                              row("4", false, false)};
  // A newer price of a later step must not win.
  for (int i = 0; i < 4; ++i) order[i].effective_from_us = -1000 + i;
  for (const char* expected : {"1", "2", "3", "4"}) {
    std::vector<Price> shuffled(order.rbegin(), order.rend());
    EXPECT_EQ(resolved(order), expected);
    EXPECT_EQ(resolved(shuffled), expected);
    order.erase(order.begin());
  }
  EXPECT_EQ(code_of([&] { resolved({}); }), "no_price");
}

TEST(Resolve, TheNewestInForceWins) {
  std::vector<Price> prices = {row("1", false, true), row("2", false, true), row("3", false, true)};
  prices[0].effective_from_us = 100;
  prices[1].effective_from_us = 300;
  prices[2].effective_from_us = 200;
  EXPECT_EQ(resolved(prices, 250), "3");
  EXPECT_EQ(resolved(prices, 300), "2");
  EXPECT_EQ(resolved(prices, 299), "3");
  EXPECT_EQ(code_of([&] { resolved(prices, 99); }), "no_price");
}

TEST(Resolve, TheIntervalIsHalfOpen) {
  Price only = row("1", false, true);
  only.effective_from_us = 100;
  only.effective_to_us = 200;
  EXPECT_EQ(code_of([&] { resolved({only}, 99); }), "no_price");
  EXPECT_EQ(resolved({only}, 100), "1");
  EXPECT_EQ(resolved({only}, 199), "1");
  EXPECT_EQ(code_of([&] { resolved({only}, 200); }), "no_price");
}

TEST(Resolve, AnEndedOrInactivePriceGivesWayToTheNextStep) {
  Price own = row("1", true, true);
  const Price global = row("3", false, true);
  own.is_active = false;
  EXPECT_EQ(resolved({own, global}), "3");
  own.is_active = true;
  own.effective_to_us = 0;
  EXPECT_EQ(resolved({own, global}), "3");
}

TEST(Resolve, EveryOtherPartOfTheKeyMustBeEqual) {
  for (std::string Price::*part : {&Price::category, &Price::provider, &Price::unit}) {
    Price other = row("1", true, false);
    other.*part = "*";
    EXPECT_EQ(code_of([&] { resolved({other}); }), "no_price");
  }
  Price other = row("1", true, true);
  other.model = "gpt-4o";
  EXPECT_EQ(code_of([&] { resolved({other}); }), "no_price");
}

TEST(Resolve, EqualPricesAreDecidedByTheirId) {
  Price low = row("1", false, true);
  Price high = row("2", false, true);
  high.id.bytes[15] = 1;
  EXPECT_EQ(resolved({low, high}), "2");
  EXPECT_EQ(resolved({high, low}), "2");
}

TEST(Resolve, TheErrorNamesTheItem) {
  const auto error = test::error_of([] { resolved({}); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message(), "no price for llm openai gpt-4 per token");
}

Price in(const char* currency, Price price) {
  price.currency = currency;
  return price;
}

ExchangeRate rate_of(const char* from, const char* to, const char* value, bool own = false) {
  ExchangeRate rate;
  if (own) rate.tenant = kTenant;
  rate.from = from;
  rate.to = to;
  rate.rate = Rate::parse(value);
  return rate;
}

TEST(Resolve, TheStepComesBeforeTheCurrencyAndTheCurrencyBeforeTheNewest) {
  const Price tenant = in("EUR", row("1", true, false));
  const Price asked = in("USD", row("3", false, true));
  Price newer = in("EUR", row("4", false, true));
  newer.effective_from_us = -1;
  Price old = asked;
  old.effective_from_us = -9;
  const std::vector<ExchangeRate> rates = {rate_of("EUR", "USD", "1.1")};
  // Without a rate the tenant's own price does not count.
  EXPECT_EQ(resolved({tenant, asked}, 0, "USD"), "3");
  EXPECT_EQ(resolved({tenant, asked}, 0, "USD", rates), "1");
  EXPECT_EQ(resolved({newer, old}, 0, "USD", rates), "3");
  EXPECT_EQ(resolved({old, newer}, 0, "USD", rates), "3");
  EXPECT_EQ(resolved({newer}, 0, "USD"), "none");
  EXPECT_EQ(resolved({newer}, 0, "USD", {rate_of("USD", "EUR", "0.9")}), "none");
  EXPECT_EQ(code_of([&] { resolved({newer}, -2, "USD"); }), "no_price");
}

TEST(Resolve, ARateCountsWhileItIsInForce) {
  ExchangeRate rate = rate_of("EUR", "USD", "1.1");
  rate.effective_from_us = 100;
  rate.effective_to_us = 200;
  const Price price = in("EUR", row("1", false, true));
  for (const auto& [at_us, expected] : std::vector<std::pair<int, const char*>>{
           {99, "none"}, {100, "1"}, {199, "1"}, {200, "none"}}) {
    EXPECT_EQ(resolved({price}, at_us, "USD", {rate}), expected) << at_us;
  }
}

TEST(Rate, ConvertsWithOneRoundingAndTheTenantsOwnRate) {
  const Catalog catalog{{in("EUR", price_of(kItem, "0.0000005"))},
                        {rate_of("EUR", "USD", "9"), rate_of("EUR", "USD", "0.9", true)}};
  const UsageItem three = item("llm", "openai", "gpt-4", "token", "3");
  const Rated rated = rate(std::vector{three}, catalog, 0, "USD");
  // 0.00000135; the cost in euros, rounded first, would give 0.000002.
  EXPECT_EQ(rated.total.to_string(), "0.000001");
  EXPECT_EQ(rated.currency, "USD");
  EXPECT_EQ(rated.items.at(0).unit_price.to_string(), "0.0000005000");
  EXPECT_EQ(rated.items.at(0).price_currency, "EUR");
  EXPECT_EQ(rated.items.at(0).exchange_rate, Rate::parse("0.9"));
  EXPECT_NE(prices_json(rated).find("\"price_currency\":\"EUR\",\"exchange_rate\":0.9000000000"),
            std::string::npos);
  const auto error = test::error_of([&] { rate(std::vector{three, three}, catalog, 0, "GBP"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message(), "usage item 1: its price is not in GBP");
  EXPECT_EQ(error->code(), ErrorCode::currency_mismatch);
}

PricedItem costing(const char* cost, const char* currency = "USD") {
  PricedItem priced;
  priced.cost = Decimal::parse(cost);
  priced.currency = currency;
  return priced;
}

TEST(Total, SumsRoundedItems) {
  // Three items of half a millionth cost three millionths: each is rounded, not their sum.
  const UsageItem half = item("llm", "small", "mini", "token", "1");
  Total total;
  EXPECT_TRUE(total.amount().is_zero());
  EXPECT_EQ(total.currency(), "");
  for (int i = 0; i < 3; ++i) total.add(price(half, price_of(half, "0.0000005")));
  EXPECT_EQ(total.amount().to_string(), "0.000003");
  EXPECT_EQ(total.currency(), "USD");
}

TEST(Total, RefusesOverflowAndMixedCurrencies) {
  Total total;
  total.add(costing("99999999999999.999999"));
  EXPECT_EQ(code_of([&] { total.add(costing("0.000001")); }), "out_of_range");
  EXPECT_EQ(code_of([&] { total.add(costing("0", "CREDIT")); }), "currency_mismatch");
  EXPECT_EQ(total.amount().to_string(), "99999999999999.999999");
}

TEST(CallCost, ThreeCreditsPerStartedMinute) {
  const Rate three = Rate::parse("3");
  for (const auto& [seconds, credits] :
       std::vector<std::pair<int, const char*>>{{0, "0.000000"},
                                                {1, "3.000000"},
                                                {59, "3.000000"},
                                                {60, "3.000000"},
                                                {61, "6.000000"},
                                                {120, "6.000000"},
                                                {121, "9.000000"},
                                                {3600, "180.000000"}}) {
    EXPECT_EQ(call_cost(seconds, three).to_string(), credits) << seconds;
  }
}

TEST(CallCost, RefusesDurationsOutOfRange) {
  EXPECT_EQ(code_of([] { call_cost(-1, Rate::parse("3")); }), "invalid_argument");
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(call_blocks(kMax), kMax / 60 + 1);
  EXPECT_EQ(code_of([] { call_cost(kMax, Rate::parse("3")); }), "out_of_range");
}

}  // namespace
}  // namespace lad::pricing
