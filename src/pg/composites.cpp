#include "pg/composites.hpp"

extern "C" {
#include <access/htup_details.h>
#include <utils/array.h>
#include <utils/typcache.h>
}

namespace lad::pg {
namespace {

constexpr int kMaxElements = 10'000;

/// Plain data, so that a longjmp may drop it.
struct Composites {
  Rows::Storage rows;
  bool has_null = false;
  bool too_large = false;
};

void deform(HeapTupleHeader header, TupleDesc shape, Datum* values, bool* nulls) {
  HeapTupleData tuple = {};
  tuple.t_len = HeapTupleHeaderGetDatumLength(header);
  ItemPointerSetInvalid(&tuple.t_self);
  tuple.t_data = header;
  heap_deform_tuple(&tuple, shape, values, nulls);
  for (int column = 0; column < shape->natts; ++column) {
    if (!nulls[column] && TupleDescAttr(shape, column)->attlen == -1) {
      values[column] = PointerGetDatum(PG_DETOAST_DATUM_PACKED(values[column]));
    }
  }
}

Composites take_apart(Datum datum) {
  Composites result;
  ArrayType* const array = DatumGetArrayTypeP(datum);
  const int count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
  result.too_large = ARR_NDIM(array) > 1 || count > kMaxElements;
  if (result.too_large) return result;
  Datum* elements = nullptr;
  bool* nulls = nullptr;
  int found = 0;
  deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_DOUBLE, &elements, &nulls,
                    &found);
  Rows::Storage& rows = result.rows;
  rows.shape = lookup_rowtype_tupdesc_copy(ARR_ELEMTYPE(array), -1);
  rows.columns = rows.shape->natts;
  rows.count = found;
  const std::size_t cells = rows.count * rows.columns;
  rows.values = static_cast<Datum*>(palloc(cells * sizeof(Datum) + 1));
  rows.nulls = static_cast<bool*>(palloc(cells * sizeof(bool) + 1));
  for (int row = 0; row < found; ++row) {
    if (nulls[row]) {
      result.has_null = true;
      return result;
    }
    deform(DatumGetHeapTupleHeader(elements[row]), rows.shape, rows.values + row * rows.columns,
           rows.nulls + row * rows.columns);
  }
  return result;
}

}  // namespace

Rows read_composites(const Args& args, int index, const char* name) {
  if (args.is_null(index)) {
    throw Error{ErrorCode::null_argument, std::string(name) + " must not be null"};
  }
  const Datum datum = args.datum(index);
  const Composites composites = guard([datum] { return take_apart(datum); });
  if (composites.too_large) {
    throw Error{ErrorCode::invalid_argument,
                std::string(name) + " must be one list of at most 10,000 elements"};
  }
  if (composites.has_null) {
    throw Error{ErrorCode::null_argument, std::string(name) + " must not contain null"};
  }
  return Rows{composites.rows};
}

}  // namespace lad::pg
