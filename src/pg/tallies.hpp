#pragma once

#include <cstdint>
#include <vector>

#include "pg/values.hpp"

/// How often rows were used, counted in shared memory until somebody writes it down: a row that
/// every session reads is then never written by any. Counts are lost when the server stops, and
/// when more rows are used between two writes than there is room for.
namespace lad::pg {

/// Uses of a row since they were last taken.
struct Tally {
  Uuid id;
  std::int64_t uses = 0;
  Timestamp last_used_at{};
};

/// Reserves the shared memory; only while preloading.
void define_tallies();

/// Counts uses of a row of this database, unless there is no room. Never raises.
void add_tally(const Tally& tally) noexcept;

/// Takes what was counted of this database's rows.
std::vector<Tally> take_tallies();

}  // namespace lad::pg
