#include "pricing/pricing.hpp"

#include "core/error.hpp"
#include "pricing/cost.hpp"

namespace lad::pricing {
namespace {

constexpr std::int64_t kSecondsPerBlock = 60;

std::string name_of(const UsageItem& item) {
  return item.category + " " + item.provider + " " + item.model + " per " + item.unit;
}

}  // namespace

PricedItem price(const UsageItem& item, const Price& price, const ExchangeRate* rate) {
  if (item.quantity.is_negative()) {
    throw Error(ErrorCode::invalid_argument, "quantity is negative",
                "The quantity of " + item.category + " " + item.provider + " " + item.model +
                    " is " + item.quantity.to_string() + ".");
  }
  PricedItem priced;
  priced.price_id = price.id;
  priced.quantity = item.quantity;
  priced.price_currency = price.currency;
  priced.currency = rate == nullptr ? price.currency : rate->to;
  if (price.metadata.kind == JsonNode::Kind::null && rate == nullptr) {
    priced.unit_price = price.unit_price;
    priced.cost = multiply_half_away(item.quantity, price.unit_price);
    return priced;
  }
  const Terms terms = read_stored_terms(price.metadata, name_of(item));
  if (rate != nullptr) priced.exchange_rate = rate->rate;
  const Cost cost = cost_of(item.quantity, price.unit_price, terms, priced.exchange_rate);
  priced.model = terms.model;
  priced.unit_price = cost.unit_price;
  priced.free_quantity = cost.free_quantity;
  priced.is_minimum = cost.is_minimum;
  priced.cost = cost.amount;
  return priced;
}

void Total::add(const PricedItem& item) {
  if (currency_.empty()) currency_ = item.currency;
  if (currency_ != item.currency) {
    throw Error(ErrorCode::currency_mismatch, "the prices of the items have different currencies",
                "One is in " + currency_ + ", another in " + item.currency + ".");
  }
  amount_ += item.cost;
}

std::int64_t call_blocks(std::int64_t duration_seconds) {
  if (duration_seconds < 0) {
    throw Error(ErrorCode::invalid_argument, "duration of a call is negative");
  }
  return duration_seconds / kSecondsPerBlock + (duration_seconds % kSecondsPerBlock != 0 ? 1 : 0);
}

Decimal call_cost(std::int64_t duration_seconds, Rate price_per_block) {
  const Decimal blocks =
      Decimal::from_native(detail::NativeInt128{call_blocks(duration_seconds)} * 1'000'000);
  return multiply_half_away(blocks, price_per_block);
}

}  // namespace lad::pricing
