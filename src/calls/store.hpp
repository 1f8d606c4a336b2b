#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "calls/calls.hpp"
#include "core/posting.hpp"
#include "pg/values.hpp"

/// SQL of finished calls and their money.
namespace lad::calls::store {

/// A finished call, as the trigger sees it.
struct Call {
  Uuid id;
  Uuid tenant_id;
  std::optional<Uuid> user_id;
  std::int32_t duration_seconds = 0;
  std::optional<pg::Timestamp> ended_at;
  std::optional<pg::JsonbDatum> cost_breakdown;
};

struct Event {
  Uuid id;
  Charge charge;
};

/// Locks the wallets that pay for the calls of one tenant, in the order of their keys. Their events
/// must be locked already: every charge locks the event first.
void lock_payers(const Uuid& tenant_id, std::span<const Call> calls);

/// The usage events of a call, locked, in the order of their keys.
std::vector<Event> lock_events(const Uuid& tenant_id, const Uuid& call_id);

/// What a call costs and of what.
struct Bill {
  std::string items;  ///< priced usage items, JSON
  Decimal cost;
  std::string currency;
};

/// Prices a call in the currency of the wallet that pays; throws wallet_not_found (LD205) when
/// nobody pays, and whatever lad.rate_usage says about its components.
Bill rate(const Call& call);

/// Writes the event that the decision asks for, or prices the open one again. Returns its id.
Uuid write_event(const Call& call, const Decision& decision, const Bill& bill,
                 const std::vector<Event>& events);

/// Charges an event through lad.charge_usage.
void charge(const Uuid& event_id);

/// The event of a call that could not be priced: its open one, or a new one without prices.
Uuid write_unpriced(const Call& call, const std::vector<Event>& events);

/// Marks an event as failed with the reason, and tells so by a domain event.
void write_failure(const Call& call, const Uuid& event_id, const std::string& sqlstate,
                   const std::string& reason);

/// Shows the charge on the call.
void show_charge(const Call& call, const Decimal& cost, const std::string& currency);

/// Ends a call; false when the tenant has no such call. A call that was finished keeps its status
/// and its first end, and never gets shorter.
struct Finish {
  Uuid call_id;
  std::string status;
  std::int32_t duration_seconds = 0;
  pg::Timestamp ended_at{};
  std::optional<pg::JsonbDatum> usage_items;
  std::optional<std::string> recording_url;
};
bool lock_call(const Uuid& tenant_id, const Uuid& call_id);
void finish(const Uuid& tenant_id, const Finish& finish);

/// The posting of a charged event; nothing when it cost nothing.
std::optional<Posting> read_posting(const Uuid& event_id);

}  // namespace lad::calls::store
