#pragma once

#include <string>

#include "pg/values.hpp"

namespace lad::pg {

/// An argument of type name.
struct NameText {
  std::string text;
};

template <>
struct SqlType<NameText> {
  static constexpr Oid kOid = NAMEOID;
  static NameText from_datum(Datum value) { return {NameStr(*DatumGetName(value))}; }
};

}  // namespace lad::pg
