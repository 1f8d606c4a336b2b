#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What deliveries say about a call, and what is true when they contradict each other.
namespace lad::calls {

/// What is said of a finished call. A row of a call that goes on has a status of those, and nothing
/// else of it counts.
struct Report {
  std::string status;
  std::int32_t duration_seconds = 0;
  std::optional<std::int64_t> ended_at_us;    ///< µs since 1970-01-01 UTC
  std::optional<std::string> items;           ///< components, as jsonb writes them
  std::optional<std::int32_t> items_seconds;  ///< duration of the delivery that brought them
  std::optional<std::string> recording_url;
  bool operator==(const Report&) const = default;
};

/// Throws invalid_argument (22023) unless the status is one a call ends with.
void require_terminal(std::string_view status);

bool is_terminal(std::string_view status);

/// Whether a call of this status is charged.
bool is_charged_status(std::string_view status);

/// One truth of two reports, the same whichever came first and however often: a call that was held
/// beats one that failed, and both one that goes on; among equals the later of completed, ended,
/// failed, error, not_reachable, declined, rejected, no_answer, busy, cancelled gives way. The
/// longest duration counts, the earliest end, the components that came with the longest duration of
/// a call that was held, and of several recordings the one that sorts last.
Report merge(const Report& a, const Report& b);

/// When the call ended, of an end that contradicts its start or lies ahead: neither before the one
/// nor after now.
std::int64_t plausible_end(std::int64_t ended_at_us, std::int64_t started_at_us,
                           std::int64_t now_us);

}  // namespace lad::calls
