#pragma once

#include <cstdint>

#include "pg/values.hpp"

namespace lad::pg {

/// An exact length of time, as a result of type interval.
struct Duration {
  std::int64_t us;
};

template <>
struct SqlType<Duration> {
  static constexpr Oid kOid = INTERVALOID;
  static Datum to_datum(Duration value) {
    auto* interval = static_cast<::Interval*>(palloc0(sizeof(::Interval)));
    interval->time = value.us;
    return IntervalPGetDatum(interval);
  }
};

}  // namespace lad::pg
