#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/decimal.hpp"
#include "core/uuid.hpp"
#include "pg/numeric.hpp"
#include "pg/postgres.hpp"

/// C++ values and their SQL types: which type a C++ value is in SQL, how it becomes a Datum, how
/// a detoasted Datum becomes it.
namespace lad::pg {

/// timestamptz: microseconds since 2000-01-01 00:00 UTC.
struct Timestamp {
  std::int64_t us;
  auto operator<=>(const Timestamp&) const = default;
};

/// interval as PostgreSQL keeps it.
struct Interval {
  std::int64_t us;
  std::int32_t days;
  std::int32_t months;

  /// Microseconds, a day being 24 hours. Throws invalid_argument (22023) for an interval with
  /// months, whose length depends on the calendar, and out_of_range (22003) beyond 10,000 years.
  std::int64_t exact_us(const char* name) const;
};

/// jsonb as its text. As a parameter it must be valid JSON.
struct Json {
  std::string text;
};

/// A jsonb Datum passed through unread, such as an argument handed on to a statement.
struct JsonbDatum {
  Datum value;
};

/// A table by its identifier (regclass), not looked at.
struct TableId {
  std::uint32_t oid;
};

/// A timestamptz, jsonb … array or any other Datum whose C++ form nobody needs, with its type.
using Bytes = std::vector<std::uint8_t>;

template <class T>
struct SqlType;

// `to_datum` may palloc and ERROR: call it inside a guard. `from_datum` never calls PostgreSQL
// code that can ERROR: the Datum is detoasted.
template <>
struct SqlType<bool> {
  static constexpr Oid kOid = BOOLOID;
  static Datum to_datum(bool value) { return BoolGetDatum(value); }
  static bool from_datum(Datum value) { return DatumGetBool(value); }
};

template <>
struct SqlType<std::int32_t> {
  static constexpr Oid kOid = INT4OID;
  static Datum to_datum(std::int32_t value) { return Int32GetDatum(value); }
  static std::int32_t from_datum(Datum value) { return DatumGetInt32(value); }
};

template <>
struct SqlType<std::int64_t> {
  static constexpr Oid kOid = INT8OID;
  static Datum to_datum(std::int64_t value) { return Int64GetDatum(value); }
  static std::int64_t from_datum(Datum value) { return DatumGetInt64(value); }
};

template <>
struct SqlType<Timestamp> {
  static constexpr Oid kOid = TIMESTAMPTZOID;
  static Datum to_datum(Timestamp value) { return TimestampTzGetDatum(value.us); }
  static Timestamp from_datum(Datum value) { return {DatumGetTimestampTz(value)}; }
};

template <>
struct SqlType<Interval> {
  static constexpr Oid kOid = INTERVALOID;
  static Interval from_datum(Datum value) {
    const auto* interval = reinterpret_cast<const ::Interval*>(DatumGetPointer(value));
    return {interval->time, interval->day, interval->month};
  }
};

template <>
struct SqlType<Uuid> {
  static constexpr Oid kOid = UUIDOID;
  static Datum to_datum(const Uuid& value) {
    auto* copy = static_cast<pg_uuid_t*>(palloc(sizeof(pg_uuid_t)));
    std::memcpy(copy->data, value.bytes.data(), UUID_LEN);
    return UUIDPGetDatum(copy);
  }
  static Uuid from_datum(Datum value) {
    Uuid uuid;
    std::memcpy(uuid.bytes.data(), DatumGetUUIDP(value)->data, UUID_LEN);
    return uuid;
  }
};

template <>
struct SqlType<std::string_view> {
  static constexpr Oid kOid = TEXTOID;
  static Datum to_datum(std::string_view value) {
    return PointerGetDatum(cstring_to_text_with_len(value.data(), static_cast<int>(value.size())));
  }
};

template <>
struct SqlType<std::string> {
  static constexpr Oid kOid = TEXTOID;
  static Datum to_datum(const std::string& value) {
    return SqlType<std::string_view>::to_datum(value);
  }
  static std::string from_datum(Datum value) {
    const auto* text = reinterpret_cast<const varlena*>(DatumGetPointer(value));
    return {VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text)};
  }
};

template <>
struct SqlType<Bytes> {
  static constexpr Oid kOid = BYTEAOID;
  static Datum to_datum(const Bytes& value) {
    auto* bytea = static_cast<char*>(palloc(VARHDRSZ + value.size()));
    SET_VARSIZE(bytea, VARHDRSZ + value.size());
    std::memcpy(bytea + VARHDRSZ, value.data(), value.size());
    return PointerGetDatum(bytea);
  }
  static Bytes from_datum(Datum value) {
    const auto* bytea = reinterpret_cast<const varlena*>(DatumGetPointer(value));
    const auto* begin = reinterpret_cast<const std::uint8_t*>(VARDATA_ANY(bytea));
    return {begin, begin + VARSIZE_ANY_EXHDR(bytea)};
  }
};

template <>
struct SqlType<Decimal> {
  static constexpr Oid kOid = NUMERICOID;
  static Datum to_datum(const Decimal& value) {
    return build_numeric(value.native_units(), Decimal::kScale);
  }
  static Decimal from_datum(Datum value) { return read_decimal(value); }
};

template <>
struct SqlType<Rate> {
  static constexpr Oid kOid = NUMERICOID;
  static Datum to_datum(const Rate& value) {
    return build_numeric(value.native_units(), Rate::kScale);
  }
  static Rate from_datum(Datum value) { return read_rate(value); }
};

template <>
struct SqlType<Json> {
  static constexpr Oid kOid = JSONBOID;
  static Datum to_datum(const Json& value) {
    return DirectFunctionCall1(jsonb_in, CStringGetDatum(value.text.c_str()));
  }
};

template <>
struct SqlType<JsonbDatum> {
  static constexpr Oid kOid = JSONBOID;
  static Datum to_datum(JsonbDatum value) { return value.value; }
  static JsonbDatum from_datum(Datum value) { return {value}; }
};

template <>
struct SqlType<TableId> {
  static constexpr Oid kOid = REGCLASSOID;
  static Datum to_datum(TableId value) { return ObjectIdGetDatum(value.oid); }
  static TableId from_datum(Datum value) { return {DatumGetObjectId(value)}; }
};

/// A value or SQL NULL as a Datum with its null flag.
struct Parameter {
  Datum value;
  bool is_null;
};

template <class T>
Parameter to_parameter(const T& value) {
  return {SqlType<T>::to_datum(value), false};
}

template <class T>
Parameter to_parameter(const std::optional<T>& value) {
  if (!value) return {static_cast<Datum>(0), true};
  return {SqlType<T>::to_datum(*value), false};
}

/// How PostgreSQL keeps the elements of an array of a type.
struct ElementLayout {
  Oid array;
  Oid element;
  std::int16_t length;
  bool by_value;
  char alignment;
};

template <class T>
inline constexpr ElementLayout kElement{};
template <class T>
inline constexpr ElementLayout kElement<std::optional<T>> = kElement<T>;
template <>
inline constexpr ElementLayout kElement<std::string>{TEXTARRAYOID, TEXTOID, -1, false,
                                                     TYPALIGN_INT};
template <>
inline constexpr ElementLayout kElement<Uuid>{UUIDARRAYOID, UUIDOID, UUID_LEN, false,
                                              TYPALIGN_CHAR};
template <>
inline constexpr ElementLayout kElement<Decimal>{NUMERICARRAYOID, NUMERICOID, -1, false,
                                                 TYPALIGN_INT};
template <>
inline constexpr ElementLayout kElement<std::int64_t>{INT8ARRAYOID, INT8OID, sizeof(std::int64_t),
                                                      true, TYPALIGN_DOUBLE};
template <>
inline constexpr ElementLayout kElement<Timestamp>{TIMESTAMPTZARRAYOID, TIMESTAMPTZOID,
                                                   sizeof(std::int64_t), true, TYPALIGN_DOUBLE};
template <>
inline constexpr ElementLayout kElement<Bytes>{BYTEAARRAYOID, BYTEAOID, -1, false, TYPALIGN_INT};

/// An array of one dimension. May palloc and ERROR: call it inside a guard.
Datum build_array(const ElementLayout& layout, Datum* values, bool* nulls, std::size_t count);

/// An array as a parameter; pg/arrays.hpp reads one.
template <class T>
struct SqlType<std::vector<T>> {
  static constexpr Oid kOid = kElement<T>.array;
  static Datum to_datum(const std::vector<T>& elements) {
    auto* values = static_cast<Datum*>(palloc(sizeof(Datum) * elements.size() + 1));
    auto* nulls = static_cast<bool*>(palloc(elements.size() + 1));
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const Parameter element = to_parameter(elements[i]);
      values[i] = element.value;
      nulls[i] = element.is_null;
    }
    return build_array(kElement<T>, values, nulls, elements.size());
  }
};

template <class T>
inline constexpr Oid kSqlOid = SqlType<T>::kOid;
template <class T>
inline constexpr Oid kSqlOid<std::optional<T>> = SqlType<T>::kOid;

}  // namespace lad::pg
