#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "calls/calls.hpp"

/// Rules of reconciliation: what is wrong between a call that is over and the books.
namespace lad::calls {

enum class Problem { open_hold, no_event, failed_event, undercharged, overcharged, wrong_display };
std::string_view to_string(Problem problem);

/// What is known of a call that is over.
struct Audit {
  bool is_held = false;       ///< ended as one that is charged
  bool has_hold = false;      ///< credits are still set aside for it
  bool is_undisputed = true;  ///< nobody voided or reversed its usage by hand
  std::span<const Charge> charges;
  std::optional<Decimal> cost;  ///< what it should have cost; none: it has no price
  bool is_shown = true;         ///< the call shows what it was charged
};

/// What is wrong with it, in the order of the words above; money that people have moved by hand is
/// left to them.
std::vector<Problem> examine(const Audit& audit);

}  // namespace lad::calls
