#include "invoices/analytics.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/error.hpp"
#include "core/int128.hpp"

namespace lad::invoices {
namespace {

constexpr std::array<std::string_view, 5> kDimensions{"tenant", "feature", "component", "agent",
                                                      "campaign"};
constexpr long long kDayUs = 86'400'000'000;
constexpr long long kLongestUs = 36'525 * kDayUs;

}  // namespace

void require_dimensions(std::span<const std::string> group_by) {
  for (auto word = group_by.begin(); word != group_by.end(); ++word) {
    const bool known =
        std::find(kDimensions.begin(), kDimensions.end(), *word) != kDimensions.end();
    if (!known || std::find(group_by.begin(), word, *word) != word) {
      throw Error{ErrorCode::invalid_argument,
                  "group_by must be of tenant, feature, component, agent and campaign, each once"};
    }
  }
}

std::optional<std::int64_t> runs_out_at(Decimal available, Decimal used, std::int64_t now_us) {
  if (used.is_zero() || used.is_negative()) return std::nullopt;
  if (available.is_zero() || available.is_negative()) return now_us;
  // At most 10^20 × 14 × 8.64·10^10, which is below 2^127.
  const Int128 left = units(available) * (kForecastDays * kDayUs) / units(used);
  if (left > kLongestUs) return std::nullopt;
  return now_us + static_cast<std::int64_t>(left);
}

Decimal daily_use(Decimal used) {
  const Int128 doubled = units(used) * 2 + (used.is_negative() ? -kForecastDays : kForecastDays);
  return from_units<Decimal>(doubled / (2 * kForecastDays));
}

}  // namespace lad::invoices
