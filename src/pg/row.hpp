#pragma once

#include <optional>

#include "pg/boundary.hpp"
#include "pg/values.hpp"

namespace lad::pg {

/// Attribute number of a column, 0 when the row type has none of that name.
int find_column(TupleDesc shape, const char* name);

/// As find_column, but internal error when missing.
int require_column(TupleDesc shape, const char* name);

/// A row of a table, read by attribute number. It does not own the row.
class RowView {
 public:
  RowView(TupleDesc shape, HeapTuple tuple) : shape_(shape), tuple_(tuple) {}

  bool is_null(int column) const { return heap_attisnull(tuple_, column, shape_); }

  template <class T>
  std::optional<T> get(int column) const {
    if (is_null(column)) return std::nullopt;
    return SqlType<T>::from_datum(fetch(column, SqlType<T>::kOid));
  }

  /// Whether a column of this row and one of another hold the same by the type's binary image, NULL
  /// being equal to NULL. Both rows have the same shape, both columns the same type.
  bool equals(int column, const RowView& other, int other_column) const;

 private:
  Datum fetch(int column, Oid type) const;

  TupleDesc shape_;
  HeapTuple tuple_;
};

}  // namespace lad::pg
