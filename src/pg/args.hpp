#pragma once

#include <optional>
#include <string>

#include "core/error.hpp"
#include "pg/boundary.hpp"
#include "pg/values.hpp"

namespace lad::pg {

/// The arguments of a SQL function, read by position (from 0) and named for error messages.
/// A NULL where a value is needed is null_argument (22004).
class Args {
 public:
  explicit Args(FunctionCallInfo fcinfo) : fcinfo_(fcinfo) {}

  bool is_null(int index) const { return index >= fcinfo_->nargs || fcinfo_->args[index].isnull; }

  template <class T>
  T get(int index, const char* name) const {
    if (is_null(index)) {
      throw Error{ErrorCode::null_argument, std::string(name) + " must not be null"};
    }
    return SqlType<T>::from_datum(detoasted<T>(index));
  }

  template <class T>
  std::optional<T> get_optional(int index) const {
    if (is_null(index)) return std::nullopt;
    return SqlType<T>::from_datum(detoasted<T>(index));
  }

  Datum datum(int index) const { return fcinfo_->args[index].value; }

 private:
  template <class T>
  Datum detoasted(int index) const {
    const Datum value = fcinfo_->args[index].value;
    constexpr Oid type = SqlType<T>::kOid;
    if constexpr (type == TEXTOID || type == BYTEAOID || type == NUMERICOID || type == JSONBOID) {
      if (!VARATT_IS_EXTENDED(DatumGetPointer(value))) return value;
      return guard([value] { return PointerGetDatum(PG_DETOAST_DATUM_PACKED(value)); });
    } else {
      return value;
    }
  }

  FunctionCallInfo fcinfo_;
};

}  // namespace lad::pg
