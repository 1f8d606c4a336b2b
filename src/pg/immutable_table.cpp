#include "pg/immutable_table.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "pg/boundary.hpp"

extern "C" {
#include <access/genam.h>
#include <access/table.h>
#include <catalog/dependency.h>
#include <catalog/indexing.h>
#include <catalog/namespace.h>
#include <catalog/objectaccess.h>
#include <catalog/pg_class.h>
#include <catalog/pg_constraint.h>
#include <catalog/pg_proc.h>
#include <catalog/pg_trigger.h>
#include <commands/extension.h>
#include <parser/parse_func.h>
#include <tcop/utility.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
}

namespace lad::pg {
namespace {

constinit GuardFunctions guard_functions{};
constinit ProcessUtility_hook_type next_utility = nullptr;
constinit object_access_hook_type next_access = nullptr;

/// The identifiers of the guards; invalid where the extension is not there.
std::array<Oid, std::tuple_size_v<GuardFunctions>> guard_ids() {
  std::array<Oid, std::tuple_size_v<GuardFunctions>> ids{};
  const Oid schema = get_namespace_oid("lad", true);
  if (!OidIsValid(schema)) return ids;
  oidvector* const no_arguments = buildoidvector(nullptr, 0);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    ids[i] = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(guard_functions[i]),
                             PointerGetDatum(no_arguments), ObjectIdGetDatum(schema));
  }
  return ids;
}

/// Reads one row of a catalog by its identifier's index, in a snapshot of its own.
template <class Form, class Read>
auto read_catalog(Oid catalog, Oid index, AttrNumber column, Oid id, Read read) {
  decltype(read(static_cast<Form>(nullptr))) result{};
  const Relation relation = table_open(catalog, AccessShareLock);
  ScanKeyData key;
  ScanKeyInit(&key, column, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(id));
  const SysScanDesc scan = systable_beginscan(relation, index, true, nullptr, 1, &key);
  for (HeapTuple row = systable_getnext(scan); HeapTupleIsValid(row) && !result;
       row = systable_getnext(scan)) {
    result = read(reinterpret_cast<Form>(GETSTRUCT(row)));
  }
  systable_endscan(scan);
  table_close(relation, AccessShareLock);
  return result;
}

bool is_immutable(Oid table) {
  if (!OidIsValid(table) || get_rel_persistence(table) == RELPERSISTENCE_TEMP) return false;
  const auto guards = guard_ids();
  return read_catalog<Form_pg_trigger>(
      TriggerRelationId, TriggerRelidNameIndexId, Anum_pg_trigger_tgrelid, table,
      [&guards](Form_pg_trigger trigger) {
        return trigger != nullptr &&
               std::find(guards.begin(), guards.end(), trigger->tgfoid) != guards.end();
      });
}

bool is_immutable(const RangeVar* name) {
  return name != nullptr && is_immutable(RangeVarGetRelid(name, NoLock, true));
}

/// What neither lets a row change nor forgets one.
bool is_harmless(AlterTableType change) {
  switch (change) {
    case AT_AddColumn:
    case AT_SetNotNull:
    case AT_SetStatistics:
    case AT_SetOptions:
    case AT_ResetOptions:
    case AT_SetStorage:
    case AT_AddIndex:
    case AT_AddConstraint:
    case AT_AddIndexConstraint:
    case AT_ValidateConstraint:
    case AT_ColumnDefault:
    case AT_EnableTrig:
    case AT_EnableAlwaysTrig:
    case AT_EnableTrigAll:
    case AT_EnableTrigUser:
    case AT_EnableRowSecurity:
    case AT_ForceRowSecurity:
    case AT_SetRelOptions:
    case AT_ResetRelOptions:
    case AT_SetTableSpace:
    case AT_ClusterOn:
    case AT_DropCluster:
      return true;
    default:
      return false;
  }
}

bool is_own_function(const List* name) {
  const Oid function = LookupFuncName(const_cast<List*>(name), 0, nullptr, true);
  if (!OidIsValid(function)) return true;  // PostgreSQL says that it does not exist
  const Oid extension = getExtensionOfObject(ProcedureRelationId, function);
  return OidIsValid(extension) && extension == get_extension_oid("lad_ext", true);
}

bool is_forbidden(Node* node) {
  switch (nodeTag(node)) {
    case T_AlterTableStmt: {
      const auto* const alter = castNode(AlterTableStmt, node);
      bool harmless = true;
      for (int i = 0; i < list_length(alter->cmds); ++i) {
        harmless &= is_harmless(static_cast<AlterTableCmd*>(list_nth(alter->cmds, i))->subtype);
      }
      return !harmless && is_immutable(alter->relation);
    }
    case T_RenameStmt:
      return is_immutable(castNode(RenameStmt, node)->relation);
    case T_AlterObjectSchemaStmt:
      return is_immutable(castNode(AlterObjectSchemaStmt, node)->relation);
    case T_RuleStmt:
      return is_immutable(castNode(RuleStmt, node)->relation);
    case T_CreateTrigStmt: {
      const auto* const create = castNode(CreateTrigStmt, node);
      return is_immutable(create->relation) && !is_own_function(create->funcname);
    }
    default:
      return false;
  }
}

bool is_forbidden_drop(Oid catalog, Oid id) {
  switch (catalog) {
    case RelationRelationId:
      return is_immutable(id);
    case TriggerRelationId:
      return is_immutable(read_catalog<Form_pg_trigger>(
          TriggerRelationId, TriggerOidIndexId, Anum_pg_trigger_oid, id,
          [](Form_pg_trigger row) { return row == nullptr ? InvalidOid : row->tgrelid; }));
    case ConstraintRelationId:
      return is_immutable(read_catalog<Form_pg_constraint>(
          ConstraintRelationId, ConstraintOidIndexId, Anum_pg_constraint_oid, id,
          [](Form_pg_constraint row) { return row == nullptr ? InvalidOid : row->conrelid; }));
    default:
      return false;
  }
}

[[noreturn]] void refuse() {
  throw Error{ErrorCode::immutable_record, "the table holds records that never change",
              "Its rows, columns, constraints and triggers stay as they are for everybody but a "
              "superuser."};
}

void run_utility(PlannedStmt* statement, const char* query, bool read_only,
                 ProcessUtilityContext context, ParamListInfo parameters,
                 QueryEnvironment* environment, DestReceiver* destination, QueryCompletion* done) {
  boundary([&] {
    Node* const node = statement->utilityStmt;
    if (guard([node] { return IsTransactionState() && !superuser() && is_forbidden(node); })) {
      refuse();
    }
  });
  const auto next = next_utility != nullptr ? next_utility : standard_ProcessUtility;
  next(statement, query, read_only, context, parameters, environment, destination, done);
}

void watch_access(ObjectAccessType access, Oid catalog, Oid id, int part, void* argument) {
  if (next_access != nullptr) next_access(access, catalog, id, part, argument);
  if (access != OAT_DROP) return;
  boundary([&] {
    if (guard([&] { return !superuser() && is_forbidden_drop(catalog, id); })) refuse();
  });
}

}  // namespace

void define_immutable_tables(const GuardFunctions& trigger_functions) {
  guard_functions = trigger_functions;
  next_utility = ProcessUtility_hook;
  ProcessUtility_hook = run_utility;
  next_access = object_access_hook;
  object_access_hook = watch_access;
}

}  // namespace lad::pg
