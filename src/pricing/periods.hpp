#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/uuid.hpp"

/// How a value that holds from one time to another is replaced: prices and exchange rates of one
/// key never overlap. Times in µs since 1970-01-01 00:00 UTC.
namespace lad::pricing {

/// What holds for from_us <= t < to_us.
struct Period {
  Uuid id;
  std::int64_t from_us = 0;
  std::optional<std::int64_t> to_us;  ///< none: for ever
  bool is_same = false;               ///< it holds the value that is wished
};

struct Wish {
  std::optional<std::int64_t> from_us;  ///< none: from now
  std::optional<std::int64_t> to_us;    ///< none: until the next period, or for ever
};

/// The present: when the transaction began, and the clock.
struct Now {
  std::int64_t transaction_us = 0;
  std::int64_t clock_us = 0;
};

/// What must be written so that the wished value holds for from_us <= t < to_us and whatever held
/// at any other time still does.
struct Change {
  std::int64_t from_us = 0;
  std::optional<std::int64_t> to_us;
  std::optional<Uuid> unchanged;  ///< nothing: this period says it already
  std::optional<Uuid> shortened;  ///< a period that now ends at from_us
  std::optional<Uuid> replaced;   ///< a period that began at from_us and holds no more
  /// The period whose value holds again from to_us until where it ended.
  std::optional<Uuid> resumed;
  std::optional<std::int64_t> resumed_to_us;
};

/// Plans the change of the periods of one key, which ascend by from_us and do not overlap.
///
/// From now is the start of the transaction, so that the transaction itself sees the value; or the
/// clock when a period has begun since: the later wish holds. Throws invalid_argument (22023) for
/// an end that is not after the start, period_overlap (23P01) for one that lies beyond the start
/// of a later period.
Change plan_change(std::span<const Period> periods, const Wish& wish, const Now& now);

}  // namespace lad::pricing
