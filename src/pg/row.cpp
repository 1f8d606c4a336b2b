#include "pg/row.hpp"

#include <string>

#include "core/error.hpp"

extern "C" {
#include <utils/datum.h>
}

namespace lad::pg {

int find_column(TupleDesc shape, const char* name) {
  for (int i = 0; i < shape->natts; ++i) {
    const Form_pg_attribute attribute = TupleDescAttr(shape, i);
    if (!attribute->attisdropped && std::strcmp(NameStr(attribute->attname), name) == 0) {
      return i + 1;
    }
  }
  return 0;
}

int require_column(TupleDesc shape, const char* name) {
  const int number = find_column(shape, name);
  if (number == 0) {
    throw Error{ErrorCode::internal, std::string("trigger needs a column ") + name};
  }
  return number;
}

Datum RowView::fetch(int column, Oid type) const {
  const Form_pg_attribute attribute = TupleDescAttr(shape_, column - 1);
  const bool is_text = type == TEXTOID && attribute->atttypid == VARCHAROID;
  if (attribute->atttypid != type && !is_text) {
    throw Error{ErrorCode::internal, "trigger column has an unexpected type"};
  }
  return guard([&] {
    bool is_null = false;
    const Datum value = heap_getattr(tuple_, column, shape_, &is_null);
    return attribute->attlen == -1 ? PointerGetDatum(PG_DETOAST_DATUM_PACKED(value)) : value;
  });
}

bool RowView::equals(int column, const RowView& other, int other_column) const {
  return guard([&] {
    const Form_pg_attribute attribute = TupleDescAttr(shape_, column - 1);
    bool null = false;
    bool other_null = false;
    const Datum value = heap_getattr(tuple_, column, shape_, &null);
    const Datum other_value = heap_getattr(other.tuple_, other_column, shape_, &other_null);
    if (null || other_null) return null == other_null;
    return datum_image_eq(value, other_value, attribute->attbyval, attribute->attlen);
  });
}

}  // namespace lad::pg
