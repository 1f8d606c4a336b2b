#pragma once

#include <optional>

#include "core/decimal.hpp"
#include "pricing/terms.hpp"

namespace lad::pricing {

/// What a quantity costs and what decided it.
struct Cost {
  Decimal amount;           ///< rounded once, half away from zero, after conversion
  Rate unit_price;          ///< per_unit: of a unit; package: of a block; else of the tier reached
  Decimal free_quantity;    ///< units that were free
  bool is_minimum = false;  ///< the terms' minimum_charge was more than what the units cost
};

/// The cost of a quantity (at least 0) at a price and its terms, times the exchange rate.
///
/// The free quantity is taken off first; blocks and tiers count the rest. A quantity that lies on a
/// tier's up_to belongs to that tier. When nothing is left the cost is 0, whatever the minimum.
/// Every product and sum is exact in 256 bits and is rounded once to 6 decimals at the end; throws
/// out_of_range (22003) when the rounded cost does not fit a Decimal.
Cost cost_of(Decimal quantity, Rate unit_price, const Terms& terms,
             const std::optional<Rate>& exchange_rate);

}  // namespace lad::pricing
