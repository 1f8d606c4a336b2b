#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/decimal.hpp"
#include "core/json.hpp"
#include "pricing/pricing.hpp"

/// Rules of usage: what was used, what it costs, and when it may be charged.
namespace lad::usage {

inline constexpr std::size_t kMaxItems = 1000;

/// Reads `[{category, provider, model, unit, quantity}]`; a quantity is a number or a string that
/// holds one, other keys are not looked at. Throws invalid_argument (22023), inexact_amount (LD302)
/// or out_of_range (22003), with the number of the item, counted from 1.
std::vector<pricing::UsageItem> read_items(const JsonNode& usage_items);

/// Items with their prices, in one currency.
struct Rated {
  std::vector<pricing::PricedItem> items;
  Decimal total;
  std::string currency;
};

/// Prices the items at a time (µs since 1970). With a currency only prices in it count: an item
/// that has prices in others alone is currency_mismatch (LD204), one without any no_price (LD301).
Rated rate(std::span<const pricing::UsageItem> items, std::span<const pricing::Price> prices,
           std::int64_t at_us, const std::optional<std::string>& currency);

/// JSON array that says, item by item, the quantity, price_id, unit_price and cost; without
/// `rated` only the quantity. Merged over the caller's items it makes the stored ones.
std::string quantities_json(std::span<const pricing::UsageItem> items);
std::string prices_json(const Rated& rated);

/// Throws invalid_argument (22023) for a key that is empty, over 200 characters, has control
/// characters, or starts with `call:`, `ai_message:` or `charge_usage_`, which the extension keeps
/// to itself.
void require_usable_key(std::string_view idempotency_key);

}  // namespace lad::usage
