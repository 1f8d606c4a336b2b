#include "calls/correction.hpp"
#include "calls/correction_store.hpp"
#include "calls/gate.hpp"
#include "core/error.hpp"
#include "pg/args.hpp"
#include "pg/context.hpp"
#include "pg/durability.hpp"
#include "pg/json.hpp"
#include "pg/posting.hpp"
#include "pg/spi.hpp"

namespace calls = lad::calls;
namespace store = lad::calls::store;
using lad::Error;
using lad::ErrorCode;
using lad::Uuid;

namespace {

struct Correction {
  Uuid call_id;
  std::int32_t duration_seconds = 0;
  std::string reason;
};

store::State lock_held_call(const Uuid& tenant_id, const Uuid& call_id) {
  auto state = store::lock_call(tenant_id, call_id);
  if (!state) throw Error{ErrorCode::not_found, "no such call"};
  if (calls::is_charged_status(state->report.status)) return *state;
  throw Error{ErrorCode::usage_not_chargeable, "the call has not ended as one that is charged",
              "A call is corrected after lad.finish_call has ended it."};
}

/// The events of the call and its wallets under their locks, with what people reversed by hand.
std::vector<store::Event> lock_charged(const store::Call& call) {
  auto events = calls::lock_money(call, store::lock_events(call.tenant_id, call.id));
  for (const store::Event& event : events) {
    if (event.charge.status != "voided") continue;
    throw Error{ErrorCode::usage_not_chargeable, "the usage of the call was voided"};
  }
  if (store::is_undisputed(events)) return events;
  store::adopt_reversals(call.tenant_id, events);
  return store::lock_events(call.tenant_id, call.id);
}

/// The right components, when the call is charged by components.
std::optional<std::string> right_items(const store::State& state, std::int32_t duration_seconds) {
  if (!state.report.items) return std::nullopt;
  const auto breakdown = lad::pg::read_json(state.call.cost_breakdown.value());
  return lad::to_text(calls::correct_items(*breakdown.find("items"), state.call.duration_seconds,
                                           duration_seconds));
}

/// The answer to the request that was made last, once nothing is left to do for it.
std::optional<store::LastCorrection> find_repeated(const Correction& request,
                                                   const std::vector<store::Event>& events,
                                                   const store::Call& call) {
  if (!store::is_corrected(events) || !store::is_settled(events)) return std::nullopt;
  if (call.duration_seconds != request.duration_seconds) return std::nullopt;
  if (calls::total_net(store::charges_of(events)) != *events.front().corrected_to) {
    return std::nullopt;
  }
  const auto last = store::last_correction(call.tenant_id, events.front());
  if (last->new_seconds != request.duration_seconds || last->reason != request.reason) {
    return std::nullopt;
  }
  return last;
}

std::optional<lad::Posting> correct(const Uuid& tenant_id, const Correction& request) {
  const store::State state = lock_held_call(tenant_id, request.call_id);
  auto events = lock_charged(state.call);
  if (const auto last = find_repeated(request, events, state.call)) {
    lad::pg::flush_visible_commits();
    return last->transaction_id ? store::find_posting(tenant_id, *last->transaction_id)
                                : std::nullopt;
  }
  store::Call call = state.call;
  const auto items = right_items(state, request.duration_seconds);
  call.duration_seconds = request.duration_seconds;
  if (items) call.cost_breakdown = store::breakdown_of(*items);
  const store::Bill bill = store::rate(call);
  const lad::Decimal charged = calls::total_net(store::charges_of(events));
  const bool unpaid = calls::charge_bill(call, events, bill).has_value();
  events = store::lock_events(tenant_id, call.id);
  auto posting = calls::give_back(call, events, bill.cost, request.reason).posting;
  if (!posting && !unpaid && bill.cost > charged) posting = store::read_posting(events.back().id);
  store::Recalculation entry{state.call.duration_seconds,
                             call.duration_seconds,
                             request.reason,
                             charged,
                             bill.cost,
                             std::nullopt};
  if (posting) entry.transaction_id = posting->transaction_id;
  // The event first: the trigger on the call then knows that nothing is to be charged.
  store::note_on_event(tenant_id, events.front().id, store::note_on_call(call, entry));
  store::write_correction(call, items);
  if (posting) posting->replayed = false;
  return posting;
}

}  // namespace

LAD_FUNCTION(lad_correct_call) {
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const lad::pg::Args args{fcinfo};
  const Correction request{args.get<Uuid>(0, "call_id"),
                           args.get<std::int32_t>(1, "duration_seconds"),
                           args.get<std::string>(2, "reason")};
  calls::require_valid_correction(request.duration_seconds, request.reason);
  return lad::pg::posting_datum(fcinfo, lad::pg::with_spi([&] {
                                  if (!store::may_refund()) {
                                    throw Error{ErrorCode::privilege,
                                                "must be the owner or a billing.admin to correct "
                                                "calls"};
                                  }
                                  return correct(tenant_id, request);
                                }));
}
