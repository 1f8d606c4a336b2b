#pragma once

#include "pg/values.hpp"

namespace lad::pg {

/// date: days since 2000-01-01, the smallest and largest integer for -infinity and infinity.
struct Day {
  std::int32_t days;
  auto operator<=>(const Day&) const = default;
};

template <>
struct SqlType<Day> {
  static constexpr Oid kOid = DATEOID;
  static Datum to_datum(Day value) { return Int32GetDatum(value.days); }
  static Day from_datum(Datum value) { return {DatumGetInt32(value)}; }
};

template <>
inline constexpr ElementLayout kElement<Day>{DATEARRAYOID, DATEOID, sizeof(std::int32_t), true,
                                             TYPALIGN_INT};

template <>
inline constexpr ElementLayout kElement<std::int32_t>{INT4ARRAYOID, INT4OID, sizeof(std::int32_t),
                                                      true, TYPALIGN_INT};

template <>
inline constexpr ElementLayout kElement<JsonbDatum>{JSONBARRAYOID, JSONBOID, -1, false,
                                                    TYPALIGN_INT};

}  // namespace lad::pg
