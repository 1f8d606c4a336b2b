#pragma once

#include <optional>
#include <string>

#include "pg/values.hpp"

namespace lad::pg {

/// What the clock on the wall shows.
struct WallClock {
  int iso_weekday = 1;    ///< 1 Monday to 7 Sunday
  int second_of_day = 0;  ///< 0 to 86399
};

/// The time in a zone of the server's time zone database; nothing when it has none of that name.
/// Abbreviations such as GST are no names; of POSIX rules such as EST5EDT,M3.2.0,M11.1.0, which
/// PostgreSQL takes as well, the caller keeps the server free.
std::optional<WallClock> wall_clock(const std::string& zone, Timestamp at);

}  // namespace lad::pg
