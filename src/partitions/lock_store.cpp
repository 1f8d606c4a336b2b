#include "partitions/lock_store.hpp"

#include "core/error.hpp"
#include "pg/savepoint.hpp"
#include "pg/spi.hpp"

namespace lad::partitions::store {
namespace {

constinit pg::Plan<std::string> kSetLockTimeout{"SELECT set_config('lock_timeout', $1, true)"};
constinit pg::Plan<> kLockTimeout{"SELECT current_setting('lock_timeout')"};
constinit pg::Plan<> kNap{"SELECT pg_sleep(0.05 + random() * 0.15) IS NULL"};

}  // namespace

bool try_brief_locks(const std::function<void()>& body, int attempts) {
  const std::string usual = kLockTimeout.run().get<std::string>(0, 0);
  for (int attempt = 1; attempt <= attempts; ++attempt) {
    if (attempt > 1) kNap.run();
    const bool kept = pg::Savepoint::keep_unless_locked([&] {
      kSetLockTimeout.run(std::to_string(kBriefLockMs) + "ms");
      body();
      kSetLockTimeout.run(usual);
    });
    if (kept) return true;
  }
  return false;
}

void with_brief_locks(const std::string& what, const std::function<void()>& body, int attempts) {
  if (try_brief_locks(body, attempts)) return;
  throw Error{ErrorCode::partition_refused, what + " waits for locks",
              "Another transaction holds locks of these tables for longer than maintenance may "
              "block the writers behind it.",
              "Run it again when that transaction is over; pg_locks names it."};
}

}  // namespace lad::partitions::store
