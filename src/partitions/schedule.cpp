#include "partitions/schedule.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>

#include "catalog/names.hpp"
#include "core/error.hpp"

namespace lad::partitions {
namespace {

constexpr std::int64_t kFirstMonday = 10'959;  // 2000-01-03, in days since 1970
constexpr std::int32_t kMonthsOfYear = 12;

std::int64_t floor_to(std::int64_t value, std::int64_t unit) {
  const std::int64_t rest = value % unit;
  return value - rest - (rest < 0 ? unit : 0);
}

std::int64_t month_index(const Date& date) {
  return date.year * kMonthsOfYear + date.month - 1;
}

std::int64_t us_of_month(std::int64_t index) {
  const std::int64_t year = floor_to(index, kMonthsOfYear) / kMonthsOfYear;
  return days_of({year, static_cast<int>(index - year * kMonthsOfYear) + 1, 1}) * kDayUs;
}

[[noreturn]] void refuse_step(const char* detail) {
  throw Error{ErrorCode::invalid_argument, "step is no length of partitions", detail,
              "Use 1, 2, 3, 4 or 6 months, years, 1 to 366 days, or hours that divide a day."};
}

/// MINVALUE and MAXVALUE as moments that all others lie between.
std::int64_t from_of(const Range& range) {
  return range.from.value_or(std::numeric_limits<std::int64_t>::min());
}

std::int64_t to_of(const Range& range) {
  return range.to.value_or(std::numeric_limits<std::int64_t>::max());
}

void sort_ranges(std::vector<Range>& ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const Range& a, const Range& b) { return from_of(a) < from_of(b); });
}

class Filling {
 public:
  Filling(const Plan& plan, std::vector<Range> existing)
      : plan_(plan), existing_(std::move(existing)) {
    sort_ranges(existing_);
    present_ = boundary_before(plan.now_us, plan.step);
    end_ = boundary_after(present_, plan.step, plan.premake + 1);
  }

  std::vector<WantedLeaf> run() {
    auto next = existing_.begin();
    std::int64_t cursor = present_;
    const bool has_legacy = next != existing_.end() && !next->from;
    if (has_legacy) {
      cursor = to_of(*next++);
      // Retention has taken what followed it.
      if (next != existing_.end() && from_of(*next) <= plan_.now_us) cursor = from_of(*next);
    } else {
      if (next != existing_.end()) cursor = std::min(cursor, from_of(*next));
      if (cursor != std::numeric_limits<std::int64_t>::min()) {
        wanted_.push_back({catalog::part_name(plan_.table, "legacy"), {{}, cursor}});
      }
    }
    for (; next != existing_.end(); ++next) {
      fill(cursor, from_of(*next));
      cursor = std::max(cursor, to_of(*next));
    }
    fill(cursor, end_);
    return std::move(wanted_);
  }

 private:
  void fill(std::int64_t from, std::int64_t to) {
    to = std::min(to, end_);
    if (plan_.limit_us) from = std::max(from, boundary_before(*plan_.limit_us, plan_.step));
    while (from < to) {
      if (wanted_.size() == kMostPartitions) {
        throw Error{ErrorCode::partition_refused,
                    "more than " + std::to_string(kMostPartitions) + " partitions are missing", "",
                    "Use a longer step, or create a partition for the time that has passed."};
      }
      const std::int64_t begin = boundary_before(from, plan_.step);
      const std::int64_t end = std::min(to, boundary_after(begin, plan_.step));
      wanted_.push_back(
          {catalog::part_name(plan_.table, range_suffix(begin, plan_.step)), {from, end}});
      from = end;
    }
  }

  const Plan& plan_;
  std::vector<Range> existing_;
  std::int64_t present_ = 0;
  std::int64_t end_ = 0;
  std::vector<WantedLeaf> wanted_;
};

}  // namespace

Step read_step(std::int32_t months, std::int32_t days, std::int64_t us, ColumnKind kind) {
  if ((months != 0) + (days != 0) + (us != 0) != 1) refuse_step("It mixes units, or is zero.");
  if (months < 0 || days < 0 || us < 0) refuse_step("It is negative.");
  if (months != 0) {
    if (kMonthsOfYear % months != 0 && months % kMonthsOfYear != 0) {
      refuse_step("Its months neither divide a year nor are whole years.");
    }
    if (months > 100 * kMonthsOfYear) refuse_step("It is longer than 100 years.");
    return {Step::Unit::month, months};
  }
  if (us == kDayUs) return {Step::Unit::day, 1};
  if (days != 0) {
    if (days > 366) refuse_step("It has more than 366 days.");
    return {Step::Unit::day, days};
  }
  if (kind == ColumnKind::date) refuse_step("A date has no hours.");
  if (us % kHourUs != 0 || us > kDayUs || kDayUs % us != 0) {
    refuse_step("Its hours do not divide a day.");
  }
  return {Step::Unit::hour, us / kHourUs};
}

std::int64_t boundary_before(std::int64_t us, const Step& step) {
  switch (step.unit) {
    case Step::Unit::month:
      return us_of_month(floor_to(month_index(date_of(us)), step.count));
    case Step::Unit::day: {
      const std::int64_t anchor = kFirstMonday * kDayUs;
      return floor_to(us - anchor, step.count * kDayUs) + anchor;
    }
    case Step::Unit::hour:
      return floor_to(us, step.count * kHourUs);
  }
  return us;
}

std::int64_t boundary_after(std::int64_t boundary, const Step& step, std::int64_t steps) {
  switch (step.unit) {
    case Step::Unit::month:
      return us_of_month(month_index(date_of(boundary)) + steps * step.count);
    case Step::Unit::day:
      return boundary + steps * step.count * kDayUs;
    case Step::Unit::hour:
      return boundary + steps * step.count * kHourUs;
  }
  return boundary;
}

std::string range_suffix(std::int64_t boundary, const Step& step) {
  const Date date = date_of(boundary);
  const bool is_before_christ = date.year < 1;
  char text[64];
  std::snprintf(text, sizeof text, "%04lld_%02d_%02d_%02d",
                static_cast<long long>(is_before_christ ? 1 - date.year : date.year), date.month,
                date.day, static_cast<int>((boundary - days_of(date) * kDayUs) / kHourUs));
  std::string suffix = text;
  const std::size_t hours = suffix.rfind('_');
  const std::size_t days = suffix.rfind('_', hours - 1);
  if (step.unit != Step::Unit::hour) suffix.resize(hours);
  if (step.unit == Step::Unit::month) suffix.resize(days);
  if (step.unit == Step::Unit::month && step.count >= kMonthsOfYear) {
    suffix.resize(suffix.rfind('_'));
  }
  return suffix + (is_before_christ ? "_bc" : "");
}

std::vector<WantedLeaf> missing_leaves(const Plan& plan, std::vector<Range> existing) {
  return Filling{plan, std::move(existing)}.run();
}

std::optional<std::int64_t> horizon_of(std::int64_t now_us, std::vector<Range> existing) {
  sort_ranges(existing);
  std::int64_t horizon = now_us;
  for (const Range& range : existing) {
    if (from_of(range) > horizon) break;
    if (!range.to) return std::nullopt;
    horizon = std::max(horizon, *range.to);
  }
  return horizon;
}

HorizonLimits horizon_limits(const Plan& plan) {
  const std::int64_t present = boundary_before(plan.now_us, plan.step);
  const int ahead = std::min(plan.premake, 1);
  const int half = (plan.premake + 1) / 2;
  return {boundary_after(present, plan.step, 1 + ahead),
          boundary_after(present, plan.step, 1 + half)};
}

std::int64_t retention_limit(std::int64_t now_us, const Retention& retention) {
  const Date date = date_of(now_us);
  const std::int64_t first = us_of_month(month_index(date) - retention.months);
  const std::int64_t next = us_of_month(month_index(date) - retention.months + 1);
  const std::int64_t into_month = now_us - us_of_month(month_index(date));
  const std::int64_t time_of_day = into_month % kDayUs;
  const std::int64_t day = std::min(into_month - time_of_day, next - first - kDayUs);
  return first + day + time_of_day - retention.us;
}

bool is_outlived(const Range& range, std::int64_t limit_us) {
  return range.from && range.to && *range.to <= limit_us;
}

}  // namespace lad::partitions
