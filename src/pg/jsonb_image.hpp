#pragma once

#include "pg/values.hpp"

namespace lad::pg {

/// A jsonb by value, as PostgreSQL keeps it: it outlives the row it was read from, and is handed on
/// unread.
struct JsonbImage {
  Bytes bytes;
};

template <>
struct SqlType<JsonbImage> {
  static constexpr Oid kOid = JSONBOID;
  static Datum to_datum(const JsonbImage& value) {
    auto* const copy = static_cast<char*>(palloc(value.bytes.size()));
    std::memcpy(copy, value.bytes.data(), value.bytes.size());
    return PointerGetDatum(copy);
  }
  static JsonbImage from_datum(Datum value) {
    const auto* const begin = reinterpret_cast<const std::uint8_t*>(DatumGetPointer(value));
    return {{begin, begin + VARSIZE_ANY(begin)}};
  }
};

}  // namespace lad::pg
