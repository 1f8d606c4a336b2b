#include "partitions/conversion.hpp"

#include <algorithm>

#include "catalog/names.hpp"
#include "core/error.hpp"

namespace lad::partitions {
namespace {

constexpr const char* kPhaseNames[] = {"prepare", "swap1",    "journal", "copy", "index",
                                       "verify",  "catch_up", "swap2",   "done"};

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

bool is_beyond(std::int64_t key, std::int64_t now, const Step& step) {
  return key >= boundary_after(boundary_before(now, step), step, kMaxRangesAhead + 1);
}

std::vector<WantedLeaf> leaves_for(const std::string& table, const Step& step, const KeySpan& keys,
                                   std::int64_t now) {
  const std::int64_t present = boundary_before(now, step);
  const std::int64_t lowest = keys.lowest ? boundary_before(*keys.lowest, step) : present;
  const std::int64_t first =
      std::clamp(lowest, boundary_after(present, step, -kMaxRangesPast), present);
  const std::int64_t highest = keys.highest ? boundary_before(*keys.highest, step) : present;
  const std::int64_t last =
      std::max(boundary_after(present, step, kRangesAhead),
               std::min(highest, boundary_after(present, step, kMaxRangesAhead)));
  std::vector<WantedLeaf> leaves;
  leaves.push_back({catalog::part_name(table, "legacy"), {std::nullopt, first}});
  for (std::int64_t from = first; from <= last; from = boundary_after(from, step, 1)) {
    leaves.push_back({catalog::part_name(table, range_suffix(from, step)),
                      {from, boundary_after(from, step, 1)}});
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
