#pragma once

#include "pg/values.hpp"

/// Values that only reports of progress have.
namespace lad::pg {

/// A length of time as an interval of hours, minutes and seconds.
struct Duration {
  std::int64_t us;
};

template <>
struct SqlType<Duration> {
  static constexpr Oid kOid = INTERVALOID;
  static Datum to_datum(Duration value) {
    auto* interval = static_cast<::Interval*>(palloc0(sizeof(::Interval)));
    interval->time = value.us;
    return PointerGetDatum(interval);
  }
};

template <>
struct SqlType<double> {
  static constexpr Oid kOid = FLOAT8OID;
  static Datum to_datum(double value) { return Float8GetDatum(value); }
  static double from_datum(Datum value) { return DatumGetFloat8(value); }
};

}  // namespace lad::pg
