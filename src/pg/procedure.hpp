#pragma once

#include <optional>

#include "pg/boundary.hpp"
#include "pg/savepoint.hpp"

/// Procedures that commit.
namespace lad::pg {

/// How long the work of one transaction may take.
struct TimeLimits {
  int whole_ms = 0;  ///< of all of it; 0: without end
  int lock_ms = 0;   ///< of waiting for one lock; 0: without end
};

/// The transactions of a procedure, one after the other. What runs in them has a search_path of
/// pg_catalog alone.
class Procedure {
 public:
  /// Throws not_in_state (55000) in a transaction block, where nothing can be committed, and
  /// PostgreSQL's own 25006 on a standby.
  Procedure(FunctionCallInfo fcinfo, const char* name);

  /// Runs the body and commits; nothing when it went well. Otherwise all of it is undone, and the
  /// error is returned, whatever it was: also deadlocks, timeouts, and what the commit itself
  /// raised. Only a cancel that a client has asked for goes on.
  template <class Body>
  std::optional<Survived> transaction(const TimeLimits& limits, Body&& body) {
    begin(limits);
    Failure failure;
    try {
      body();
    } catch (...) {
      failure = describe_current_exception();
      return undo(failure);
    }
    return commit();
  }

  /// Call it last, when all went well.
  void finish();

 private:
  void begin(const TimeLimits& limits);
  std::optional<Survived> commit();
  Survived undo(const Failure& failure);
  Survived survived(ErrorData* error);

  MemoryContext memory_ = nullptr;
  ResourceOwner owner_ = nullptr;
};

/// Tells the client, and the server's log, of a failure that stops nothing.
void warn(const char* message);

/// Whether this process is a background worker that holds up somebody, such as DROP DATABASE.
bool should_leave();

}  // namespace lad::pg
