#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/json.hpp"

/// When a tenant may call.
namespace lad::calls {

/// `tenants.metadata.business_hours`: on each of the days from `from` until before `to`, by the
/// clocks of the zone. A window whose end is not after its start runs past midnight and belongs to
/// the day it starts on; one that ends when it starts lasts a day.
struct BusinessHours {
  std::string time_zone = "Asia/Dubai";
  std::array<bool, 7> days{true, true, true, true, true, false, false};  ///< Monday first
  int from = 8 * 3600;                                                   ///< second of the day
  int to = 22 * 3600;                                                    ///< up to 24:00
};

/// Reads them from the tenant's metadata; what is not there is Monday to Friday, 8 to 22,
/// Asia/Dubai or the tenant's own `timezone`. Days are names (`mon`, `Monday`) or numbers (1 Monday
/// to 7 Sunday, 0 Sunday); times are `"HH:MM"`, `"HH:MM:SS"` or whole hours up to 24. Throws
/// call_refused (LD305) for anything else: whose hours cannot be read does not call.
BusinessHours read_business_hours(const JsonNode& tenant_metadata);

/// Whether the hours cover a moment that the clocks of the zone show as a day (1 Monday to 7
/// Sunday) and a second of that day. Where clocks are changed, the hours follow the clocks.
bool is_open(const BusinessHours& hours, int iso_weekday, int second_of_day);

/// Whether a name may be looked up in the time zone database. The server would take a name with
/// digits, however mistyped, for a rule of its own.
bool is_time_zone_name(std::string_view name);

}  // namespace lad::calls
