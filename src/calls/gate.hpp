#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "calls/store.hpp"
#include "pg/savepoint.hpp"

/// How a finished call meets its money, whoever finishes, corrects or reconciles it. One lock order
/// for all: calls, their events, then wallets by their keys.
namespace lad::calls {

/// Charges what the events have not charged yet of a bill, and shows it on the call; what fails
/// stays with the event and is returned.
std::optional<pg::Survived> charge_bill(const store::Call& call,
                                        const std::vector<store::Event>& events,
                                        const store::Bill& bill);

/// The same of what the call costs now. A call that was corrected stays as it is.
std::optional<pg::Survived> settle(const store::Call& call,
                                   const std::vector<store::Event>& events);

/// Releases the holds of ended calls of one tenant and charges those that were held. Whatever the
/// order of the rows, two statements lock what they share in the same order.
void settle_all(const Uuid& tenant_id, std::span<const store::Call> ended);

/// Gives held credits back; a hold that is over or used already stays so.
std::optional<pg::Survived> end_hold(const store::Hold& hold);

/// What a call got back, and the key of its last ledger row.
struct GivenBack {
  std::optional<Posting> posting;
  std::string key;
};

/// Gives back what the call has paid above `cost`, the newest event first, and shows the rest. The
/// wallets must be locked and the events read after that.
GivenBack give_back(const store::Call& call, const std::vector<store::Event>& events,
                    const Decimal& cost, const std::string& reason);

/// Locks the wallets that the call may move, and reads its events again under them.
std::vector<store::Event> lock_money(const store::Call& call, std::span<const store::Event> events);

}  // namespace lad::calls
