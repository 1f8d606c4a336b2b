#include "pg/lock_timeout.hpp"

#include <string>

extern "C" {
#include <storage/proc.h>
#include <utils/guc.h>
}

namespace lad::pg {

ShortLockTimeout::ShortLockTimeout(std::int32_t milliseconds) {
  const bool is_shorter = LockTimeout == 0 || milliseconds < LockTimeout;
  const std::string value = std::to_string(is_shorter ? milliseconds : LockTimeout);
  level_ = guard([&value] {
    const int level = NewGUCNestLevel();
    set_config_option("lock_timeout", value.c_str(), PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
                      true, 0, false);
    return level;
  });
}

void ShortLockTimeout::end() {
  guard([this] { AtEOXact_GUC(true, level_); });
}

}  // namespace lad::pg
