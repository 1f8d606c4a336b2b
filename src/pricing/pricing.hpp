#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/decimal.hpp"
#include "core/uuid.hpp"

namespace lad::pricing {

/// One component of a usage: so many units of a provider's model.
struct UsageItem {
  std::string category;
  std::string provider;
  std::string model;
  std::string unit;
  Decimal quantity;  ///< in units; at least 0
};

/// The model of a price that holds for every model of its provider.
inline constexpr std::string_view kAnyModel = "*";

/// A row of the price catalog. In force for effective_from_us <= t < effective_to_us, in µs since
/// 1970-01-01 00:00 UTC.
struct Price {
  Uuid id;
  std::optional<Uuid> tenant;  ///< none: a global price
  std::string category;
  std::string provider;
  std::string model;  ///< kAnyModel: every model
  std::string unit;
  Rate unit_price;
  std::string currency;
  std::int64_t effective_from_us = 0;
  std::optional<std::int64_t> effective_to_us;  ///< none: for ever
  bool is_active = true;
};

/// The price in force for an item at a time.
///
/// Among the active prices of the item's category, provider and unit: the tenant's own for the
/// model, the tenant's for any model, the global one for the model, the global one for any model;
/// within one of these the newest effective_from, then the greatest id. The prices given must be
/// global or of the paying tenant only. Throws no_price (LD301) naming the item.
const Price& resolve(const UsageItem& item, std::span<const Price> prices, std::int64_t at_us);

/// What an item costs and why.
struct PricedItem {
  Uuid price_id;
  Decimal quantity;
  Rate unit_price;
  Decimal cost;  ///< round(quantity × unit_price, 6), half away from zero
  std::string currency;
};

/// Prices one item with a price from resolve; the cost is rounded once. Throws invalid_argument
/// (22023) for a quantity below zero, out_of_range (22003) for a cost too large for a Decimal.
PricedItem price(const UsageItem& item, const Price& price);

/// The sum of priced items of one currency.
class Total {
 public:
  /// Throws currency_mismatch (LD204) if the item's currency is not that of the items before,
  /// out_of_range (22003) if the sum does not fit a Decimal.
  void add(const PricedItem& item);

  Decimal amount() const noexcept { return amount_; }
  /// Empty as long as no item was added.
  const std::string& currency() const noexcept { return currency_; }

 private:
  Decimal amount_;
  std::string currency_;
};

/// Started minutes of a call: ceil(seconds / 60). Throws invalid_argument (22023) below zero.
std::int64_t call_blocks(std::int64_t duration_seconds);

/// The cost of a call: its started minutes × the price of one. Throws invalid_argument (22023) for
/// a duration below zero, out_of_range (22003) for a cost too large for a Decimal.
Decimal call_cost(std::int64_t duration_seconds, Rate price_per_block);

}  // namespace lad::pricing
