#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "partitions/range.hpp"
#include "partitions/schedule.hpp"

/// Converting a plain table to a partitioned one while it is written.
///
/// The partitioned table is built beside the plain one, which stays in use and unchanged but for
/// a trigger that keeps a journal of the keys of changed rows. Rows are copied in batches, without
/// those whose keys the journal holds; at the end the rows of these keys are copied once more, the
/// last of them under the lock in which the two tables change places.
namespace lad::partitions {

/// What a job does next. The order is that of the work.
enum class Phase {
  prepare,   ///< build the partitioned table, its leaves and its foreign keys
  swap1,     ///< begin the journal, under a short lock of the writers
  journal,   ///< count what there is to copy
  copy,      ///< copy the rows in the order in which they are stored
  index,     ///< build the keys and indexes, one leaf at a time
  verify,    ///< compare number and hash of the rows of each leaf
  catch_up,  ///< copy the rows again that the journal holds
  swap2,     ///< change places, under a short lock of everybody
  done,      ///< the partitioned table is in use; what is left over is cleared away
};

const char* phase_name(Phase phase);

/// `queued` is a job that has not begun: prepare. Throws internal for an unknown name.
Phase phase_of(const std::string& name);

/// What follows on a phase that is complete. Nothing follows on done.
Phase next_phase(Phase phase);

/// Whether the plain table carries the trigger of the journal in (or since) this phase.
bool has_journal_trigger(Phase phase);

/// Whether the plain table is still the one in use, so that an abort leaves it as it was.
bool can_abort(Phase phase);

/// Where a job goes on that finds the plain table truncated or rewritten: what was copied is of no
/// use then. Nothing changes before the copy.
Phase phase_after_rewrite(Phase phase);

/// What the keys of a table lie between.
struct KeySpan {
  std::optional<std::int64_t> lowest;  ///< none: no rows
  std::optional<std::int64_t> highest;
};

inline constexpr int kRangesAhead = 12;     ///< ranges made after the present one, at least
inline constexpr int kMaxRangesAhead = 24;  ///< and at most, when there are rows in them
inline constexpr int kMaxRangesPast = 36;   ///< older rows share the leaf without a lower bound

/// Whether a key lies so far in the future that no leaf is made for it.
bool is_beyond(std::int64_t key, std::int64_t now, const Step& step);

/// The leaves of a converted table: `<table>_legacy` for everything before the first range, one for
/// each range that may hold rows, and those of the near future.
std::vector<WantedLeaf> leaves_for(const std::string& table, const Step& step, const KeySpan& keys,
                                   std::int64_t now);

/// How many blocks hold about so many rows, at least one.
std::int64_t blocks_of_batch(std::int64_t batch_rows, std::int64_t rows, std::int64_t blocks);

/// How long to wait after a batch so that no more rows are copied in a second. In ms.
std::int32_t pause_after(std::int64_t rows, std::int64_t elapsed_us,
                         std::optional<std::int32_t> max_rows_per_second);

/// The journal is short enough for the lock of the last swap to be short.
inline constexpr std::int64_t kFewKeys = 500;

}  // namespace lad::partitions
