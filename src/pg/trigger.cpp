#include "pg/trigger.hpp"

extern "C" {
#include <utils/datum.h>
#include <utils/rel.h>
}

namespace lad::pg {

TriggerCall::TriggerCall(FunctionCallInfo fcinfo)
    : data_(reinterpret_cast<TriggerData*>(fcinfo->context)) {
  if (!CALLED_AS_TRIGGER(fcinfo)) {
    throw Error{ErrorCode::invalid_argument, "function can only be called as a trigger"};
  }
}

int TriggerCall::column(const char* name) const {
  const TupleDesc shape = data_->tg_relation->rd_att;
  for (int i = 0; i < shape->natts; ++i) {
    const Form_pg_attribute attribute = TupleDescAttr(shape, i);
    if (!attribute->attisdropped && std::strcmp(NameStr(attribute->attname), name) == 0) {
      return i + 1;
    }
  }
  return 0;
}

int TriggerCall::require_column(const char* name) const {
  const int number = column(name);
  if (number == 0) {
    throw Error{ErrorCode::internal, std::string("trigger needs a column ") + name};
  }
  return number;
}

bool TriggerCall::is_null(HeapTuple tuple, int column) const {
  return heap_attisnull(tuple, column, data_->tg_relation->rd_att);
}

Datum TriggerCall::fetch(HeapTuple tuple, int column, Oid type) const {
  const TupleDesc shape = data_->tg_relation->rd_att;
  const Form_pg_attribute attribute = TupleDescAttr(shape, column - 1);
  const bool is_text = type == TEXTOID && attribute->atttypid == VARCHAROID;
  if (attribute->atttypid != type && !is_text) {
    throw Error{ErrorCode::internal, "trigger column has an unexpected type"};
  }
  return guard([&] {
    bool is_null = false;
    const Datum value = heap_getattr(tuple, column, shape, &is_null);
    return attribute->attlen == -1 ? PointerGetDatum(PG_DETOAST_DATUM_PACKED(value)) : value;
  });
}

bool TriggerCall::changed(int column) const {
  return guard([&] {
    const TupleDesc shape = data_->tg_relation->rd_att;
    const Form_pg_attribute attribute = TupleDescAttr(shape, column - 1);
    bool old_null = false;
    bool new_null = false;
    const Datum before = heap_getattr(data_->tg_trigtuple, column, shape, &old_null);
    const Datum after = heap_getattr(new_tuple(), column, shape, &new_null);
    if (old_null || new_null) return old_null != new_null;
    return !datum_image_eq(before, after, attribute->attbyval, attribute->attlen);
  });
}

bool TriggerCall::row_changed() const {
  const TupleDesc shape = data_->tg_relation->rd_att;
  for (int column = 1; column <= shape->natts; ++column) {
    const Form_pg_attribute attribute = TupleDescAttr(shape, column - 1);
    // A generated column is computed after the BEFORE triggers and follows the others anyway.
    if (attribute->attisdropped || attribute->attgenerated != '\0') continue;
    if (changed(column)) return true;
  }
  return false;
}

bool TriggerCall::new_equal(int column, int other_column) const {
  return guard([&] {
    const TupleDesc shape = data_->tg_relation->rd_att;
    const Form_pg_attribute attribute = TupleDescAttr(shape, column - 1);
    bool null = false;
    bool other_null = false;
    const Datum value = heap_getattr(new_tuple(), column, shape, &null);
    const Datum other = heap_getattr(new_tuple(), other_column, shape, &other_null);
    if (null || other_null) return null == other_null;
    return datum_image_eq(value, other, attribute->attbyval, attribute->attlen);
  });
}

std::optional<std::string> TriggerCall::new_text(int column) const {
  if (new_is_null(column)) return std::nullopt;
  const char* const text = guard([&]() -> const char* {
    const TupleDesc shape = data_->tg_relation->rd_att;
    bool null = false;
    const Datum value = heap_getattr(new_tuple(), column, shape, &null);
    Oid output = InvalidOid;
    bool is_varlena = false;
    getTypeOutputInfo(TupleDescAttr(shape, column - 1)->atttypid, &output, &is_varlena);
    return OidOutputFunctionCall(output, value);
  });
  return text;
}

void TriggerCall::set_new(int column, const Parameter& value) {
  modified_ = guard([&] {
    Datum datum = value.value;
    bool null = value.is_null;
    int number = column;
    return heap_modify_tuple_by_cols(new_tuple(), data_->tg_relation->rd_att, 1, &number, &datum,
                                     &null);
  });
}

void TriggerCall::copy_new(int from_column, int to_column) {
  set_new(to_column, guard([&] {
            bool null = false;
            const Datum value =
                heap_getattr(new_tuple(), from_column, data_->tg_relation->rd_att, &null);
            return Parameter{value, null};
          }));
}

}  // namespace lad::pg
