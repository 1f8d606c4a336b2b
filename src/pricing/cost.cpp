#include "pricing/cost.hpp"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>

namespace lad::pricing {
namespace {

// The largest value is 10^20 blocks × 10^20 × 10^6, times a rate of 10^20: below 2^220.
using Wide = boost::multiprecision::checked_uint256_t;
using detail::NativeUint128;

template <class Number>
NativeUint128 magnitude(Number number) {
  return static_cast<NativeUint128>(number.native_units());
}

Wide product(NativeUint128 a, NativeUint128 b) {
  NativeUint128 narrow = 0;
  if (!__builtin_mul_overflow(a, b, &narrow)) return Wide(narrow);
  return Wide(Wide(a) * Wide(b));
}

/// The exact cost in units of 10^-16, before minimum and conversion, and the price it is made of.
struct Exact {
  Wide units;
  Rate unit_price;
};

Exact cost_of_packages(Decimal billed, Rate unit_price, Decimal package_size) {
  const NativeUint128 size = magnitude(package_size);
  const NativeUint128 units = magnitude(billed);
  const NativeUint128 blocks = units / size + (units % size != 0 ? 1 : 0);
  constexpr auto kUnit = static_cast<NativeUint128>(detail::power_of_ten(Decimal::kScale));
  return {Wide(product(blocks, magnitude(unit_price)) * Wide(kUnit)), unit_price};
}

Exact cost_of_graduated(Decimal billed, const std::vector<Tier>& tiers) {
  Exact exact;
  Decimal below;
  for (const Tier& tier : tiers) {
    const Decimal end = tier.up_to ? std::min(*tier.up_to, billed) : billed;
    exact.units += product(magnitude(end - below), magnitude(tier.unit_price));
    exact.unit_price = tier.unit_price;
    if (end == billed) break;
    below = end;
  }
  return exact;
}

Exact cost_of_volume(Decimal billed, const std::vector<Tier>& tiers) {
  const auto reached = std::find_if(tiers.begin(), tiers.end(), [&](const Tier& tier) {
    return !tier.up_to || billed <= *tier.up_to;
  });
  return {product(magnitude(billed), magnitude(reached->unit_price)), reached->unit_price};
}

Exact exact_cost(Decimal billed, Rate unit_price, const Terms& terms) {
  switch (terms.model) {
    case Model::package:
      return cost_of_packages(billed, unit_price, terms.package_size);
    case Model::graduated:
      return cost_of_graduated(billed, terms.tiers);
    case Model::volume:
      return cost_of_volume(billed, terms.tiers);
    case Model::per_unit:
      break;
  }
  return {product(magnitude(billed), magnitude(unit_price)), unit_price};
}

/// Units of 10^-scale to a Decimal, half away from zero: the only rounding of an item.
Decimal round_half_away(const Wide& units, int scale) {
  const Wide divisor(static_cast<NativeUint128>(detail::power_of_ten(scale - Decimal::kScale)));
  const Wide rounded = (units + divisor / 2) / divisor;
  const Wide limit(static_cast<NativeUint128>(detail::power_of_ten(Decimal::kPrecision)));
  if (rounded >= limit) Decimal::throw_out_of_range();
  return Decimal::from_native(static_cast<detail::NativeInt128>(NativeUint128(rounded)));
}

}  // namespace

Cost cost_of(Decimal quantity, Rate unit_price, const Terms& terms,
             const std::optional<Rate>& exchange_rate) {
  constexpr int kScale = Decimal::kScale + Rate::kScale;
  Cost cost;
  cost.free_quantity = std::min(quantity, terms.free_quantity);
  const Decimal billed = quantity - cost.free_quantity;
  Exact exact = exact_cost(billed, unit_price, terms);
  cost.unit_price = exact.unit_price;
  if (billed.is_zero()) return cost;
  const Wide least =
      product(magnitude(terms.minimum_charge), static_cast<NativeUint128>(detail::kRateUnit));
  if (exact.units < least) {
    exact.units = least;
    cost.is_minimum = true;
  }
  if (!exchange_rate) {
    cost.amount = round_half_away(exact.units, kScale);
    return cost;
  }
  exact.units *= Wide(magnitude(*exchange_rate));
  cost.amount = round_half_away(exact.units, kScale + Rate::kScale);
  return cost;
}

}  // namespace lad::pricing
