#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/decimal.hpp"
#include "core/json.hpp"
#include "core/uuid.hpp"
#include "pricing/terms.hpp"

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
  JsonNode metadata;  ///< terms, see read_terms; null: none
  std::string currency;
  std::int64_t effective_from_us = 0;
  std::optional<std::int64_t> effective_to_us;  ///< none: for ever
  bool is_active = true;
};

/// A rate of the catalog: units of `to` for one unit of `from`. In force as a price is.
struct ExchangeRate {
  std::optional<Uuid> tenant;  ///< none: everyone's
  std::string from;
  std::string to;
  Rate rate;
  std::int64_t effective_from_us = 0;
  std::optional<std::int64_t> effective_to_us;
};

/// What an item costs and why.
struct PricedItem {
  Uuid price_id;
  Decimal quantity;
  Model model = Model::per_unit;
  Rate unit_price;          ///< in price_currency; see Cost
  Decimal free_quantity;    ///< units that were free
  bool is_minimum = false;  ///< the minimum charge of the price was more
  Decimal cost;             ///< in currency
  std::string currency;
  std::string price_currency;
  std::optional<Rate> exchange_rate;  ///< of a converted item: price_currency to currency
};

/// Prices one item, at a rate from the price's currency if it shall be in another; the cost is
/// rounded once. Throws invalid_argument (22023) for a quantity below zero, out_of_range (22003)
/// for a cost too large for a Decimal, no_price (LD301) for a price whose terms make no sense.
PricedItem price(const UsageItem& item, const Price& price, const ExchangeRate* rate = nullptr);

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
