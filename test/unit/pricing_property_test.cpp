#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "expect_error.hpp"
#include "pricing/rating.hpp"
#include "random_values.hpp"

namespace lad::pricing {
namespace {

using test::BigInt;
using test::Random;
using test::Rational;

TEST(PricingProperty, CostsAreThoseOfRationalArithmetic) {
  Random random(41);
  for (int i = 0; i < 100'000;) {
    Total total;
    BigInt expected_total = 0;
    for (auto left = 1 + random() % 4; left > 0; --left, ++i) {
      UsageItem item;
      item.quantity = from_units<Decimal>(Int128(test::random_magnitude(random, 18)));
      Price row;
      row.unit_price = from_units<Rate>(Int128(test::random_magnitude(random, 11)));
      const PricedItem priced = price(item, row);
      const BigInt expected =
          test::round_half_away(test::exact(item.quantity) * test::exact(row.unit_price), 6);
      ASSERT_EQ(BigInt(units(priced.cost)), expected);
      expected_total += expected;
      total.add(priced);
    }
    ASSERT_EQ(BigInt(units(total.amount())), expected_total);
  }
}

TEST(PricingProperty, CallBlocksAreTheCeilingOfMinutes) {
  Random random(42);
  for (int i = 0; i < 100'000; ++i) {
    const auto seconds = static_cast<std::int64_t>(random() % 10'000'000);
    const auto rate = from_units<Rate>(Int128(test::random_magnitude(random, 13)));
    BigInt blocks = 0;
    while (Rational(blocks) < Rational(seconds, 60)) blocks += 1 + (seconds - 60 * blocks - 1) / 60;
    ASSERT_EQ(BigInt(call_blocks(seconds)), blocks);
    ASSERT_EQ(BigInt(units(call_cost(seconds, rate))),
              test::round_half_away(blocks * test::exact(rate), 6));
  }
}

/// The four steps one after another, each a filter and a maximum, as the rule is written.
const Price* resolve_by_steps(const UsageItem& item, const std::vector<Price>& prices,
                              std::int64_t at_us) {
  for (const auto& [own, model] :
       {std::tuple{true, item.model}, std::tuple{true, std::string("*")},
        std::tuple{false, item.model}, std::tuple{false, std::string("*")}}) {
    const Price* best = nullptr;
    for (const Price& row : prices) {
      const bool matches = row.tenant.has_value() == own && row.model == model && row.is_active &&
                           row.category == item.category && row.provider == item.provider &&
                           row.unit == item.unit && row.effective_from_us <= at_us &&
                           at_us < row.effective_to_us.value_or(at_us + 1);
      if (!matches) continue;
      if (best == nullptr ||
          std::tie(row.effective_from_us, row.id) > std::tie(best->effective_from_us, best->id)) {
        best = &row;
      }
    }
    if (best != nullptr) return best;
  }
  return nullptr;
}

Price random_price(Random& random, std::uint8_t id) {
  const std::vector<std::string> two = {"a", "b"};
  const std::vector<std::string> models = {"m", "n", "*"};
  Price row;
  row.id.bytes[0] = id;
  if (random() % 2 == 0) row.tenant = Uuid{};
  row.category = two[random() % 8 / 7];
  row.provider = two[random() % 8 / 7];
  row.unit = two[random() % 8 / 7];
  row.model = models[random() % 3];
  row.is_active = random() % 6 != 0;
  row.effective_from_us = static_cast<std::int64_t>(random() % 6);
  if (random() % 2 == 0) row.effective_to_us = row.effective_from_us + 1 + random() % 4;
  return row;
}

TEST(PricingProperty, ResolveFollowsTheFourSteps) {
  Random random(43);
  int found = 0;
  for (int i = 0; i < 100'000; ++i) {
    Catalog catalog;
    std::vector<Price>& prices = catalog.prices;
    for (auto left = random() % 8; left > 0; --left) {
      prices.push_back(random_price(random, static_cast<std::uint8_t>(left)));
    }
    std::shuffle(prices.begin(), prices.end(), random);
    const UsageItem item{"a", "a", "m", "a", Decimal()};
    const auto at_us = static_cast<std::int64_t>(random() % 8);
    const Price* const expected = resolve_by_steps(item, prices, at_us);
    if (expected == nullptr) {
      ASSERT_EQ(test::code_of([&] { resolve(item, catalog, at_us, {}); }), "no_price");
      continue;
    }
    ++found;
    ASSERT_EQ(resolve(item, catalog, at_us, {}).value().price, expected);
  }
  EXPECT_GT(found, 30'000);
}

}  // namespace
}  // namespace lad::pricing
