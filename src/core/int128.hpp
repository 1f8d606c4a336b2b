#pragma once

#include <boost/multiprecision/cpp_int.hpp>

#include "core/decimal.hpp"

/// Units as checked integers, for arithmetic beyond a sum. A header of its own, because Boost's
/// multiplies the time a file takes to compile.
namespace lad {

/// 128 bits that throw instead of wrapping.
using Int128 = boost::multiprecision::checked_int128_t;

namespace detail {

/// A copy at the machine's own alignment, which a reference to 128 bits demands.
__extension__ constexpr __int128 realigned(NativeInt128 value) {
  return value;
}

}  // namespace detail

/// The count of units of 10^-Scale.
template <int Scale>
Int128 units(Fixed<Scale> value) {
  return Int128(detail::realigned(value.native_units()));
}

/// units × 10^-Scale. Throws out_of_range (22003) at |units| >= 10^20.
template <class Number>
Number from_units(const Int128& units) {
  return Number::from_native(static_cast<detail::NativeInt128>(units));
}

}  // namespace lad
