#include "pg/time_zone.hpp"

#include "pg/boundary.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include <pgtime.h>
#include <utils/datetime.h>
}

namespace lad::pg {

std::optional<WallClock> wall_clock(const std::string& zone, Timestamp at) {
  struct Answer {
    bool found;
    pg_tm local;
  };
  const Answer answer = guard([&zone, at] {
    Answer read{};
    pg_tz* const known = pg_tzset(zone.c_str());
    int offset = 0;
    fsec_t fraction = 0;
    read.found = known != nullptr &&
                 timestamp2tm(at.us, &offset, &read.local, &fraction, nullptr, known) == 0;
    return read;
  });
  if (!answer.found) return std::nullopt;
  const pg_tm& local = answer.local;
  const int weekday = j2day(date2j(local.tm_year, local.tm_mon, local.tm_mday));
  return WallClock{weekday == 0 ? 7 : weekday,
                   local.tm_hour * SECS_PER_HOUR + local.tm_min * SECS_PER_MINUTE + local.tm_sec};
}

}  // namespace lad::pg
