#pragma once

#include "pg/values.hpp"

namespace lad::pg {

/// A span of time in µs, as an interval without days and months.
struct Duration {
  std::int64_t us;
};

template <>
struct SqlType<Duration> {
  static constexpr Oid kOid = INTERVALOID;
  static Datum to_datum(Duration value) {
    auto* const interval = static_cast<::Interval*>(palloc0(sizeof(::Interval)));
    interval->time = value.us;
    return IntervalPGetDatum(interval);
  }
};

}  // namespace lad::pg
