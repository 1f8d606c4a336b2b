#include "pg/event_trigger.hpp"

extern "C" {
#include <catalog/namespace.h>
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

void add_table(const RangeVar* name, std::vector<TableId>& tables) {
  const Oid id = guard([name] { return RangeVarGetRelid(name, NoLock, true); });
  if (OidIsValid(id)) tables.push_back({id});
}

/// The partitions that an ALTER TABLE names in commands of a kind.
void add_partitions(const Node* command, std::initializer_list<AlterTableType> kinds,
                    std::vector<TableId>& tables) {
  if (command == nullptr || !IsA(command, AlterTableStmt)) return;
  const List* const parts = reinterpret_cast<const AlterTableStmt*>(command)->cmds;
  for (int i = 0; i < list_length(parts); ++i) {
    const auto* part = static_cast<const AlterTableCmd*>(list_nth(parts, i));
    for (const AlterTableType kind : kinds) {
      if (part->subtype != kind) continue;
      add_table(reinterpret_cast<const PartitionCmd*>(part->def)->name, tables);
    }
  }
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
  const auto* const data = reinterpret_cast<const EventTriggerData*>(fcinfo->context);
  command_ = data->parsetree;
  is_done_ = std::strcmp(data->event, "ddl_command_end") == 0;
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

std::vector<TableId> DdlEvent::detached() const {
  std::vector<TableId> tables;
  add_partitions(command_, {AT_DetachPartition, AT_DetachPartitionFinalize}, tables);
  if (command_ == nullptr || !IsA(command_, DropStmt)) return tables;
  const auto* drop = reinterpret_cast<const DropStmt*>(command_);
  if (drop->removeType != OBJECT_TABLE) return tables;
  for (int i = 0; i < list_length(drop->objects); ++i) {
    auto* const name = static_cast<List*>(list_nth(drop->objects, i));
    add_table(guard([name] { return makeRangeVarFromNameList(name); }), tables);
  }
  return tables;
}

std::vector<TableId> DdlEvent::attached() const {
  std::vector<TableId> tables;
  add_partitions(command_, {AT_AttachPartition}, tables);
  return tables;
}

std::vector<TableId> DdlEvent::created() const {
  std::vector<TableId> tables;
  if (command_ == nullptr || !IsA(command_, CreateStmt)) return tables;
  const auto* create = reinterpret_cast<const CreateStmt*>(command_);
  if (create->partbound != nullptr) add_table(create->relation, tables);
  return tables;
}

}  // namespace lad::pg
