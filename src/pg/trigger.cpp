#include "pg/trigger.hpp"

extern "C" {
#include <utils/rel.h>
}

namespace lad::pg {

TriggerCall::TriggerCall(FunctionCallInfo fcinfo)
    : data_(reinterpret_cast<TriggerData*>(fcinfo->context)) {
  if (!CALLED_AS_TRIGGER(fcinfo)) {
    throw Error{ErrorCode::invalid_argument, "function can only be called as a trigger"};
  }
}

TableId TriggerCall::table() const {
  return {RelationGetRelid(data_->tg_relation)};
}

TupleDesc TriggerCall::shape() const {
  return data_->tg_relation->rd_att;
}

bool TriggerCall::row_changed() const {
  for (int column = 1; column <= shape()->natts; ++column) {
    const Form_pg_attribute attribute = TupleDescAttr(shape(), column - 1);
    // A generated column is computed after the BEFORE triggers and follows the others anyway.
    if (attribute->attisdropped || attribute->attgenerated != '\0') continue;
    if (changed(column)) return true;
  }
  return false;
}

std::optional<std::string> TriggerCall::new_text(int column) const {
  if (new_is_null(column)) return std::nullopt;
  const char* const text = guard([&]() -> const char* {
    bool null = false;
    const Datum value = heap_getattr(new_tuple(), column, shape(), &null);
    Oid output = InvalidOid;
    bool is_varlena = false;
    getTypeOutputInfo(TupleDescAttr(shape(), column - 1)->atttypid, &output, &is_varlena);
    return OidOutputFunctionCall(output, value);
  });
  return text;
}

void TriggerCall::set_new(int column, const Parameter& value) {
  modified_ = guard([&] {
    Datum datum = value.value;
    bool null = value.is_null;
    int number = column;
    return heap_modify_tuple_by_cols(new_tuple(), shape(), 1, &number, &datum, &null);
  });
}

void TriggerCall::copy_new(int from_column, int to_column) {
  set_new(to_column, guard([&] {
            bool null = false;
            const Datum value = heap_getattr(new_tuple(), from_column, shape(), &null);
            return Parameter{value, null};
          }));
}

}  // namespace lad::pg
