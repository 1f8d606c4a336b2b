#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/decimal.hpp"

/// Rules of reports about cost.
namespace lad::invoices {

/// Throws invalid_argument (22023) unless each word is tenant, feature, component, agent or
/// campaign, once.
void require_dimensions(std::span<const std::string> group_by);

/// Days whose use is taken for that of the days to come.
inline constexpr int kForecastDays = 14;

/// When what is available will be used up if each day uses as much as the average of the last
/// kForecastDays, in which `used` was used; times in µs since 1970. Now when nothing is available;
/// none when nothing was used or it would last longer than 100 years.
std::optional<std::int64_t> runs_out_at(Decimal available, Decimal used, std::int64_t now_us);

/// The average use of a day, rounded to six decimals.
Decimal daily_use(Decimal used);

}  // namespace lad::invoices
