#pragma once

#include <type_traits>
#include <utility>

#include "pg/postgres.hpp"

/// Crossing between C++ exceptions and PostgreSQL's longjmp errors.
///
/// Inwards (`guard`): a PostgreSQL call that can ERROR becomes a C++ exception, PostgresError,
/// while its ErrorData waits untouched on PostgreSQL's error stack.
/// Outwards (`boundary`): any C++ exception becomes an ERROR, raised only after the catch block
/// was left, because ereport inside a catch block never frees the exception object.
namespace lad::pg {

/// Marker: PostgreSQL raised an error, and its data waits on the error stack.
struct PostgresError {};

/// What is left of a C++ exception once its catch block is over: fixed buffers, no destructor. They
/// have no initial value either: clearing them would cost more than all of a short function.
struct Failure {
  bool is_postgres;
  int sqlstate;
  char message[1024];
  char detail[1024];
  char hint[512];
};

/// Describes the exception being handled. Call it only from inside a catch block.
Failure describe_current_exception() noexcept;

/// Raises the failure as an ERROR; a PostgreSQL error goes on with all its fields.
[[noreturn]] void raise(const Failure& failure);

/// Runs the body of an entry point: SQL function, hook, callback.
template <class Body>
auto boundary(Body&& body) {
  Failure failure;
  try {
    return body();
  } catch (...) {
    failure = describe_current_exception();
  }
  raise(failure);
}

/// Runs PostgreSQL calls that can ERROR. The body may own only trivially destructible objects,
/// since a longjmp runs no destructor, and must not throw.
template <class Body>
auto guard(Body&& body) {
  using Result = std::invoke_result_t<Body&>;
  static_assert(std::is_void_v<Result> || std::is_trivially_destructible_v<Result>);
  sigjmp_buf* const saved_stack = PG_exception_stack;
  ErrorContextCallback* const saved_context = error_context_stack;
  sigjmp_buf local;
  if (sigsetjmp(local, 0) == 0) {
    PG_exception_stack = &local;
    if constexpr (std::is_void_v<Result>) {
      body();
      PG_exception_stack = saved_stack;
      error_context_stack = saved_context;
      return;
    } else {
      Result result = body();
      PG_exception_stack = saved_stack;
      error_context_stack = saved_context;
      return result;
    }
  }
  PG_exception_stack = saved_stack;
  error_context_stack = saved_context;
  throw PostgresError{};
}

/// Lets a long loop be cancelled; throws PostgresError when it is.
inline void poll_interrupts() {
  if (INTERRUPTS_PENDING_CONDITION()) guard([] { ProcessInterrupts(); });
}

}  // namespace lad::pg

/// Defines a SQL-callable function: `LAD_FUNCTION(lad_debit) { … return Datum; }` with `fcinfo`.
#define LAD_FUNCTION(name)                                                         \
  static Datum name##_body(FunctionCallInfo fcinfo);                               \
  extern "C" {                                                                     \
  PGDLLEXPORT Datum name(FunctionCallInfo fcinfo);                                 \
  PG_FUNCTION_INFO_V1(name);                                                       \
  Datum name(FunctionCallInfo fcinfo) {                                            \
    return lad::pg::boundary([fcinfo]() -> Datum { return name##_body(fcinfo); }); \
  }                                                                                \
  }                                                                                \
  static Datum name##_body([[maybe_unused]] FunctionCallInfo fcinfo)
