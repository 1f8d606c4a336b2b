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

  /// Runs the body; false, with what it wrote undone and its locks released, when a lock was not
  /// free within lock_timeout. All other errors go on.
  template <class Body>
  static bool keep_unless_locked(Body&& body) {
    Savepoint savepoint;
    try {
      body();
    } catch (const PostgresError&) {
      savepoint.undo_locked();
      return false;
    } catch (...) {
      savepoint.undo();
      throw;
    }
    savepoint.release();
    return true;
  }

  /// Runs the body; false, with what it wrote undone, when another transaction has taken a key of
  /// this unique constraint. In a transaction that keeps its first snapshot that is a serialization
  /// failure (40001), since it cannot see the other's row. All other errors go on.
  template <class Body>
  static bool keep_unless_duplicate(const char* constraint, Body&& body) {
    Savepoint savepoint;
    try {
      body();
    } catch (const PostgresError&) {
      savepoint.undo_duplicate(constraint);
      return false;
    } catch (...) {
      savepoint.undo();
      throw;
    }
    savepoint.release();
    return true;
  }

 private:
  Savepoint();
  std::optional<Survived> end();
  void release();
  void undo();
  void undo_duplicate(const char* constraint);
  void undo_locked();

  MemoryContext memory_;
  ResourceOwner owner_;
  std::optional<Failure> failure_;
};

}  // namespace lad::pg
