#pragma once

#include <optional>
#include <string>
#include <utility>

#include "pg/boundary.hpp"

namespace lad::pg {

/// An error that was survived: the subtransaction is undone, the transaction goes on.
struct Survived {
  std::string sqlstate;  // five characters
  std::string message;
  std::string detail;
};

/// An internal subtransaction: what the body wrote is kept when it returns and undone when it
/// fails. Serialization failures, deadlocks, cancels and shutdowns are never swallowed.
class Savepoint {
 public:
  /// Runs the body; nothing when it went well, else the error that was survived.
  template <class Body>
  static std::optional<Survived> attempt(Body&& body) {
    Savepoint savepoint;
    try {
      body();
    } catch (...) {
      savepoint.failure_ = describe_current_exception();
    }
    return savepoint.end();
  }

  /// Runs the body, and undoes what it wrote when it returns false; returns what it returned. Its
  /// errors go on, whatever they are.
  template <class Body>
  static bool keep_if(Body&& body) {
    Savepoint savepoint;
    bool keep = false;
    try {
      keep = body();
    } catch (const PostgresError&) {
      savepoint.undo_and_raise();
    } catch (...) {
      savepoint.undo();
      throw;
    }
    keep ? savepoint.release() : savepoint.undo();
    return keep;
  }

 private:
  Savepoint();
  std::optional<Survived> end();
  void release();
  void undo();
  void undo_and_raise();

  MemoryContext memory_;
  ResourceOwner owner_;
  std::optional<Failure> failure_;
};

}  // namespace lad::pg
