#include "pricing/periods.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace lad::pricing {
namespace {

std::int64_t start_of(std::span<const Period> periods, const Wish& wish, const Now& now) {
  if (wish.from_us) return *wish.from_us;
  const bool has_begun = std::any_of(periods.begin(), periods.end(), [&](const Period& period) {
    return period.from_us > now.transaction_us && period.from_us <= now.clock_us;
  });
  return has_begun ? now.clock_us : now.transaction_us;
}

}  // namespace

Change plan_change(std::span<const Period> periods, const Wish& wish, const Now& now) {
  Change change;
  change.from_us = start_of(periods, wish, now);
  if (wish.to_us && *wish.to_us <= change.from_us) {
    throw Error{ErrorCode::invalid_argument, "effective_to must be after effective_from"};
  }
  const auto next = std::find_if(periods.begin(), periods.end(), [&](const Period& period) {
    return period.from_us > change.from_us;
  });
  change.to_us = wish.to_us;
  if (next != periods.end()) {
    if (wish.to_us && *wish.to_us > next->from_us) {
      throw Error{ErrorCode::period_overlap,
                  "the period reaches into the next one of the same key"};
    }
    if (!wish.to_us) change.to_us = next->from_us;
  }
  if (next == periods.begin()) return change;
  const Period& held = *(next - 1);
  if (held.to_us && *held.to_us <= change.from_us) return change;
  const bool covers = !held.to_us || (change.to_us && *held.to_us >= *change.to_us);
  if (held.is_same && covers) {
    change.unchanged = held.id;
    return change;
  }
  (held.from_us == change.from_us ? change.replaced : change.shortened) = held.id;
  if (change.to_us && (!held.to_us || *held.to_us > *change.to_us)) {
    change.resumed = held.id;
    change.resumed_to_us = held.to_us;
  }
  return change;
}

}  // namespace lad::pricing
