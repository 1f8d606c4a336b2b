#include "pg/statement_guard.hpp"

#include <cstring>
#include <optional>

#include "pg/boundary.hpp"
#include "pg/setting.hpp"

extern "C" {
#include <access/parallel.h>
#include <catalog/namespace.h>
#include <catalog/objectaccess.h>
#include <catalog/pg_class.h>
#include <commands/defrem.h>
#include <tcop/utility.h>
#include <utils/fmgroids.h>
#include <utils/guc.h>
#include <utils/guc_tables.h>
#include <utils/syscache.h>
}

namespace lad::pg {
namespace {

constinit bool is_on = true;
constinit StatementRule require_harmless = nullptr;
constinit ProcessUtility_hook_type next_utility = nullptr;
constinit object_access_hook_type next_access = nullptr;
constinit GucStringCheckHook next_role_check = nullptr;
constinit GucStringCheckHook next_session_check = nullptr;

using Facts = std::optional<StatementFacts>;

/// The role whose rights a statement has counts: inside a SECURITY DEFINER function its owner.
bool is_guarded(Oid role) {
  const Oid group = get_role_oid("lad_app", true);
  return OidIsValid(group) && !superuser_arg(role) && is_member_of_role_nosuper(role, group);
}

Facts temporary_object(bool outlives) {
  return StatementFacts{StatementKind::temporary_object, outlives};
}

/// CREATE of a relation; `pg_temp` may also come from its name or from the search path.
Facts relation(const RangeVar* name, OnCommitAction at_commit = ONCOMMIT_NOOP) {
  const bool is_temporary = name->relpersistence == RELPERSISTENCE_TEMP ||
                            isTempNamespace(RangeVarGetCreationNamespace(name));
  return temporary_object(is_temporary && at_commit != ONCOMMIT_DROP);
}

/// CREATE of a type; as a temporary relation, it is found before all others of its name.
Facts type(List* name) {
  char* last_part = nullptr;
  return temporary_object(isTempNamespace(QualifiedNameGetCreationNamespace(name, &last_part)));
}

/// A table of lad_data or with row-level security elsewhere. Locking a view locks what it reads.
bool is_of_all_tenants(const RangeVar* name) {
  const Oid id = RangeVarGetRelid(name, NoLock, true);
  const HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(id));
  if (!HeapTupleIsValid(tuple)) return false;  // PostgreSQL says that it does not exist
  const auto* const table = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
  const bool is_shared = table->relnamespace == get_namespace_oid("lad_data", true) ||
                         table->relrowsecurity || table->relkind == RELKIND_VIEW;
  ReleaseSysCache(tuple);
  return is_shared;
}

Facts tables(StatementKind kind, const List* names) {
  StatementFacts facts{kind};
  const ListCell* cell = nullptr;
  foreach (cell, names) {
    if (is_of_all_tenants(lfirst_node(RangeVar, cell))) facts.touches_all_tenants = true;
  }
  return facts;
}

Facts explanation(const ExplainStmt* explain) {
  StatementFacts facts{StatementKind::explanation};
  const ListCell* cell = nullptr;
  foreach (cell, explain->options) {
    auto* const option = lfirst_node(DefElem, cell);
    if (std::strcmp(option->defname, "analyze") == 0) facts.is_executed |= defGetBoolean(option);
  }
  return facts;
}

/// What lasts as long as the session or longer.
Facts facts_of_lasting(Node* node) {
  switch (nodeTag(node)) {
    case T_DeclareCursorStmt: {
      const int options = castNode(DeclareCursorStmt, node)->options;
      return StatementFacts{StatementKind::cursor, (options & CURSOR_OPT_HOLD) != 0};
    }
    case T_ListenStmt: {
      StatementFacts facts{StatementKind::channel};
      facts.channel = castNode(ListenStmt, node)->conditionname;
      return facts;
    }
    case T_LoadStmt:
      return StatementFacts{StatementKind::library};
    case T_AlterRoleStmt:
    case T_AlterRoleSetStmt:
      return StatementFacts{StatementKind::role_settings};
    default:
      return std::nullopt;
  }
}

Facts facts_of_creation(Node* node, ProcessUtilityContext context) {
  switch (nodeTag(node)) {
    case T_CreateStmt:
    case T_CreateForeignTableStmt: {  // begins with a CreateStmt
      const auto* const create = reinterpret_cast<CreateStmt*>(node);
      return relation(create->relation, create->oncommit);
    }
    case T_CreateTableAsStmt: {
      const IntoClause* const into = castNode(CreateTableAsStmt, node)->into;
      return relation(into->rel, into->onCommit);
    }
    case T_ViewStmt:
      return relation(castNode(ViewStmt, node)->view);
    case T_CreateSeqStmt:
      // That of a serial column goes with its table, which was judged before.
      if (context == PROCESS_UTILITY_SUBCOMMAND) return std::nullopt;
      return relation(castNode(CreateSeqStmt, node)->sequence);
    case T_CompositeTypeStmt:
      return relation(castNode(CompositeTypeStmt, node)->typevar);
    case T_CreateDomainStmt:
      return type(castNode(CreateDomainStmt, node)->domainname);
    case T_CreateEnumStmt:
      return type(castNode(CreateEnumStmt, node)->typeName);
    case T_CreateRangeStmt:
      return type(castNode(CreateRangeStmt, node)->typeName);
    default:
      return std::nullopt;
  }
}

Facts facts_of(Node* node, ProcessUtilityContext context) {
  switch (nodeTag(node)) {
    case T_LockStmt:
      return tables(StatementKind::lock, castNode(LockStmt, node)->relations);
    case T_TruncateStmt:
      return tables(StatementKind::truncation, castNode(TruncateStmt, node)->relations);
    case T_ExplainStmt:
      return explanation(castNode(ExplainStmt, node));
    default:
      break;
  }
  const Facts facts = facts_of_lasting(node);
  return facts ? facts : facts_of_creation(node, context);
}

/// Cheap, because every BEGIN and COMMIT comes here; nothing is looked up for other statements.
bool may_leak(const Node* node) {
  switch (nodeTag(node)) {
    case T_DeclareCursorStmt:
    case T_ListenStmt:
    case T_LoadStmt:
    case T_AlterRoleStmt:
    case T_AlterRoleSetStmt:
    case T_CreateStmt:
    case T_CreateForeignTableStmt:
    case T_CreateTableAsStmt:
    case T_ViewStmt:
    case T_CreateSeqStmt:
    case T_CompositeTypeStmt:
    case T_CreateDomainStmt:
    case T_CreateEnumStmt:
    case T_CreateRangeStmt:
    case T_LockStmt:
    case T_TruncateStmt:
    case T_ExplainStmt:
      return true;
    default:
      return false;
  }
}

void judge(Node* node, ProcessUtilityContext context) {
  const Facts facts = guard([node, context]() -> Facts {
    return is_guarded(GetUserId()) ? facts_of(node, context) : std::nullopt;
  });
  if (facts) require_harmless(*facts);
}

void run_utility(PlannedStmt* statement, const char* query, bool read_only,
                 ProcessUtilityContext context, ParamListInfo parameters,
                 QueryEnvironment* environment, DestReceiver* destination, QueryCompletion* done) {
  if (is_on && may_leak(statement->utilityStmt)) {
    boundary([&] { judge(statement->utilityStmt, context); });
  }
  const auto next = next_utility != nullptr ? next_utility : standard_ProcessUtility;
  next(statement, query, read_only, context, parameters, environment, destination, done);
}

/// What a scan touched before row-level security removed it, counted or, under SERIALIZABLE,
/// locked: with a range of an index that no tenant leads, it spells out hidden values letter by
/// letter. currtid2 tells where a hidden row went.
bool tells_of_hidden_rows(Oid function) {
  switch (function) {
    case F_PG_STAT_GET_TUPLES_RETURNED:
    case F_PG_STAT_GET_TUPLES_FETCHED:
    case F_PG_STAT_GET_BLOCKS_FETCHED:
    case F_PG_STAT_GET_BLOCKS_HIT:
    case F_PG_STAT_GET_XACT_TUPLES_RETURNED:
    case F_PG_STAT_GET_XACT_TUPLES_FETCHED:
    case F_PG_STAT_GET_XACT_BLOCKS_FETCHED:
    case F_PG_STAT_GET_XACT_BLOCKS_HIT:
    case F_PG_STAT_GET_DB_TUPLES_RETURNED:
    case F_PG_STAT_GET_DB_TUPLES_FETCHED:
    case F_PG_STAT_GET_DB_BLOCKS_FETCHED:
    case F_PG_STAT_GET_DB_BLOCKS_HIT:
    case F_PG_STAT_GET_FUNCTION_CALLS:
    case F_PG_STAT_GET_XACT_FUNCTION_CALLS:
    case F_PG_LOCK_STATUS:
    case F_CURRTID2:
      return true;
    default:
      return false;
  }
}

/// Called for each function of a plan that is about to run, so it looks at nothing but the number.
void check_access(ObjectAccessType access, Oid catalog, Oid object, int part, void* argument) {
  if (next_access != nullptr) next_access(access, catalog, object, part, argument);
  if (access != OAT_FUNCTION_EXECUTE || !is_on || !tells_of_hidden_rows(object)) return;
  boundary([] {
    if (guard([] { return is_guarded(GetUserId()); })) {
      require_harmless(StatementFacts{StatementKind::row_counter});
    }
  });
}

/// Settings that the server applies by itself, at login or in a parallel worker, and values that
/// are restored do not come here as a request. A role that a superuser has taken on can be left.
bool is_request_of_guarded(const char* role, GucSource source) {
  if (source != PGC_S_CLIENT && source != PGC_S_TEST && source != PGC_S_SESSION) return false;
  if (!is_on || InitializingParallelWorker || !IsTransactionState()) return false;
  const Oid login = GetAuthenticatedUserId();
  if (!OidIsValid(login) || !is_guarded(login)) return false;
  return std::strcmp(role, "none") != 0 && get_role_oid(role, true) != login;
}

bool may_become(const char* role, GucSource source) {
  Failure failure{};
  try {
    if (guard([role, source] { return is_request_of_guarded(role, source); })) {
      require_harmless(StatementFacts{StatementKind::other_role});
    }
  } catch (...) {
    failure = describe_current_exception();
  }
  if (failure.is_postgres) PG_RE_THROW();
  return failure.sqlstate == 0 || refuse_setting(failure);
}

bool check_role(char** value, void** extra, GucSource source) {
  if (*value != nullptr && !may_become(*value, source)) return false;
  return next_role_check == nullptr || next_role_check(value, extra, source);
}

bool check_session(char** value, void** extra, GucSource source) {
  if (*value != nullptr && !may_become(*value, source)) return false;
  return next_session_check == nullptr || next_session_check(value, extra, source);
}

config_generic* find_setting(const char* name) {
#if PG_VERSION_NUM >= 160000
  return find_option(name, false, false, ERROR);
#else
  config_generic** const settings = get_guc_variables();
  for (int i = 0; i < GetNumConfigOptions(); ++i) {
    if (std::strcmp(settings[i]->name, name) == 0) return settings[i];
  }
  ereport(ERROR, (errmsg_internal("no setting %s", name)));
  pg_unreachable();
#endif
}

/// set_config and UPDATE of pg_settings reach no utility hook, but the check of the setting.
GucStringCheckHook replace_check(const char* name, GucStringCheckHook check) {
  auto* const setting = reinterpret_cast<config_string*>(find_setting(name));
  const GucStringCheckHook before = setting->check_hook;
  setting->check_hook = check;
  return before;
}

}  // namespace

void define_statement_guard(StatementRule rule) {
  require_harmless = rule;
  DefineCustomBoolVariable("lad.guard",
                           "Whether members of lad_app are refused what leaks out of their "
                           "transaction or tenant.",
                           nullptr, &is_on, true, PGC_SUSET, 0, nullptr, nullptr, nullptr);
  next_role_check = replace_check("role", check_role);
  next_session_check = replace_check("session_authorization", check_session);
  next_utility = ProcessUtility_hook;
  ProcessUtility_hook = run_utility;
  next_access = object_access_hook;
  object_access_hook = check_access;
}

}  // namespace lad::pg
