#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/decimal.hpp"
#include "pricing/pricing.hpp"

/// Rules of quotas: how much of a feature a tenant may use in a month and in a day.
namespace lad::usage {

/// What a tenant may use of a feature.
struct Entitlement {
  bool enabled = true;
  std::optional<Decimal> monthly_quota;  ///< none: no limit
  std::optional<Decimal> daily_quota;
  bool allow_overages = false;
  std::optional<Rate> overage_rate;  ///< price of one unit over, in the currency of the event
  std::optional<std::string> unit;   ///< what is counted; none: events
};

/// Whether use has to be counted at all.
bool has_quota(const Entitlement& entitlement);

/// What was used in the month and in the day of an event.
struct Used {
  Decimal month;
  Decimal day;
};

/// How a further use fits.
struct Allowance {
  bool allowed = true;
  std::optional<Decimal> remaining_month = {};  ///< before the use; none: no limit
  std::optional<Decimal> remaining_day = {};
  Decimal overage;  ///< units of the use that exceed a quota; one over both is counted once
};

Allowance judge(const Entitlement& entitlement, const Used& used, Decimal quantity);

/// Throws privilege (42501) when the feature is disabled, quota_exceeded (LD304) when the use
/// exceeds a quota and overages are not allowed, or have no rate.
void require_allowed(const Entitlement& entitlement, const Allowance& allowance, Decimal quantity);

/// What items count: the sum of those in the unit, or 1 for the event where there is no unit.
Decimal counted_quantity(std::span<const pricing::UsageItem> items,
                         const std::optional<std::string>& unit);

/// round(units over × overage_rate, 6); zero where nothing is over.
Decimal overage_cost(const Entitlement& entitlement, const Allowance& allowance);

/// JSON of the item that tells of units over a quota: category overage, provider lad, the feature
/// as model.
std::string overage_item(std::string_view feature_key, const Entitlement& entitlement,
                         const Allowance& allowance);

/// The JSON array `items`, which has an item, with one more.
std::string append_item(std::string items, const std::string& item);

/// Throws invalid_argument (22023) for a quota or a rate below zero, and for overages that are
/// allowed without a rate.
void require_valid(const Entitlement& entitlement);

}  // namespace lad::usage
