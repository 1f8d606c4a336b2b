#pragma once

#include <compare>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lad {

namespace detail {

// The machine's own 128 bits, aligned as PostgreSQL allocates (8 bytes, not 16).
__extension__ typedef __int128 NativeInt128 __attribute__((aligned(8)));
__extension__ typedef unsigned __int128 NativeUint128;

constexpr NativeInt128 power_of_ten(int exponent) {
  NativeInt128 power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

}  // namespace detail

/// An exact number with a fixed count of decimals, stored as a count of units of 10^-Scale.
///
/// |units| < 10^20 always holds, as in numeric(20, Scale), so the sum of any two fits the 128 bits
/// before it is checked. Whatever would leave that range throws Error(out_of_range, 22003).
/// Trivially copyable and 8-byte aligned, so it may live in shared memory and in the server's
/// structs.
template <int Scale>
class Fixed {
 public:
  static constexpr int kScale = Scale;   ///< decimals after the point
  static constexpr int kPrecision = 20;  ///< decimal digits in all

  constexpr Fixed() = default;  ///< zero

  /// units × 10^-Scale. Throws out_of_range at |units| >= 10^20. Arithmetic with units that may
  /// leave 128 bits is for core/int128.hpp.
  static constexpr Fixed from_native(detail::NativeInt128 units) { return checked(units); }

  /// The count of units of 10^-Scale.
  constexpr detail::NativeInt128 native_units() const noexcept { return units_; }

  /// Reads an optional sign, digits with at most one point, and an optional exponent.
  /// Zeros beyond the scale are exact ("1.0000000"). Throws invalid_argument (22023) for anything
  /// that is not such a number, NaN and Infinity included; out_of_range (22003) if it is too large;
  /// inexact_amount (LD302) if it has more significant decimals than the scale.
  static Fixed parse(std::string_view text);

  /// All decimals, e.g. "12.500000"; a minus sign only below zero.
  std::string to_string() const;

  constexpr bool is_zero() const noexcept { return units_ == 0; }
  constexpr bool is_negative() const noexcept { return units_ < 0; }

  constexpr Fixed operator-() const noexcept { return Fixed(-units_); }

  /// Exact; throws out_of_range.
  constexpr Fixed& operator+=(Fixed other) { return *this = checked(units_ + other.units_); }
  constexpr Fixed& operator-=(Fixed other) { return *this = checked(units_ - other.units_); }
  friend constexpr Fixed operator+(Fixed a, Fixed b) { return a += b; }
  friend constexpr Fixed operator-(Fixed a, Fixed b) { return a -= b; }

  constexpr std::strong_ordering operator<=>(const Fixed& other) const noexcept {
    return units_ < other.units_   ? std::strong_ordering::less
           : units_ > other.units_ ? std::strong_ordering::greater
                                   : std::strong_ordering::equal;
  }
  constexpr bool operator==(const Fixed& other) const noexcept { return units_ == other.units_; }

  /// Throws the out_of_range of this type.
  [[noreturn]] static void throw_out_of_range();

 private:
  static constexpr detail::NativeInt128 kLimit = detail::power_of_ten(kPrecision);

  explicit constexpr Fixed(detail::NativeInt128 units) : units_(units) {}

  static constexpr Fixed checked(detail::NativeInt128 units) {
    if (units >= kLimit || units <= -kLimit) throw_out_of_range();
    return Fixed(units);
  }

  detail::NativeInt128 units_ = 0;
};

/// Money and quantities: 6 decimals, |value| < 10^14, numeric(20,6).
using Decimal = Fixed<6>;

/// Unit prices and rates: 10 decimals, |value| < 10^10, numeric(20,10).
using Rate = Fixed<10>;

extern template class Fixed<6>;
extern template class Fixed<10>;

namespace detail {

inline constexpr NativeInt128 kRateUnit = power_of_ten(Rate::kScale);

/// A magnitude in units of 10^-16, rounded to units of 10^-6.
constexpr NativeUint128 round_to_amount(NativeUint128 product) {
  constexpr auto kDivisor = static_cast<NativeUint128>(kRateUnit);
  const bool small = product >> 64 == 0;
  // A 64-bit division by a constant is a multiplication; the 128-bit one is a library call.
  const NativeUint128 quotient =
      small ? static_cast<unsigned long>(product) / static_cast<unsigned long>(kDivisor)
            : product / kDivisor;
  const NativeUint128 rest = product - quotient * kDivisor;
  return quotient + (rest * 2 >= kDivisor ? 1 : 0);
}

}  // namespace detail

/// round(quantity × rate, 6), half away from zero: the one rounding function for money.
/// Throws out_of_range if the result does not fit a Decimal.
constexpr Decimal multiply_half_away(Decimal quantity, Rate rate) {
  detail::NativeInt128 product = 0;
  // A product beyond 128 bits is above 10^22, far beyond any Decimal, so no wider type is needed.
  if (__builtin_mul_overflow(quantity.native_units(), rate.native_units(), &product)) {
    Decimal::throw_out_of_range();
  }
  const bool negative = product < 0;
  const auto magnitude = static_cast<detail::NativeUint128>(negative ? -product : product);
  const auto rounded = static_cast<detail::NativeInt128>(detail::round_to_amount(magnitude));
  return Decimal::from_native(negative ? -rounded : rounded);
}

/// Splits a total in proportion to weights so that the parts sum to it exactly.
///
/// Largest remainder method: each part is its exact share rounded toward zero, and the units left
/// go one each to the largest remainders, the earlier part first where two are equal. A part of
/// weight zero is zero. Throws invalid_argument if a weight is negative or all of them are zero.
std::vector<Decimal> allocate(Decimal total, std::span<const Decimal> weights);

}  // namespace lad
