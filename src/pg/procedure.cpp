#include "pg/procedure.hpp"

#include <csignal>

#include "core/error.hpp"
#include "pg/worker_process.hpp"

extern "C" {
#include <nodes/parsenodes.h>
#include <postmaster/bgworker.h>
#include <storage/latch.h>
#include <tcop/pquery.h>
#include <tcop/utility.h>
#include <utils/guc.h>
#include <utils/timeout.h>
}

namespace lad::pg {
namespace {

/// statement_timeout counts for a client's whole statement; a part of one needs a timer of its own.
constinit TimeoutId timer{};
constinit bool has_timer = false;
constinit volatile std::sig_atomic_t timed_out = 0;

void stop_work() {
  timed_out = 1;
  InterruptPending = 1;
  QueryCancelPending = 1;
  SetLatch(MyLatch);
}

void start_timer(int limit_ms) {
  if (!has_timer) timer = RegisterTimeout(USER_TIMEOUT, stop_work);
  has_timer = true;
  timed_out = 0;
  if (limit_ms > 0) enable_timeout_after(timer, limit_ms);
}

/// A timer that fired too late must not stop what comes next.
void stop_timer() {
  disable_timeout(timer, false);
  if (timed_out != 0) QueryCancelPending = 0;
}

void set_locally(const char* name, const char* value) {
  set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
}

/// Adds an Error to PostgreSQL's error stack, where all others are.
void put_on_error_stack(const Failure& failure) {
  try {
    guard([&failure] { raise(failure); });
  } catch (const PostgresError&) {
  }
}

std::string text_of(const char* part) {
  return part == nullptr ? "" : part;
}

}  // namespace

Procedure::Procedure(FunctionCallInfo fcinfo, const char* name) {
  const auto* const call = reinterpret_cast<const CallContext*>(fcinfo->context);
  if (call == nullptr || !IsA(call, CallContext) || call->atomic) {
    throw Error{ErrorCode::not_in_state, std::string(name) + " cannot run inside a transaction",
                "It commits what it has done.", "Call it outside a transaction block."};
  }
  guard([name] {
    PreventCommandIfReadOnly(name);
    PreventCommandDuringRecovery(name);
    SPI_connect_ext(SPI_OPT_NONATOMIC);
  });
}

void Procedure::finish() {
  guard([] { SPI_finish(); });
}

// The body runs in a subtransaction, whose end takes away the SPI connections that the body has
// left open: a transaction can only be ended by the outermost.
void Procedure::begin(const TimeLimits& limits) {
  memory_ = CurrentMemoryContext;
  guard([&limits, this] {
    CHECK_FOR_INTERRUPTS();
    EnsurePortalSnapshotExists();
    owner_ = CurrentResourceOwner;
    set_locally("search_path", "pg_catalog, pg_temp");
    if (limits.lock_ms > 0) {
      set_locally("lock_timeout", psprintf("%d", limits.lock_ms));
    }
    BeginInternalSubTransaction(nullptr);
    MemoryContextSwitchTo(memory_);
    start_timer(limits.whole_ms);
  });
}

std::optional<Survived> Procedure::commit() {
  try {
    guard([this] {
      stop_timer();
      ReleaseCurrentSubTransaction();
      MemoryContextSwitchTo(memory_);
      CurrentResourceOwner = owner_;
      SPI_commit();
    });
    return std::nullopt;
  } catch (const PostgresError&) {
  }
  // SPI_commit has ended the failed transaction and begun another one.
  return survived(guard([this] {
    MemoryContextSwitchTo(memory_);
    ErrorData* const error = CopyErrorData();
    FlushErrorState();
    return error;
  }));
}

Survived Procedure::undo(const Failure& failure) {
  if (!failure.is_postgres) put_on_error_stack(failure);
  return survived(guard([this] {
    stop_timer();
    MemoryContextSwitchTo(memory_);
    ErrorData* const error = CopyErrorData();
    FlushErrorState();
    RollbackAndReleaseCurrentSubTransaction();
    MemoryContextSwitchTo(memory_);
    CurrentResourceOwner = owner_;
    SPI_rollback();
    if (error->sqlerrcode == ERRCODE_QUERY_CANCELED && timed_out == 0 &&
        MyBgworkerEntry == nullptr) {
      ReThrowError(error);
    }
    return error;
  }));
}

Survived Procedure::survived(ErrorData* error) {
  const char* const message = timed_out != 0 && error->sqlerrcode == ERRCODE_QUERY_CANCELED
                                  ? "canceled because it took too long"
                                  : error->message;
  return {unpack_sql_state(error->sqlerrcode), text_of(message), text_of(error->detail)};
}

void warn(const char* message) {
  guard([message] { ereport(WARNING, (errmsg("%s", message))); });
}

bool should_leave() {
  return MyBgworkerEntry != nullptr && database_is_wanted();
}

}  // namespace lad::pg
