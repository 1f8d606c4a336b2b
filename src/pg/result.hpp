#pragma once

#include <array>

#include "pg/boundary.hpp"
#include "pg/values.hpp"

/// What SQL functions return: a value, a row, a set of rows.
namespace lad::pg {

/// A plain value, built in the caller's memory: `return to_datum(decimal);`
template <class T>
Datum to_datum(const T& value) {
  return guard([&value] { return SqlType<T>::to_datum(value); });
}

namespace detail {
Datum form_row(FunctionCallInfo fcinfo, const Parameter* fields, int count);
void add_row(ReturnSetInfo* result, const Parameter* fields, int count);
}  // namespace detail

/// A row of the function's declared composite type, one value (or optional) a column in order.
template <class... Fields>
Datum to_row(FunctionCallInfo fcinfo, const Fields&... fields) {
  return guard([&] {
    const std::array<Parameter, sizeof...(Fields)> row{to_parameter(fields)...};
    return detail::form_row(fcinfo, row.data(), sizeof...(Fields));
  });
}

/// A set of rows, materialised: `RowSet set{fcinfo}; set.add(a, b); return set.done();`
class RowSet {
 public:
  explicit RowSet(FunctionCallInfo fcinfo) : fcinfo_(fcinfo) {
    guard([fcinfo] { InitMaterializedSRF(fcinfo, 0); });
  }
  template <class... Fields>
  void add(const Fields&... fields) {
    guard([&] {
      const std::array<Parameter, sizeof...(Fields)> row{to_parameter(fields)...};
      detail::add_row(reinterpret_cast<ReturnSetInfo*>(fcinfo_->resultinfo), row.data(),
                      sizeof...(Fields));
    });
  }
  Datum done() const {
    fcinfo_->isnull = true;
    return static_cast<Datum>(0);
  }

 private:
  FunctionCallInfo fcinfo_;
};

inline Datum null_datum(FunctionCallInfo fcinfo) {
  fcinfo->isnull = true;
  return static_cast<Datum>(0);
}

inline Datum void_datum() {
  return static_cast<Datum>(0);
}

}  // namespace lad::pg
