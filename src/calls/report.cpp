#include "calls/report.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"

namespace lad::calls {
namespace {

constexpr std::array<std::string_view, 10> kTerminal{
    "completed", "ended",    "failed",    "error", "not_reachable",
    "declined",  "rejected", "no_answer", "busy",  "cancelled"};

/// Smaller is stronger.
std::size_t rank(std::string_view status) {
  return std::find(kTerminal.begin(), kTerminal.end(), status) - kTerminal.begin();
}

/// 2 held, 1 failed, 0 going on.
int standing(std::string_view status) {
  return is_charged_status(status) ? 2 : is_terminal(status) ? 1 : 0;
}

/// std::optional orders nothing before anything.
template <class T>
const std::optional<T>& earliest(const std::optional<T>& a, const std::optional<T>& b) {
  return !a || (b && *b < *a) ? b : a;
}

void take_end(Report& merged, const Report& other) {
  const int ours = standing(merged.status);
  const int theirs = standing(other.status);
  if (ours > theirs) return;
  if (theirs > ours) {
    merged.status = other.status;
    merged.duration_seconds = other.duration_seconds;
    merged.ended_at_us = other.ended_at_us;
    return;
  }
  if (rank(other.status) < rank(merged.status)) merged.status = other.status;
  merged.duration_seconds = std::max(merged.duration_seconds, other.duration_seconds);
  merged.ended_at_us = earliest(merged.ended_at_us, other.ended_at_us);
}

/// Components of a call that was not held are nobody's cost; those of a row that has not ended are,
/// as long as no delivery brings its own.
void take_items(Report& merged, const Report& other) {
  if (!other.items) return;
  if (!merged.items ||
      std::pair{other.items_seconds, other.items} > std::pair{merged.items_seconds, merged.items}) {
    merged.items = other.items;
    merged.items_seconds = other.items_seconds;
  }
}

}  // namespace

void require_terminal(std::string_view status) {
  if (is_terminal(status)) return;
  throw Error{ErrorCode::invalid_argument, "status is not one that a call ends with"};
}

bool is_terminal(std::string_view status) {
  return rank(status) < kTerminal.size();
}

bool is_charged_status(std::string_view status) {
  return status == "ended" || status == "completed";
}

Report merge(const Report& a, const Report& b) {
  Report merged = a;
  take_end(merged, b);
  take_items(merged, b);
  merged.recording_url = std::max(a.recording_url, b.recording_url);
  return merged;
}

std::int64_t plausible_end(std::int64_t ended_at_us, std::int64_t started_at_us,
                           std::int64_t now_us) {
  return std::max(std::min(ended_at_us, now_us), std::min(started_at_us, now_us));
}

}  // namespace lad::calls
