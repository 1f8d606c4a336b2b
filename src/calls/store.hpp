#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "calls/calls.hpp"
#include "calls/report.hpp"
#include "core/posting.hpp"
#include "pg/values.hpp"

/// SQL of finished calls and their money.
namespace lad::calls::store {

/// What a finished call is charged by.
struct Call {
  Uuid id;
  Uuid tenant_id;
  std::optional<Uuid> user_id;
  std::string status;
  std::int32_t duration_seconds = 0;
  std::optional<pg::Timestamp> ended_at;
  pg::Timestamp started_at{};  ///< or created, when nobody says when it was answered
  std::optional<pg::JsonbDatum> cost_breakdown;
};

/// A call under its lock.
struct State {
  Call call;
  Report report;
  std::optional<Decimal> shown_cost;
  std::optional<std::string> shown_currency;
  std::optional<Decimal> shown_credits;
};

struct Event {
  Uuid id;
  Charge charge;
  std::optional<Uuid> transaction_id;
  Decimal quantity;                     ///< counted against the quota
  Decimal reversed;                     ///< of its ledger row, by whomever
  std::optional<Decimal> corrected_to;  ///< what lad.correct_call says the call costs
};

/// Somebody has corrected the call: what deliveries say moves no money any more.
bool is_corrected(std::span<const Event> events);

/// Nothing is left to charge.
bool is_settled(std::span<const Event> events);

std::vector<Charge> charges_of(std::span<const Event> events);

/// Nobody has voided or reversed anything of the call by hand, which stands whatever it costs.
bool is_undisputed(std::span<const Event> events);

/// A hold of a call, with its wallet.
struct Hold {
  Uuid id;
  Uuid wallet_id;
  Uuid call_id;
};

/// Whether the caller may give money back: the owner, billing.admin, services.
bool may_refund();

/// The wallet that pays for a user, or for the tenant.
std::optional<Uuid> find_payer(const Uuid& tenant_id, const std::optional<Uuid>& user_id);

/// The wallets that pay for the calls of one tenant, and those that have paid for events.
std::set<Uuid> payers_of(const Uuid& tenant_id, std::span<const Call> calls);
std::set<Uuid> wallets_of(const Uuid& tenant_id, std::span<const Event> events);

/// Locks wallets in the order of their keys. The events that they pay must be locked already: every
/// charge locks the event first.
void lock_wallets(const Uuid& tenant_id, const std::set<Uuid>& wallet_ids);

/// The usage events of a call, in the order of their keys; locked, or as they are.
std::vector<Event> lock_events(const Uuid& tenant_id, const Uuid& call_id);
std::vector<Event> read_events(const Uuid& tenant_id, const Uuid& call_id);

/// The open holds of calls.
std::vector<Hold> open_holds(const Uuid& tenant_id, const std::vector<Uuid>& call_ids);

/// Gives the held credits back through lad.release.
void release(const Hold& hold);

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

/// Gives back a part of what an event was charged, through lad.reverse, and notes it.
Posting refund(const Uuid& tenant_id, const Event& event, const Decimal& amount,
               const std::string& key, const std::string& reason);

/// The currency an event was charged in.
std::string currency_of(const Uuid& tenant_id, const Event& event);

/// Shows the charge on the call.
void show_charge(const Call& call, const Decimal& cost, const std::string& currency);

/// The call, locked or as it is; nothing when the tenant has none such.
std::optional<State> lock_call(const Uuid& tenant_id, const Uuid& call_id);
std::optional<State> read_call(const Uuid& tenant_id, const Uuid& call_id);

/// Writes what is true of the call now.
void write_report(const Uuid& tenant_id, const Uuid& call_id, const Report& report);

/// The posting of a charged event; nothing when it cost nothing.
std::optional<Posting> read_posting(const Uuid& event_id);

}  // namespace lad::calls::store
