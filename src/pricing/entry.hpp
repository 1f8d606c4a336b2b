#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/decimal.hpp"
#include "core/json.hpp"

/// What may be written into the price catalog.
namespace lad::pricing {

/// A price that somebody wants to set.
struct NewPrice {
  std::string category;
  std::string provider;
  std::string model;
  std::string unit;
  std::optional<Rate> unit_price;
  std::string currency;
  JsonNode metadata;
};

/// The unit price that the catalog shows: of a unit, of a block (package), or of the first tier,
/// where none or just that one may be given. Throws invalid_argument (22023) for an unknown
/// category or unit, a name that is empty, too long or has control characters, a bad currency, a
/// negative price, and what read_terms throws; null_argument (22004) for a missing price.
Rate require_valid(const NewPrice& price);

/// Throws invalid_argument (22023) unless it is a rate above 0 between two currencies.
void require_valid_rate(std::string_view from, std::string_view to, Rate rate);

}  // namespace lad::pricing
