#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "expect_error.hpp"
#include "price_examples.hpp"
#include "pricing/rating.hpp"
#include "random_values.hpp"

/// What items cost, computed a second time with rational numbers from the words of the manual.
namespace lad::pricing {
namespace {

using test::BigInt;
using test::Random;
using test::Rational;

/// A price as a person would write it down.
struct Written {
  int model = 0;  // per_unit, package, graduated, volume
  Decimal package_size;
  std::vector<std::pair<std::optional<Decimal>, Rate>> tiers;
  std::optional<Decimal> minimum;
  std::optional<Decimal> free;
};

template <class Number>
Number random_positive(Random& random, int max_digits) {
  return from_units<Number>(Int128(BigInt(test::random_magnitude(random, max_digits) + 1)));
}

Written random_price(Random& random) {
  Written written;
  written.model = static_cast<int>(random() % 4);
  if (written.model == 1) written.package_size = random_positive<Decimal>(random, 12);
  if (written.model >= 2) {
    Decimal end;
    for (auto left = random() % 4; left > 0; --left) {
      end += random_positive<Decimal>(random, 12);
      written.tiers.emplace_back(end, test::random_fixed<Rate>(random, 13));
    }
    written.tiers.emplace_back(std::nullopt, test::random_fixed<Rate>(random, 13));
    for (auto& [up_to, price] : written.tiers) {
      if (price.is_negative()) price = -price;
    }
  }
  if (random() % 3 == 0) written.minimum = random_positive<Decimal>(random, 9);
  if (random() % 3 == 0) written.free = random_positive<Decimal>(random, 9);
  return written;
}

JsonNode number_of(const std::string& digits, Random& random) {
  return random() % 2 == 0 ? test::number(digits) : test::text(digits);
}

JsonNode metadata_of(const Written& written, Random& random) {
  constexpr std::array kNames{"per_unit", "package", "graduated", "volume"};
  std::vector<std::pair<std::string, JsonNode>> members;
  if (written.model != 0 || random() % 2 == 0) {
    members.emplace_back("model", test::text(kNames[static_cast<std::size_t>(written.model)]));
  }
  if (written.model == 1) {
    members.emplace_back("package_size", number_of(written.package_size.to_string(), random));
  }
  if (written.model >= 2) {
    JsonNode tiers = test::tiers({});
    for (const auto& [up_to, price] : written.tiers) {
      tiers.children.push_back(
          test::object({{"up_to", up_to ? number_of(up_to->to_string(), random) : JsonNode{}},
                        {"unit_price", number_of(price.to_string(), random)}}));
    }
    members.emplace_back("tiers", tiers);
  }
  if (written.minimum) {
    members.emplace_back("minimum_charge", number_of(written.minimum->to_string(), random));
  }
  if (written.free) {
    members.emplace_back("free_quantity", number_of(written.free->to_string(), random));
  }
  return test::object(std::move(members));
}

BigInt ceiling(const Rational& value) {
  const BigInt floor = numerator(value) / denominator(value);
  return Rational(floor) == value ? floor : BigInt(floor + 1);
}

/// Units of a tier that lie between two quantities, and the price of each.
Rational graduated(const Rational& billed, const Written& written) {
  Rational sum = 0;
  Rational below = 0;
  for (const auto& [up_to, price] : written.tiers) {
    const Rational above = up_to ? test::exact(*up_to) : billed;
    const Rational reached = std::min(above, billed);
    if (reached > below) sum += (reached - below) * test::exact(price);
    below = above;
  }
  return sum;
}

Rational volume(const Rational& billed, const Written& written) {
  for (const auto& [up_to, price] : written.tiers) {
    if (!up_to || billed <= test::exact(*up_to)) return billed * test::exact(price);
  }
  return -1;
}

Rational expected_cost(Decimal quantity, Rate unit_price, const Written& written,
                       const std::optional<Rate>& exchange_rate) {
  Rational billed = test::exact(quantity) - (written.free ? test::exact(*written.free) : 0);
  if (billed <= 0) return 0;
  Rational cost = billed * test::exact(unit_price);
  if (written.model == 1) {
    cost = ceiling(billed / test::exact(written.package_size)) * test::exact(unit_price);
  }
  if (written.model == 2) cost = graduated(billed, written);
  if (written.model == 3) cost = volume(billed, written);
  if (written.minimum) cost = std::max(cost, test::exact(*written.minimum));
  return exchange_rate ? cost * test::exact(*exchange_rate) : cost;
}

/// Often exactly on an edge: of the free units and a tier or a block.
Decimal random_quantity(Random& random, const Written& written) {
  if (random() % 3 != 0) return random_positive<Decimal>(random, 14);
  Decimal quantity = written.free.value_or(Decimal());
  if (written.model == 1) quantity += written.package_size;
  if (written.tiers.size() > 1)
    quantity += *written.tiers[random() % (written.tiers.size() - 1)].first;
  const Decimal least = Decimal::parse("0.000001");
  if (random() % 3 == 0) quantity += least;
  if (random() % 3 == 0 && !quantity.is_zero()) quantity -= least;
  return quantity;
}

TEST(PricingOracle, EveryModelCostsWhatRationalArithmeticSays) {
  Random random(44);
  std::array<int, 4> of_model{};
  int converted = 0;
  int too_large = 0;
  const BigInt limit = test::power_of_ten(20);
  for (int i = 0; i < 100'000; ++i) {
    const Written written = random_price(random);
    UsageItem item{"llm", "openai", "gpt-4", "token", random_quantity(random, written)};
    Price row{};
    row.category = item.category;
    row.provider = item.provider;
    row.model = item.model;
    row.unit = item.unit;
    row.unit_price = random_positive<Rate>(random, 14);
    row.currency = "EUR";
    row.metadata = metadata_of(written, random);
    Catalog catalog{{row}, {}};
    std::optional<Rate> exchange_rate;
    if (random() % 2 == 0) {
      exchange_rate = random_positive<Rate>(random, 13);
      catalog.rates.push_back({std::nullopt, "EUR", "USD", *exchange_rate, 0, std::nullopt});
    }
    const BigInt expected = test::round_half_away(
        expected_cost(item.quantity, row.unit_price, written, exchange_rate), 6);
    const auto rated = [&] {
      return rate(std::vector{item}, catalog, 0, exchange_rate ? "USD" : "EUR");
    };
    ++of_model[static_cast<std::size_t>(written.model)];
    converted += exchange_rate ? 1 : 0;
    if (expected >= limit) {
      ++too_large;
      ASSERT_EQ(test::code_of(rated), "out_of_range");
      continue;
    }
    ASSERT_EQ(BigInt(units(rated().total)), expected)
        << "case " << i << ": " << item.quantity.to_string() << " at " << row.unit_price.to_string()
        << " with " << to_text(row.metadata) << " at "
        << (exchange_rate ? exchange_rate->to_string() : "no rate");
  }
  for (const int cases : of_model) EXPECT_GT(cases, 20'000);
  EXPECT_GT(converted, 40'000);
  EXPECT_GT(too_large, 10);
}

}  // namespace
}  // namespace lad::pricing
