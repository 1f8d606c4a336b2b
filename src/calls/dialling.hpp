#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/uuid.hpp"

/// Rules of dialling a batch of leads: an entry is queued, running (claimed), dispatched (its call
/// is known), then for good completed, ended, failed, declined or cancelled.
namespace lad::calls {

/// What an entry counts as in its batch.
enum class Standing { open, completed, failed, cancelled };

/// completed and ended are completed; failed and declined are failed; cancelled is cancelled.
Standing standing_of(std::string_view status);

/// Throws invalid_argument (22023) unless an entry ends with the status.
void require_entry_end(std::string_view status);

/// Whether entries of a batch of this status may be dialled: pending, queued or running.
bool is_batch_open(std::string_view status);

/// What the metadata of a batch ask for besides.
struct DiallingPlan {
  std::optional<std::int32_t> retry_seconds;  ///< a failed call is repeated after so long
  std::optional<std::int32_t> wave_size;      ///< at most so many entries in hand at once
};

/// Throws invalid_argument (22023) for retry_seconds outside of 1 to 86400, or wave_size outside of
/// 1 to 10000.
DiallingPlan read_plan(const JsonNode& metadata);

/// Throw invalid_argument (22023).
void require_max_attempts(std::int32_t max_attempts);  // 1 to 100
void require_max_rows(std::int32_t max_rows);          // 1 to 10000
void require_lease(std::int64_t lease_us);             // more than nothing, at most a day
void require_reason(std::string_view reason);          // 1 to 2000 bytes
void require_entry_error(std::string_view error);      // at most 2000 bytes

/// Each lead once, in the order of its first mention. Throws invalid_argument (22023) for none.
std::vector<Uuid> each_once(const std::vector<Uuid>& lead_ids);

/// How a lead is reached, as E.164 text; nothing when neither the parts nor the text are a number.
std::optional<std::string> phone_of(const std::optional<std::string>& country_code,
                                    const std::optional<std::int64_t>& base_number,
                                    const std::optional<std::string>& phone);

/// How long a failed call waits for its next attempt: twice as long each time, at most a day. None
/// when the attempt was the last one, or failed calls are not repeated.
std::optional<std::int64_t> retry_delay_seconds(const std::optional<std::int32_t>& retry_seconds,
                                                std::int32_t attempt, std::int32_t max_attempts);

/// An entry whose lease is over.
struct LostEntry {
  std::int32_t attempt = 1;                ///< the one that was lost
  std::int32_t max_attempts = 1;           ///< of its batch
  bool batch_open = true;                  ///< not stopped meanwhile
  std::optional<std::string> call_status;  ///< of its call, when that is known
  std::int64_t call_idle_seconds = 0;      ///< since the call last changed
};

/// What becomes of it. `running`: the call goes on, the lease is extended.
struct LostOutcome {
  std::string status;
  std::string error = {};
};

/// How long a call that was answered may go without news.
inline constexpr std::int64_t kStuckSeconds = 15 * 60;

/// The call is the truth: a call that is over ends its entry. Nobody is called again whose phone
/// has rung. Else the attempt counts, and the entry goes back to the queue until there were enough.
LostOutcome decide_lost(const LostEntry& lost);

}  // namespace lad::calls
