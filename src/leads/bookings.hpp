#pragma once

#include <cstdint>
#include <optional>

/// Rules of bookings: how long an appointment keeps its member busy, and how often it is repeated.
/// Times are µs since 2000-01-01 UTC, as timestamptz keeps them.
namespace lad::leads {

/// Pause after an appointment.
inline constexpr std::int64_t kPauseMinutes = 15;
/// How often a missed appointment is repeated at most, the repeats of repeats included.
inline constexpr int kMaxRetries = 3;

/// What the time a booking keeps free is made of.
struct Slot {
  std::int64_t start_us = 0;
  std::int32_t duration_minutes = 0;
};

/// End of the time kept free: start, duration and pause. Throws out_of_range (22003).
std::int64_t end_of(const Slot& slot);

/// The end after a booking was moved or made longer or shorter, when the old one ended at `end_us`:
/// the pause stays what it was. Throws out_of_range (22003).
std::int64_t moved_end(const Slot& before, const Slot& after, std::int64_t end_us);

/// retry_count of a repeat, from its parent's and the number of repeats the first booking has had.
/// Throws check_failed (23514) for one too many.
int next_retry(int parent_retry_count, std::int64_t repeats_so_far);

}  // namespace lad::leads
