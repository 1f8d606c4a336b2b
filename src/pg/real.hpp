#pragma once

#include "pg/values.hpp"

namespace lad::pg {

template <>
struct SqlType<float> {
  static constexpr Oid kOid = FLOAT4OID;
  static Datum to_datum(float value) { return Float4GetDatum(value); }
  static float from_datum(Datum value) { return DatumGetFloat4(value); }
};

template <>
inline constexpr ElementLayout kElement<float>{FLOAT4ARRAYOID, FLOAT4OID, sizeof(float), true,
                                               TYPALIGN_INT};

}  // namespace lad::pg
