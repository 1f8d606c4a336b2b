#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

/// Ranges of time that partitions hold. Moments are µs since 1970-01-01 00:00 UTC, whatever the
/// session's time zone.
namespace lad::partitions {

/// The type of a partition column. The moments of the last two are taken to be UTC.
enum class ColumnKind { timestamptz, timestamp, date };

/// What holds for from <= t < to.
struct Range {
  std::optional<std::int64_t> from;  ///< none: MINVALUE
  std::optional<std::int64_t> to;    ///< none: MAXVALUE
  bool operator==(const Range&) const = default;
};

/// A day of the proleptic Gregorian calendar; month and day count from 1, the year before 1 is 0.
struct Date {
  std::int64_t year;
  int month;
  int day;
  auto operator<=>(const Date&) const = default;
};

inline constexpr std::int64_t kHourUs = 3'600'000'000;
inline constexpr std::int64_t kDayUs = 24 * kHourUs;

/// Days since 1970-01-01, and back. Source: Howard Hinnant, chrono-compatible low-level date
/// algorithms, days_from_civil and civil_from_days.
std::int64_t days_of(const Date& date);
Date date_of_days(std::int64_t days);

/// The day in UTC to which a moment belongs.
Date date_of(std::int64_t us);

/// `2026-02-01 00:00:00+00`, with as many decimals as it needs; `2026-02-01 00:00:00` and
/// `2026-02-01` for the other kinds. PostgreSQL reads it alike under every DateStyle and TimeZone.
std::string moment_text(std::int64_t us, ColumnKind kind);

/// `FOR VALUES FROM (MINVALUE) TO ('2026-02-01 00:00:00+00')`.
std::string bound_clause(const Range& range, ColumnKind kind);

/// The condition that PostgreSQL accepts as proof when a partition is attached, so that it reads no
/// rows: `CHECK (created_at IS NOT NULL AND created_at >= … AND created_at < …)`. The column is
/// quoted where it must be.
std::string range_check(const std::string& column, const Range& range, ColumnKind kind);

}  // namespace lad::partitions
