#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "core/int128.hpp"
#include "expect_error.hpp"
#include "random_values.hpp"

namespace lad {
namespace {

using test::BigInt;
using test::Random;
using test::Rational;

constexpr int kCases = 300'000;

/// The same number written otherwise: signs, leading and trailing zeros, an exponent.
std::string rewrite(std::string text, Random& random) {
  const bool negative = text.front() == '-';
  if (negative) text.erase(0, 1);
  text.append(random() % 5, '0').insert(0, random() % 3, '0');
  if (random() % 2 == 0) {
    const auto shift = random() % 4;
    const std::size_t point = text.find('.');
    text.erase(point, 1);
    text.append(shift, '0').insert(point + shift, ".");
    text += "e-" + std::to_string(shift);
  }
  return (negative ? "-" : random() % 2 == 0 ? "+" : "") + text;
}

template <typename Number>
void check_round_trip(unsigned seed) {
  Random random(seed);
  for (int i = 0; i < kCases; ++i) {
    const auto value = test::random_fixed<Number>(random);
    const std::string text = value.to_string();
    ASSERT_EQ(Number::parse(text), value) << text;
    const std::string other = rewrite(text, random);
    ASSERT_EQ(Number::parse(other), value) << text << " as " << other;
  }
}

TEST(DecimalProperty, ParseInvertsToString) {
  check_round_trip<Decimal>(1);
}
TEST(RateProperty, ParseInvertsToString) {
  check_round_trip<Rate>(2);
}

TEST(DecimalProperty, AdditionIsExactAndSubtractionInvertsIt) {
  Random random(3);
  const BigInt limit = test::power_of_ten(Decimal::kPrecision);
  for (int i = 0; i < kCases; ++i) {
    const auto a = test::random_fixed<Decimal>(random);
    const auto b = test::random_fixed<Decimal>(random);
    const BigInt sum = BigInt(units(a)) + BigInt(units(b));
    if (abs(sum) >= limit) {
      ASSERT_EQ(test::code_of([&] { return a + b; }), "out_of_range");
      continue;
    }
    ASSERT_EQ(BigInt(units(a + b)), sum);
    ASSERT_EQ((a + b) - b, a);
    ASSERT_EQ(a - (-b), a + b);
    ASSERT_EQ(a < b, BigInt(units(a)) < BigInt(units(b)));
  }
}

/// The same formula in checked 256 bits, which no product of the two types can leave.
Int128 product_in_256_bits(Decimal quantity, Rate rate) {
  using Wide = boost::multiprecision::checked_int256_t;
  const Wide divisor(10'000'000'000);
  const Wide product = Wide(units(quantity)) * Wide(units(rate));
  const Wide rounded = (abs(product) * 2 + divisor) / (divisor * 2);
  return Int128(product < 0 ? Wide(-rounded) : rounded);
}

TEST(DecimalProperty, ProductIsTheRationalOneRoundedOnce) {
  Random random(4);
  const BigInt limit = test::power_of_ten(Decimal::kPrecision);
  int too_large = 0;
  for (int i = 0; i < kCases; ++i) {
    const auto quantity = test::random_fixed<Decimal>(random);
    const auto rate = test::random_fixed<Rate>(random);
    const BigInt expected = test::round_half_away(test::exact(quantity) * test::exact(rate), 6);
    if (abs(expected) >= limit) {
      ++too_large;
      ASSERT_EQ(test::code_of([&] { multiply_half_away(quantity, rate); }), "out_of_range");
      continue;
    }
    ASSERT_EQ(BigInt(units(multiply_half_away(quantity, rate))), expected)
        << quantity.to_string() << " x " << rate.to_string();
    ASSERT_EQ(units(multiply_half_away(quantity, rate)), product_in_256_bits(quantity, rate));
  }
  EXPECT_GT(too_large, kCases / 100);
}

TEST(DecimalProperty, TiesRoundAwayFromZero) {
  Random random(5);
  for (int i = 0; i < kCases; ++i) {
    // An odd count of half millionths is a tie at any size.
    const Int128 odd(test::random_magnitude(random, 18) * 2 + 1);
    const auto halves = from_units<Decimal>(random() % 2 == 0 ? odd : Int128(-odd));
    const Decimal rounded = multiply_half_away(halves, Rate::parse("0.5"));
    const Int128 away = (odd + 1) / 2;
    ASSERT_EQ(units(rounded), halves.is_negative() ? Int128(-away) : away);
  }
}

TEST(AllocateProperty, PartsSumToTheTotalAndStayWithinOneUnit) {
  Random random(6);
  for (int i = 0; i < 30'000; ++i) {
    const auto total = test::random_fixed<Decimal>(random);
    std::vector<Decimal> weights(1 + random() % 8);
    BigInt sum = 0;
    for (Decimal& weight : weights) {
      weight = from_units<Decimal>(Int128(test::random_magnitude(random, 20)));
      sum += BigInt(units(weight));
    }
    if (sum == 0) continue;
    const std::vector<Decimal> parts = allocate(total, weights);
    BigInt left(units(total));
    for (std::size_t p = 0; p < parts.size(); ++p) {
      left -= BigInt(units(parts[p]));
      const Rational share(BigInt(units(total)) * BigInt(units(weights[p])), sum);
      ASSERT_LT(abs(share - BigInt(units(parts[p]))), 1);
    }
    ASSERT_EQ(left, 0) << total.to_string();
  }
}

}  // namespace
}  // namespace lad
