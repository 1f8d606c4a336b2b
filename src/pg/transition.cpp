#include "pg/transition.hpp"

#include "core/error.hpp"

extern "C" {
#include <access/sysattr.h>
#include <executor/tuptable.h>
#include <nodes/bitmapset.h>
#include <utils/rel.h>
#include <utils/tuplestore.h>
}

namespace lad::pg {

StatementCall::StatementCall(FunctionCallInfo fcinfo)
    : data_(reinterpret_cast<TriggerData*>(fcinfo->context)) {
  if (CALLED_AS_TRIGGER(fcinfo) && TRIGGER_FIRED_FOR_STATEMENT(data_->tg_event) &&
      data_->tg_newtable != nullptr) {
    return;
  }
  throw Error{ErrorCode::invalid_argument,
              "function can only be called as a statement trigger with a table of new rows"};
}

TupleDesc StatementCall::shape() const {
  return data_->tg_relation->rd_att;
}

int StatementCall::require_column(const char* name) const {
  return pg::require_column(shape(), name);
}

bool StatementCall::writes_any(std::initializer_list<const char*> columns) const {
  if (!TRIGGER_FIRED_BY_UPDATE(data_->tg_event)) return true;
  for (const char* const name : columns) {
    const int member = require_column(name) - FirstLowInvalidHeapAttributeNumber;
    if (bms_is_member(member, data_->tg_updatedcols)) return true;
  }
  return false;
}

// From the start, since other triggers of the statement read the same table.
StatementCall::Reader::Reader(TriggerData* data) : rows_(data->tg_newtable) {
  slot_ = guard([data] {
    tuplestore_select_read_pointer(data->tg_newtable, 0);
    tuplestore_rescan(data->tg_newtable);
    return MakeSingleTupleTableSlot(data->tg_relation->rd_att, &TTSOpsMinimalTuple);
  });
}

StatementCall::Reader::~Reader() {
  if (current_ != nullptr) heap_freetuple(current_);
  ExecDropSingleTupleTableSlot(slot_);
}

HeapTuple StatementCall::Reader::next() {
  return current_ = guard([this]() -> HeapTuple {
           if (current_ != nullptr) heap_freetuple(current_);
           if (!tuplestore_gettupleslot(rows_, true, false, slot_)) return nullptr;
           return ExecCopySlotHeapTuple(slot_);
         });
}

}  // namespace lad::pg
