#include "leads/bookings.hpp"

#include "core/error.hpp"

namespace lad::leads {
namespace {

constexpr std::int64_t kMinuteUs = 60'000'000;

// The range of timestamptz: 4714-11-24 BC up to before 294277-01-01.
constexpr std::int64_t kFirstUs = -211'813'488'000'000'000;
constexpr std::int64_t kEndUs = 9'223'371'331'200'000'000;

std::int64_t move(std::int64_t time_us, __int128 difference_us) {
  const __int128 moved = time_us + difference_us;
  if (moved < kFirstUs || moved >= kEndUs) {
    throw Error{ErrorCode::out_of_range, "time of a booking is out of range"};
  }
  return static_cast<std::int64_t>(moved);
}

}  // namespace

std::int64_t end_of(const Slot& slot) {
  return move(slot.start_us, (slot.duration_minutes + kPauseMinutes) * kMinuteUs);
}

std::int64_t moved_end(const Slot& before, const Slot& after, std::int64_t end_us) {
  const __int128 later = __int128{after.start_us} - before.start_us;
  const __int128 longer = (__int128{after.duration_minutes} - before.duration_minutes) * kMinuteUs;
  return move(end_us, later + longer);
}

int next_retry(int parent_retry_count, std::int64_t repeats_so_far) {
  if (parent_retry_count >= kMaxRetries || repeats_so_far >= kMaxRetries) {
    throw Error{ErrorCode::check_failed, "a booking is repeated at most 3 times", "",
                "Make a new booking without parent_booking_id."};
  }
  return parent_retry_count + 1;
}

}  // namespace lad::leads
