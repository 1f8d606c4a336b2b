#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/decimal.hpp"
#include "core/json.hpp"

namespace lad::pricing {

inline constexpr std::size_t kMaxTiers = 100;

/// How a quantity becomes a cost.
enum class Model {
  per_unit,   ///< quantity × unit_price
  package,    ///< every started block of package_size × unit_price
  graduated,  ///< each unit at the price of the tier that it lies in
  volume,     ///< all units at the price of the tier that the quantity lies in
};

std::string_view to_string(Model model);

/// The units above the tier before, up to and with up_to.
struct Tier {
  std::optional<Decimal> up_to;  ///< none: every unit above the tier before
  Rate unit_price;
};

/// The terms of a price: what its metadata says about how a quantity becomes a cost.
struct Terms {
  Model model = Model::per_unit;
  Decimal package_size;     ///< units in a block; above 0 in the model package, else 0
  std::vector<Tier> tiers;  ///< rising, the last one open; of graduated and volume only
  Decimal minimum_charge;   ///< least cost of an item of which anything is billed
  Decimal free_quantity;    ///< units of each item that are free; blocks and tiers count the rest
};

/// Reads `{model, package_size, tiers: [{up_to, unit_price}], minimum_charge, free_quantity}`; a
/// number may be a string that holds one, null is as good as absent, other keys are not looked at.
/// Throws invalid_argument (22023), inexact_amount (LD302) or out_of_range (22003), naming the key.
Terms read_terms(const JsonNode& metadata);

/// The same for a price of the catalog, where every flaw is no_price (LD301) naming the price: it
/// is not the caller's.
Terms read_stored_terms(const JsonNode& metadata, const std::string& price);

}  // namespace lad::pricing
