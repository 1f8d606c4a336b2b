#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <random>

#include "core/int128.hpp"

namespace lad::test {

using BigInt = boost::multiprecision::cpp_int;
using Rational = boost::multiprecision::cpp_rational;
using Random = std::mt19937_64;

inline BigInt power_of_ten(int exponent) {
  return boost::multiprecision::pow(BigInt(10), static_cast<unsigned>(exponent));
}

/// A number below 10^digits, where digits itself is random: every size is as likely.
inline BigInt random_magnitude(Random& random, int max_digits) {
  const int digits = std::uniform_int_distribution(0, max_digits)(random);
  const BigInt wide = BigInt(random()) << 64 | BigInt(random());
  return wide % power_of_ten(digits);
}

/// Any value of the type, of every size and both signs.
template <typename Number>
Number random_fixed(Random& random, int max_digits = Number::kPrecision) {
  const Int128 size(random_magnitude(random, max_digits));
  return from_units<Number>(random() % 2 == 0 ? size : Int128(-size));
}

/// The exact value.
template <typename Number>
Rational exact(Number number) {
  return Rational(BigInt(units(number)), power_of_ten(Number::kScale));
}

/// A rational rounded half away from zero to units of 10^-scale.
inline BigInt round_half_away(const Rational& value, int scale) {
  const Rational scaled = abs(value) * power_of_ten(scale) + Rational(1, 2);
  const BigInt floor = numerator(scaled) / denominator(scaled);
  return value < 0 ? BigInt(-floor) : floor;
}

}  // namespace lad::test
