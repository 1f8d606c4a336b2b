#include "pg/event_trigger.hpp"

extern "C" {
#include <commands/event_trigger.h>
#include <nodes/parsenodes.h>
}

namespace lad::pg {
namespace {

constinit int holds = 0;

bool attaches(const AlterTableStmt* alter) {
  for (int i = 0; i < list_length(alter->cmds); ++i) {
    const auto* command = static_cast<const AlterTableCmd*>(list_nth(alter->cmds, i));
    if (command->subtype == AT_AttachPartition) return true;
  }
  return false;
}

}  // namespace

DdlHold::DdlHold() {
  ++holds;
}

DdlHold::~DdlHold() {
  --holds;
}

DdlEvent::DdlEvent(FunctionCallInfo fcinfo) {
  if (!CALLED_AS_EVENT_TRIGGER(fcinfo)) {
    throw Error{ErrorCode::internal, "function is called by event triggers only"};
  }
  command_ = reinterpret_cast<const EventTriggerData*>(fcinfo->context)->parsetree;
}

bool DdlEvent::brings_tables() const {
  if (holds > 0 || command_ == nullptr) return false;
  switch (nodeTag(command_)) {
    case T_CreateStmt:
    case T_CreateTableAsStmt:
    case T_AlterObjectSchemaStmt:
      return true;
    case T_AlterTableStmt:
      return attaches(reinterpret_cast<const AlterTableStmt*>(command_));
    default:
      return false;
  }
}

}  // namespace lad::pg
