#include "pg/nap.hpp"

#include "pg/boundary.hpp"

extern "C" {
#include <pgstat.h>
#include <storage/latch.h>
#include <utils/wait_event.h>
}

namespace lad::pg {

void nap(std::int32_t ms) {
  if (ms <= 0) return;
  const TimestampTz end = GetCurrentTimestamp() + static_cast<TimestampTz>(ms) * 1000;
  guard([end] {
    for (;;) {
      CHECK_FOR_INTERRUPTS();
      const TimestampTz left = end - GetCurrentTimestamp();
      if (left <= 0) return;
      WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
                static_cast<long>(left / 1000) + 1, PG_WAIT_EXTENSION);
      ResetLatch(MyLatch);
    }
  });
}

}  // namespace lad::pg
