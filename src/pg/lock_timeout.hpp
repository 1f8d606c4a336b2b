#pragma once

#include <cstdint>

#include "pg/savepoint.hpp"

namespace lad::pg {

/// Waits for a lock no longer than that until end(); a caller's shorter lock_timeout stays. After
/// an exception the abort of the (sub)transaction restores the setting.
class ShortLockTimeout {
 public:
  explicit ShortLockTimeout(std::int32_t milliseconds);
  void end();

 private:
  int level_;
};

/// Runs the body in a savepoint; false, with what it wrote undone, when it would have to wait
/// longer than that for a lock. All other errors go on.
template <class Body>
bool keep_unless_locked(std::int32_t milliseconds, Body&& body) {
  return Savepoint::keep_unless_locked([&] {
    ShortLockTimeout timeout{milliseconds};
    body();
    timeout.end();
  });
}

}  // namespace lad::pg
