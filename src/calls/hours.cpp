#include "calls/hours.hpp"

#include <algorithm>
#include <optional>

#include "core/error.hpp"

namespace lad::calls {
namespace {

constexpr int kDay = 24 * 3600;
constexpr std::array<std::string_view, 7> kDayNames{"monday", "tuesday",  "wednesday", "thursday",
                                                    "friday", "saturday", "sunday"};

[[noreturn]] void refuse(std::string detail) {
  throw Error{ErrorCode::call_refused, "the tenant's business hours cannot be read",
              std::move(detail)};
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<int> small_number(std::string_view text) {
  if (text.empty() || text.size() > 2 || !std::all_of(text.begin(), text.end(), is_digit)) {
    return std::nullopt;
  }
  int number = 0;
  for (const char c : text) number = 10 * number + (c - '0');
  return number;
}

std::string lower(std::string_view text) {
  std::string folded(text);
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

/// 0 for Monday.
int read_day(const JsonNode& node) {
  if (node.kind == JsonNode::Kind::string) {
    const std::string name = lower(node.text);
    for (std::size_t day = 0; day < kDayNames.size(); ++day) {
      if (name == kDayNames[day] || name == kDayNames[day].substr(0, 3)) {
        return static_cast<int>(day);
      }
    }
  }
  if (node.kind == JsonNode::Kind::number || node.kind == JsonNode::Kind::string) {
    const auto number = small_number(node.text);
    if (number && *number <= 7) return (*number + 6) % 7;
  }
  refuse("Each of days is a name such as mon, or a number from 1 (Monday) to 7 (Sunday).");
}

std::array<bool, 7> read_days(const JsonNode& node) {
  if (node.kind != JsonNode::Kind::array) refuse("days must be an array.");
  std::array<bool, 7> days{};
  for (const JsonNode& day : node.children) days[static_cast<std::size_t>(read_day(day))] = true;
  return days;
}

int read_time(const JsonNode& node, const char* name) {
  std::array<int, 3> parts{};
  bool sound = node.kind == JsonNode::Kind::string || node.kind == JsonNode::Kind::number;
  std::string_view rest = node.text;
  for (std::size_t i = 0; i < parts.size() && sound && !rest.empty(); ++i) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    const auto part = small_number(rest.substr(0, colon));
    sound = part.has_value() && (i == 0 || *part < 60) && colon + 1 != rest.size();
    parts[i] = part.value_or(0);
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  const int second = (parts[0] * 60 + parts[1]) * 60 + parts[2];
  if (sound && rest.empty() && !node.text.empty() && second <= kDay) return second;
  refuse(std::string(name) + " must be a time from 00:00 to 24:00.");
}

const JsonNode* member(const JsonNode& object, std::string_view key) {
  const JsonNode* const found = object.find(key);
  return found == nullptr || found->kind == JsonNode::Kind::null ? nullptr : found;
}

std::string read_zone(const JsonNode& node) {
  if (node.kind != JsonNode::Kind::string) refuse("timezone must be a name.");
  return node.text;
}

}  // namespace

BusinessHours read_business_hours(const JsonNode& tenant_metadata) {
  BusinessHours hours;
  if (const JsonNode* const zone = member(tenant_metadata, "timezone")) {
    hours.time_zone = read_zone(*zone);
  }
  const JsonNode* const own = member(tenant_metadata, "business_hours");
  if (own == nullptr) return hours;
  if (own->kind != JsonNode::Kind::object) refuse("business_hours must be an object.");
  if (const JsonNode* const zone = member(*own, "timezone")) hours.time_zone = read_zone(*zone);
  if (const JsonNode* const days = member(*own, "days")) hours.days = read_days(*days);
  if (const JsonNode* const from = member(*own, "from")) hours.from = read_time(*from, "from");
  if (const JsonNode* const to = member(*own, "to")) hours.to = read_time(*to, "to");
  return hours;
}

bool is_open(const BusinessHours& hours, int iso_weekday, int second_of_day) {
  const int length = hours.to > hours.from ? hours.to - hours.from : hours.to - hours.from + kDay;
  const auto starts_on = [&](int weekday) {
    return hours.days[static_cast<std::size_t>((weekday + 6) % 7)];
  };
  const auto is_within = [&](int second) {
    return second >= hours.from && second < hours.from + length;
  };
  return (starts_on(iso_weekday) && is_within(second_of_day)) ||
         (starts_on(iso_weekday - 1) && is_within(second_of_day + kDay));
}

bool is_time_zone_name(std::string_view name) {
  constexpr std::array<std::string_view, 4> kAmerican{"EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT"};
  if (std::find(kAmerican.begin(), kAmerican.end(), name) != kAmerican.end()) return true;
  const std::size_t digits = std::count_if(name.begin(), name.end(), is_digit);
  if (name.starts_with("Etc/GMT") && digits <= 2) {
    const auto hours = small_number(name.substr(name.size() - digits));
    return !hours || *hours <= 14;
  }
  return digits == 0 && name.find_first_of(",<>") == std::string_view::npos;
}

}  // namespace lad::calls
