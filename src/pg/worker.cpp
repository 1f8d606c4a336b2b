#include "pg/worker.hpp"

#include <cstdlib>

#include "pg/worker_process.hpp"

extern "C" {
#include <parser/analyze.h>
#include <pgstat.h>
#include <postmaster/bgworker.h>
#include <postmaster/interrupt.h>
#include <storage/ipc.h>
#include <tcop/cmdtag.h>
#include <tcop/dest.h>
#include <tcop/pquery.h>
#include <tcop/tcopprot.h>
#include <tcop/utility.h>
#include <utils/backend_status.h>
#include <utils/guc.h>
#include <utils/portal.h>
}

namespace lad::pg {
namespace {

/// Holds the parse tree of a statement, which outlives transactions, and the data of an error while
/// its transaction is aborted.
constinit MemoryContext scratch = nullptr;

void reset_scratch() {
  if (scratch == nullptr) {
    scratch = AllocSetContextCreate(TopMemoryContext, "lad_ext worker", ALLOCSET_DEFAULT_SIZES);
  }
  MemoryContextReset(scratch);
  debug_query_string = nullptr;
}

void before_transaction() {
  CHECK_FOR_INTERRUPTS();
  if (ConfigReloadPending) {
    ConfigReloadPending = false;
    ProcessConfigFile(PGC_SIGHUP);
  }
  SetCurrentStatementStartTimestamp();
}

void after_transaction() {
  pgstat_report_stat(true);
  pgstat_report_activity(STATE_IDLE, nullptr);
}

/// A worker that holds up DROP DATABASE leaves; its job waits for the next one that looks.
void leave_if_wanted() {
  if (database_is_wanted()) proc_exit(0);
}

RawStmt* parse_one(const char* sql) {
  List* const parsed = pg_parse_query(sql);
  if (list_length(parsed) != 1) elog(ERROR, "not one statement: %s", sql);
  return linitial_node(RawStmt, parsed);
}

List* plan(RawStmt* statement, const char* sql) {
  const bool needs_snapshot = analyze_requires_snapshot(statement);
  if (needs_snapshot) PushActiveSnapshot(GetTransactionSnapshot());
  List* const queries = pg_analyze_and_rewrite_fixedparams(statement, sql, nullptr, 0, nullptr);
  List* const plans = pg_plan_queries(queries, sql, CURSOR_OPT_PARALLEL_OK, nullptr);
  if (needs_snapshot) PopActiveSnapshot();
  return plans;
}

/// As exec_simple_query in tcop/postgres.c, of one statement and without a client.
void execute_simple(const char* sql) {
  StartTransactionCommand();
  MemoryContextSwitchTo(scratch);
  RawStmt* const statement = parse_one(sql);
  const CommandTag tag = CreateCommandTag(statement->stmt);
  List* const plans = plan(statement, sql);
  Portal const portal = CreatePortal("", true, true);
  portal->visible = false;
  PortalDefineQuery(portal, nullptr, sql, tag, plans, nullptr);
  PortalStart(portal, nullptr, 0, InvalidSnapshot);
  DestReceiver* const nowhere = CreateDestReceiver(DestNone);
  QueryCompletion completion;
#if PG_VERSION_NUM >= 180000
  PortalRun(portal, FETCH_ALL, true, nowhere, nowhere, &completion);
#else
  PortalRun(portal, FETCH_ALL, true, true, nowhere, nowhere, &completion);
#endif
  PortalDrop(portal, false);
  CommitTransactionCommand();
}

/// The role of the session again, without the state that worker_transaction adds.
void reset_role() {
  SetUserIdAndSecContext(GetSessionUserId(), 0);
}

void end_failed_transaction() {
  AbortCurrentTransaction();
  PortalErrorCleanup();
  reset_role();
  after_transaction();
}

/// Leaves the error where PostgreSQL's own handlers look for it; nobody is told.
template <class Raise>
void put_on_error_stack(Raise&& raise_error) {
  try {
    guard(raise_error);
  } catch (const PostgresError&) {
  }
}

}  // namespace

namespace detail {

void begin_worker_transaction() {
  leave_if_wanted();
  guard([] {
    reset_scratch();
    before_transaction();
    StartTransactionCommand();
    SetUserIdAndSecContext(GetSessionUserId(), SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
    PushActiveSnapshot(GetTransactionSnapshot());
    pgstat_report_activity(STATE_RUNNING, MyBgworkerEntry->bgw_name);
  });
}

void commit_worker_transaction() {
  guard([] {
    PopActiveSnapshot();
    CommitTransactionCommand();
    reset_role();
    after_transaction();
  });
}

void abort_worker_transaction(bool is_postgres) {
  ErrorData* const error = guard([is_postgres] {
    ErrorData* copied = nullptr;
    if (is_postgres) {
      MemoryContextSwitchTo(scratch);
      copied = CopyErrorData();
      FlushErrorState();
    }
    end_failed_transaction();
    return copied;
  });
  if (error != nullptr) put_on_error_stack([error] { ReThrowError(error); });
}

Survived settle_failure(const Failure& failure) {
  // An Error becomes a PostgreSQL error, so that both are logged alike.
  if (!failure.is_postgres) put_on_error_stack([&failure] { raise(failure); });
  ErrorData* const error = guard([] {
    MemoryContextSwitchTo(scratch);
    ErrorData* const copied = CopyErrorData();
    EmitErrorReport();
    FlushErrorState();
    end_failed_transaction();
    return copied;
  });
  const auto text = [](const char* part) { return std::string(part == nullptr ? "" : part); };
  return {unpack_sql_state(error->sqlerrcode), text(error->message), text(error->detail)};
}

}  // namespace detail

void run_top_level(const char* sql) {
  leave_if_wanted();
  const auto run = [sql] {
    reset_scratch();
    before_transaction();
    const char* const statement = MemoryContextStrdup(scratch, sql);
    debug_query_string = statement;
    pgstat_report_activity(STATE_RUNNING, statement);
    execute_simple(statement);
    debug_query_string = nullptr;
    after_transaction();
  };
  bool has_failed = false;
  try {
    guard(run);
  } catch (const PostgresError&) {
    has_failed = true;
  }
  if (!has_failed) return;
  detail::abort_worker_transaction(true);
  throw PostgresError{};
}

bool may_pass(const std::string& sqlstate) {
  return sqlstate == "40001" || sqlstate == "40P01" || sqlstate == "55P03" ||
         sqlstate.starts_with("53");
}

}  // namespace lad::pg
