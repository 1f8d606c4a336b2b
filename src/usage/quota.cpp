#include "usage/quota.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/json.hpp"

namespace lad::usage {
namespace {

std::optional<Decimal> remaining(const std::optional<Decimal>& quota, Decimal used) {
  if (!quota) return std::nullopt;
  return *quota > used ? *quota - used : Decimal{};
}

Decimal over(const std::optional<Decimal>& remaining, Decimal quantity) {
  return remaining && quantity > *remaining ? quantity - *remaining : Decimal{};
}

void require_not_negative(bool is_negative, const char* name) {
  if (!is_negative) return;
  throw Error{ErrorCode::invalid_argument, std::string(name) + " must not be negative"};
}

std::string left_text(const char* window, const std::optional<Decimal>& remaining) {
  return remaining ? " Left " + std::string(window) + ": " + remaining->to_string() + "." : "";
}

JsonNode text_node(std::string_view text) {
  JsonNode node;
  node.kind = JsonNode::Kind::string;
  node.text = text;
  return node;
}

}  // namespace

bool has_quota(const Entitlement& entitlement) {
  return entitlement.monthly_quota || entitlement.daily_quota;
}

Allowance judge(const Entitlement& entitlement, const Used& used, Decimal quantity) {
  Allowance allowance;
  allowance.remaining_month = remaining(entitlement.monthly_quota, used.month);
  allowance.remaining_day = remaining(entitlement.daily_quota, used.day);
  allowance.overage =
      std::max(over(allowance.remaining_month, quantity), over(allowance.remaining_day, quantity));
  const bool may_exceed = entitlement.allow_overages && entitlement.overage_rate;
  allowance.allowed = entitlement.enabled && (allowance.overage.is_zero() || may_exceed);
  return allowance;
}

void require_allowed(const Entitlement& entitlement, const Allowance& allowance, Decimal quantity) {
  if (allowance.allowed) return;
  if (!entitlement.enabled) throw Error{ErrorCode::privilege, "the feature is not enabled"};
  throw Error{ErrorCode::quota_exceeded, "quota of the feature is exceeded",
              "Asked: " + quantity.to_string() + "." +
                  left_text("in the month", allowance.remaining_month) +
                  left_text("in the day", allowance.remaining_day)};
}

Decimal counted_quantity(std::span<const pricing::UsageItem> items,
                         const std::optional<std::string>& unit) {
  if (!unit) return Decimal::parse("1");
  Decimal sum;
  for (const pricing::UsageItem& item : items) {
    if (item.unit == *unit) sum += item.quantity;
  }
  return sum;
}

Decimal overage_cost(const Entitlement& entitlement, const Allowance& allowance) {
  return multiply_half_away(allowance.overage, entitlement.overage_rate.value_or(Rate{}));
}

std::string overage_item(std::string_view feature_key, const Entitlement& entitlement,
                         const Allowance& allowance) {
  return "{\"category\":\"overage\",\"provider\":\"lad\",\"model\":" +
         to_text(text_node(feature_key)) +
         ",\"unit\":" + to_text(text_node(entitlement.unit.value_or("event"))) +
         ",\"quantity\":" + allowance.overage.to_string() +
         ",\"unit_price\":" + entitlement.overage_rate.value_or(Rate{}).to_string() +
         ",\"cost\":" + overage_cost(entitlement, allowance).to_string() + "}";
}

std::string append_item(std::string items, const std::string& item) {
  items.pop_back();
  return items + "," + item + "]";
}

void require_valid(const Entitlement& entitlement) {
  const auto below_zero = [](const auto& value) { return value && value->is_negative(); };
  require_not_negative(below_zero(entitlement.monthly_quota), "monthly_quota");
  require_not_negative(below_zero(entitlement.daily_quota), "daily_quota");
  require_not_negative(below_zero(entitlement.overage_rate), "overage_rate");
  if (!entitlement.allow_overages || entitlement.overage_rate) return;
  throw Error{ErrorCode::invalid_argument, "overages need an overage_rate",
              "Without one, use beyond a quota is refused."};
}

}  // namespace lad::usage
