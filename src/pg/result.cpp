#include "pg/result.hpp"

namespace lad::pg::detail {
namespace {

constexpr int kMaxFields = 64;

void split(const Parameter* fields, int count, Datum* values, bool* nulls) {
  for (int i = 0; i < count; ++i) {
    values[i] = fields[i].value;
    nulls[i] = fields[i].is_null;
  }
}

void check_width(const TupleDesc shape, int count) {
  if (shape->natts != count || count > kMaxFields) {
    elog(ERROR, "function declares %d result columns but has %d", shape->natts, count);
  }
}

}  // namespace

Datum form_row(FunctionCallInfo fcinfo, const Parameter* fields, int count) {
  TupleDesc shape = nullptr;
  if (get_call_result_type(fcinfo, nullptr, &shape) != TYPEFUNC_COMPOSITE) {
    elog(ERROR, "function does not return a row");
  }
  check_width(shape, count);
  shape = BlessTupleDesc(shape);
  Datum values[kMaxFields];
  bool nulls[kMaxFields];
  split(fields, count, values, nulls);
  return HeapTupleGetDatum(heap_form_tuple(shape, values, nulls));
}

void add_row(ReturnSetInfo* result, const Parameter* fields, int count) {
  check_width(result->setDesc, count);
  Datum values[kMaxFields];
  bool nulls[kMaxFields];
  split(fields, count, values, nulls);
  tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

}  // namespace lad::pg::detail
