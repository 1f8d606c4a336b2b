#pragma once

#include <cstdint>

/// What the launcher and the processes that visit databases tell each other.
namespace lad::pg {

/// How many databases are visited at once; each visit takes one of max_worker_processes.
inline constexpr int kVisits = 2;

enum class Outcome : std::uint32_t {
  none,           ///< it died, or is not over
  nothing_to_do,  ///< the database has no lad_ext, or no tables of it
  done,
};

/// What the process of a visit is told.
struct VisitOrder {
  std::uint32_t database = 0;
  int slot = 0;
};

/// Reserves the shared memory; only while preloading.
void define_visits();

/// Empties the slot for a new visit.
void open_slot(int slot);
void close_slot(int slot, Outcome outcome, std::int64_t next_due);

/// What the visit has left, and when the next job of its database is due: in µs as PostgreSQL
/// counts.
struct VisitResult {
  Outcome outcome;
  std::int64_t next_due;
};
VisitResult read_slot(int slot);

}  // namespace lad::pg
