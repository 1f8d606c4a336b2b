#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/decimal.hpp"
#include "core/uuid.hpp"

/// Rules of a finished call's money: what is still to be charged, and what is to be given back.
namespace lad::calls {

/// Key of a call's usage event: `call:<id>`, and `call:<id>:2`, `:3` … for what a duration that
/// grew later added.
std::string event_key(const Uuid& call_id, int number);

/// One usage event of the call, in the order of the keys.
struct Charge {
  std::string status;
  Decimal cost;
  Decimal refunded = {};  ///< given back because the call turned out to cost less

  /// What the event has taken for good.
  Decimal net() const { return status == "charged" ? cost - refunded : Decimal{}; }
};

/// What the events have taken together.
Decimal total_net(std::span<const Charge> charges);

/// What to do about a call that costs `cost` now.
struct Decision {
  bool nothing = false;  ///< it is paid, or somebody voided its usage
  bool reopen = false;   ///< the last event was not charged yet: price it again
  int number = 1;        ///< event to write
  Decimal before;        ///< charged by earlier events, less what was given back
  Decimal amount;        ///< to charge now
};

/// A call is charged once, and later only for the difference to a higher cost. Less cost gives
/// nothing back here.
Decision decide(std::span<const Charge> charges, Decimal cost);

/// How much of each event to give back so that the call has cost `cost`, the newest event first.
/// `left` is what is left of each event's ledger row, which people may have reversed by hand.
std::vector<Decimal> divide_refund(std::span<const Charge> charges, std::span<const Decimal> left,
                                   Decimal cost);

/// The single usage item of a call without components, as a JSON array.
std::string minutes_json(std::int64_t minutes, std::string_view provider);

}  // namespace lad::calls
