#include "partitions/range.hpp"

#include <cstdio>

namespace lad::partitions {
namespace {

std::int64_t floor_div(std::int64_t value, std::int64_t by) {
  return value / by - (value % by != 0 && (value < 0) != (by < 0) ? 1 : 0);
}

std::string quoted_moment(std::int64_t us, ColumnKind kind) {
  return "'" + moment_text(us, kind) + "'";
}

const char* type_of(ColumnKind kind) {
  if (kind == ColumnKind::date) return "date";
  return kind == ColumnKind::timestamp ? "timestamp" : "timestamptz";
}

std::string time_text(std::int64_t us) {
  char text[32];
  const std::int64_t seconds = us / 1'000'000;
  std::snprintf(text, sizeof text, " %02d:%02d:%02d", static_cast<int>(seconds / 3600),
                static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
  std::string result = text;
  if (const int rest = static_cast<int>(us % 1'000'000); rest != 0) {
    std::snprintf(text, sizeof text, ".%06d", rest);
    result += text;
  }
  return result;
}

}  // namespace

std::int64_t days_of(const Date& date) {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = floor_div(year, 400);
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year =
      (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

Date date_of_days(std::int64_t days) {
  const std::int64_t shifted = days + 719468;
  const std::int64_t era = floor_div(shifted, 146097);
  const std::int64_t day_of_era = shifted - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t march_month = (5 * day_of_year + 2) / 153;
  const int day = static_cast<int>(day_of_year - (153 * march_month + 2) / 5 + 1);
  const int month = static_cast<int>(march_month < 10 ? march_month + 3 : march_month - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

Date date_of(std::int64_t us) {
  return date_of_days(floor_div(us, kDayUs));
}

std::string moment_text(std::int64_t us, ColumnKind kind) {
  const std::int64_t days = floor_div(us, kDayUs);
  const Date date = date_of_days(days);
  const bool is_before_christ = date.year < 1;
  char text[48];
  std::snprintf(text, sizeof text, "%04lld-%02d-%02d",
                static_cast<long long>(is_before_christ ? 1 - date.year : date.year), date.month,
                date.day);
  std::string result = text;
  if (kind != ColumnKind::date) result += time_text(us - days * kDayUs);
  if (kind == ColumnKind::timestamptz) result += "+00";
  return result + (is_before_christ ? " BC" : "");
}

std::string bound_clause(const Range& range, ColumnKind kind) {
  return "FOR VALUES FROM (" + (range.from ? quoted_moment(*range.from, kind) : "MINVALUE") +
         ") TO (" + (range.to ? quoted_moment(*range.to, kind) : "MAXVALUE") + ")";
}

std::string range_check(const std::string& column, const Range& range, ColumnKind kind) {
  const std::string type = std::string("::") + type_of(kind);
  std::string check = "CHECK (" + column + " IS NOT NULL";
  if (range.from) check += " AND " + column + " >= " + quoted_moment(*range.from, kind) + type;
  if (range.to) check += " AND " + column + " < " + quoted_moment(*range.to, kind) + type;
  return check + ")";
}

}  // namespace lad::partitions
