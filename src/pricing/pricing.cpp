#include "pricing/pricing.hpp"

#include "core/error.hpp"

namespace lad::pricing {
namespace {

constexpr std::int64_t kSecondsPerBlock = 60;

bool in_force(const Price& price, std::int64_t at_us) {
  return price.is_active && price.effective_from_us <= at_us &&
         (!price.effective_to_us || at_us < *price.effective_to_us);
}

bool covers(const Price& price, const UsageItem& item) {
  return price.category == item.category && price.provider == item.provider &&
         price.unit == item.unit && (price.model == item.model || price.model == kAnyModel);
}

/// Whether a comes before b in the order of resolution.
bool precedes(const Price& a, const Price& b) {
  if (a.tenant.has_value() != b.tenant.has_value()) return a.tenant.has_value();
  const bool a_any = a.model == kAnyModel;
  const bool b_any = b.model == kAnyModel;
  if (a_any != b_any) return b_any;
  if (a.effective_from_us != b.effective_from_us) return a.effective_from_us > b.effective_from_us;
  return a.id > b.id;
}

}  // namespace

const Price& resolve(const UsageItem& item, std::span<const Price> prices, std::int64_t at_us) {
  const Price* best = nullptr;
  for (const Price& candidate : prices) {
    if (!covers(candidate, item) || !in_force(candidate, at_us)) continue;
    if (best == nullptr || precedes(candidate, *best)) best = &candidate;
  }
  if (best == nullptr) {
    throw Error(ErrorCode::no_price,
                "no price for " + item.category + " " + item.provider + " " + item.model + " per " +
                    item.unit,
                "No active price of the tenant and no global one is in force at that time.");
  }
  return *best;
}

PricedItem price(const UsageItem& item, const Price& price) {
  if (item.quantity.is_negative()) {
    throw Error(ErrorCode::invalid_argument, "quantity is negative",
                "The quantity of " + item.category + " " + item.provider + " " + item.model +
                    " is " + item.quantity.to_string() + ".");
  }
  return {price.id, item.quantity, price.unit_price,
          multiply_half_away(item.quantity, price.unit_price), price.currency};
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
