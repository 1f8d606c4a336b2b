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

void require_trigger(FunctionCallInfo fcinfo) {
  if (CALLED_AS_TRIGGER(fcinfo)) return;
  throw Error{ErrorCode::invalid_argument, "function can only be called as a trigger"};
}

StatementCall::StatementCall(FunctionCallInfo fcinfo)
    : data_(reinterpret_cast<TriggerData*>(fcinfo->context)) {
  if (CALLED_AS_TRIGGER(fcinfo) && TRIGGER_FIRED_FOR_STATEMENT(data_->tg_event) &&
      rows() != nullptr) {
    return;
  }
  throw Error{ErrorCode::invalid_argument,
              "function can only be called as a statement trigger with a transition table"};
}

TupleDesc StatementCall::shape() const {
  return data_->tg_relation->rd_att;
}

bool StatementCall::stands_alone() const {
  const Form_pg_class table = data_->tg_relation->rd_rel;
  return table->relkind == RELKIND_RELATION && !table->relispartition;
}

const char* StatementCall::table_name() const {
  return RelationGetRelationName(data_->tg_relation);
}

Tuplestorestate* StatementCall::rows() const {
  return is_delete() ? data_->tg_oldtable : data_->tg_newtable;
}

Tuplestorestate* StatementCall::rows_before() const {
  if (data_->tg_oldtable != nullptr) return data_->tg_oldtable;
  throw Error{ErrorCode::invalid_argument, "trigger lacks the rows as they were"};
}

int StatementCall::require_column(const char* name) const {
  return pg::require_column(shape(), name);
}

const char* StatementCall::argument(int index) const {
  if (index < argument_count()) return data_->tg_trigger->tgargs[index];
  throw Error{ErrorCode::invalid_argument, "trigger lacks an argument"};
}

bool StatementCall::writes_any(std::span<const char* const> columns) const {
  if (!TRIGGER_FIRED_BY_UPDATE(data_->tg_event)) return true;
  for (const char* const name : columns) {
    const int member = require_column(name) - FirstLowInvalidHeapAttributeNumber;
    if (bms_is_member(member, data_->tg_updatedcols)) return true;
  }
  return false;
}

// From the start, since other triggers of the statement read the same table.
StatementCall::Reader::Reader(const StatementCall& call, Tuplestorestate* rows) : rows_(rows) {
  if (rows_ == nullptr) return;
  slot_ = guard([&] {
    tuplestore_select_read_pointer(rows_, 0);
    tuplestore_rescan(rows_);
    return MakeSingleTupleTableSlot(call.shape(), &TTSOpsMinimalTuple);
  });
}

StatementCall::Reader::~Reader() {
  if (current_ != nullptr) heap_freetuple(current_);
  if (slot_ != nullptr) ExecDropSingleTupleTableSlot(slot_);
}

HeapTuple StatementCall::Reader::next() {
  if (rows_ == nullptr) return nullptr;
  return current_ = guard([this]() -> HeapTuple {
           if (current_ != nullptr) heap_freetuple(current_);
           if (!tuplestore_gettupleslot(rows_, true, false, slot_)) return nullptr;
           return ExecCopySlotHeapTuple(slot_);
         });
}

}  // namespace lad::pg
