#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/decimal.hpp"
#include "core/uuid.hpp"

/// Rules of finished calls: what is still to be charged for one.
namespace lad::calls {

/// Throws invalid_argument (22023) unless the status is one a call ends with.
void require_terminal(std::string_view status);

/// Whether a call of this status is charged.
bool is_charged_status(std::string_view status);

/// Key of a call's usage event: `call:<id>`, and `call:<id>:2`, `:3` … for what a duration that
/// grew later added.
std::string event_key(const Uuid& call_id, int number);

/// One usage event of the call, in the order of the keys.
struct Charge {
  std::string status;
  Decimal cost;
};

/// What to do about a call that costs `cost` now.
struct Decision {
  bool nothing = false;  ///< it is paid, or somebody voided its usage
  bool reopen = false;   ///< the last event was not charged yet: price it again
  int number = 1;        ///< event to write
  Decimal before;        ///< charged by earlier events
  Decimal amount;        ///< to charge now
};

/// A call is charged once, and later only for the difference to a higher cost. Less cost gives
/// nothing back here.
Decision decide(std::span<const Charge> charges, Decimal cost);

/// The single usage item of a call without components, as a JSON array.
std::string minutes_json(std::int64_t minutes, std::string_view provider);

}  // namespace lad::calls
