#include "partitions/conversion.hpp"

#include <algorithm>
#include <cstdio>

#include "catalog/names.hpp"
#include "core/error.hpp"

namespace lad::partitions {
namespace {

constexpr const char* kPhaseNames[] = {"prepare", "swap1",    "journal", "copy", "index",
                                       "verify",  "catch_up", "swap2",   "done"};

constexpr std::int64_t kWeekUs = 7 * kDayUs;
constexpr std::int64_t kFirstMondayUs = 4 * kDayUs;  // 1970-01-05

std::int64_t floor_to(std::int64_t value, std::int64_t by) {
  const std::int64_t rest = value % by;
  return value - (rest < 0 ? rest + by : rest);
}

std::int64_t month_index(std::int64_t us) {
  const Date date = date_of(us);
  return date.year * 12 + date.month - 1;
}

std::int64_t start_of_month(std::int64_t index) {
  const std::int64_t year = floor_to(index, 12) / 12;
  return days_of({year, static_cast<int>(index - year * 12) + 1, 1}) * kDayUs;
}

/// `2026`, `2026_02`, `2026_02_09` or `2026_02_09_06`, as fine as the step.
std::string range_suffix(std::int64_t us, const Step& step) {
  const Date date = date_of(us);
  char text[48];
  const long long year = date.year;
  if (step.months > 0 && step.months % 12 == 0) {
    std::snprintf(text, sizeof text, "%04lld", year);
  } else if (step.months > 0) {
    std::snprintf(text, sizeof text, "%04lld_%02d", year, date.month);
  } else if (step.us % kDayUs == 0) {
    std::snprintf(text, sizeof text, "%04lld_%02d_%02d", year, date.month, date.day);
  } else {
    std::snprintf(text, sizeof text, "%04lld_%02d_%02d_%02d", year, date.month, date.day,
                  static_cast<int>((us - floor_to(us, kDayUs)) / kHourUs));
  }
  return text;
}

}  // namespace

const char* phase_name(Phase phase) {
  return kPhaseNames[static_cast<int>(phase)];
}

Phase phase_of(const std::string& name) {
  if (name == "queued") return Phase::prepare;
  for (int i = 0; i <= static_cast<int>(Phase::done); ++i) {
    if (name == kPhaseNames[i]) return static_cast<Phase>(i);
  }
  throw Error{ErrorCode::internal, "unknown phase of a conversion: " + name};
}

Phase next_phase(Phase phase) {
  return phase == Phase::done ? phase : static_cast<Phase>(static_cast<int>(phase) + 1);
}

bool has_journal_trigger(Phase phase) {
  return phase > Phase::swap1 && phase < Phase::done;
}

bool can_abort(Phase phase) {
  return phase < Phase::done;
}

Phase phase_after_rewrite(Phase phase) {
  return phase > Phase::journal && phase < Phase::done ? Phase::journal : phase;
}

Step read_step(std::int32_t months, std::int32_t days, std::int64_t us) {
  const auto refuse = [](const char* why) -> Step {
    throw Error{ErrorCode::invalid_argument, "step cannot be the length of a partition", why,
                "Pass some months, or some days and hours, such as '1 month' or '1 week'."};
  };
  if (months != 0 && (days != 0 || us != 0)) return refuse("It mixes months with an exact time.");
  if (months < 0 || days < 0 || us < 0) return refuse("It is negative.");
  if (months > 1200 || days > 36525) return refuse("It is longer than a hundred years.");
  const Step step{months, days * kDayUs + us};
  if (us > 36525 * kDayUs) return refuse("It is longer than a hundred years.");
  if (months == 0 && (step.us < kHourUs || step.us % kHourUs != 0)) {
    return refuse("It is no whole number of hours.");
  }
  return step;
}

std::int64_t step_floor(std::int64_t us, const Step& step) {
  if (step.months > 0) return start_of_month(floor_to(month_index(us), step.months));
  const std::int64_t origin = step.us % kWeekUs == 0 ? kFirstMondayUs : 0;
  return floor_to(us - origin, step.us) + origin;
}

std::int64_t step_plus(std::int64_t boundary, int steps, const Step& step) {
  if (step.months > 0) return start_of_month(month_index(boundary) + steps * step.months);
  return boundary + steps * step.us;
}

bool is_beyond(std::int64_t key, std::int64_t now, const Step& step) {
  return key >= step_plus(step_floor(now, step), kMaxRangesAhead + 1, step);
}

std::vector<NamedRange> leaves_for(const std::string& table, const Step& step, const KeySpan& keys,
                                   std::int64_t now) {
  const std::int64_t present = step_floor(now, step);
  const std::int64_t lowest = keys.lowest ? step_floor(*keys.lowest, step) : present;
  const std::int64_t first = std::clamp(lowest, step_plus(present, -kMaxRangesPast, step), present);
  const std::int64_t highest = keys.highest ? step_floor(*keys.highest, step) : present;
  const std::int64_t last = std::max(step_plus(present, kRangesAhead, step),
                                     std::min(highest, step_plus(present, kMaxRangesAhead, step)));
  std::vector<NamedRange> leaves;
  leaves.push_back({catalog::part_name(table, "legacy"), {std::nullopt, first}});
  for (std::int64_t from = first; from <= last; from = step_plus(from, 1, step)) {
    leaves.push_back(
        {catalog::part_name(table, range_suffix(from, step)), {from, step_plus(from, 1, step)}});
  }
  return leaves;
}

std::int64_t blocks_of_batch(std::int64_t batch_rows, std::int64_t rows, std::int64_t blocks) {
  if (rows <= 0 || blocks <= 0) return 128;
  const double blocks_a_row = static_cast<double>(blocks) / static_cast<double>(rows);
  return std::max<std::int64_t>(
      1, static_cast<std::int64_t>(static_cast<double>(batch_rows) * blocks_a_row));
}

std::int32_t pause_after(std::int64_t rows, std::int64_t elapsed_us,
                         std::optional<std::int32_t> max_rows_per_second) {
  if (!max_rows_per_second) return 0;
  const double due_us = static_cast<double>(rows) * 1e6 / *max_rows_per_second;
  const double pause_ms = (due_us - static_cast<double>(elapsed_us)) / 1e3;
  return static_cast<std::int32_t>(std::clamp(pause_ms, 0.0, 3.6e6));
}

}  // namespace lad::partitions
