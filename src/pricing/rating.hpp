#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pricing/pricing.hpp"

/// Which price of the catalog an item has, and what a list of items costs.
namespace lad::pricing {

/// What may price a usage: global rows, and those of the paying tenant only.
struct Catalog {
  std::vector<Price> prices;
  std::vector<ExchangeRate> rates;
};

/// A price of the catalog, and the rate that its cost is converted at, if it must be.
struct Resolved {
  const Price* price;
  const ExchangeRate* rate;
};

/// The price in force for an item at a time (µs since 1970).
///
/// Among the active prices of the item's category, provider and unit: the tenant's own for the
/// model, the tenant's for any model, the global one for the model, the global one for any model.
/// Within one of these: one in the asked currency before one that is converted to it, then the
/// newest effective_from, then the greatest id. A price in another currency counts only where a
/// rate from it to the asked one is in force, the tenant's own before the global one; rates are
/// neither inverted nor chained. Without an asked currency every price counts, as it is.
///
/// Nothing is found when all prices in force are in currencies without a rate. Throws no_price
/// (LD301), naming the item, when none is in force.
std::optional<Resolved> resolve(const UsageItem& item, const Catalog& catalog, std::int64_t at_us,
                                const std::optional<std::string>& currency);

/// Items with their prices, in one currency.
struct Rated {
  std::vector<PricedItem> items;
  Decimal total;
  std::string currency;
};

/// Prices the items at a time. Throws currency_mismatch (LD204) with the number of an item whose
/// prices cannot be had in the asked currency, or without one asked for items in different ones;
/// what resolve and price throw; out_of_range (22003) for the total.
Rated rate(std::span<const UsageItem> items, const Catalog& catalog, std::int64_t at_us,
           const std::optional<std::string>& currency);

/// JSON array that says, item by item, the quantity, price_id, unit_price and cost; and where it
/// is so: price_model (not per_unit), free_quantity, minimum_charge (true: the minimum was more),
/// price_currency and exchange_rate (converted).
std::string prices_json(const Rated& rated);

}  // namespace lad::pricing
