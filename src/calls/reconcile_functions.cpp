#include "calls/correction_store.hpp"
#include "calls/gate.hpp"
#include "calls/reconcile.hpp"
#include "calls/reconcile_store.hpp"
#include "core/error.hpp"
#include "pg/args.hpp"
#include "pg/boundary.hpp"
#include "pg/context.hpp"
#include "pg/result.hpp"
#include "pg/spi.hpp"

namespace calls = lad::calls;
namespace store = lad::calls::store;
using calls::Problem;
using lad::Decimal;
using lad::Error;
using lad::ErrorCode;
using lad::Uuid;
using lad::pg::Survived;

namespace {

constexpr const char* kReason = "reconciliation";

/// A call and the books, as they are now.
struct Case {
  store::State state;
  std::vector<store::Event> events;
  std::vector<store::Hold> holds;
  std::optional<Decimal> cost;
  std::optional<Survived> unpriced;

  Decimal net() const { return calls::total_net(store::charges_of(events)); }
};

struct Row {
  Uuid call_id;
  std::string problem;
  std::optional<Decimal> expected;
  Decimal charged;
  std::string action;
  std::optional<std::string> detail;
};

std::vector<store::Hold> holds_of(const std::vector<store::Hold>& all, const Uuid& call_id) {
  std::vector<store::Hold> own;
  for (const store::Hold& hold : all) {
    if (hold.call_id == call_id) own.push_back(hold);
  }
  return own;
}

Case open_case(store::State state, std::vector<store::Event> events,
               std::vector<store::Hold> holds) {
  Case one{std::move(state), std::move(events), std::move(holds), {}, {}};
  if (!calls::is_charged_status(one.state.report.status)) return one;
  if (store::is_corrected(one.events)) {
    one.cost = one.events.front().corrected_to;
  } else {
    one.unpriced =
        lad::pg::Savepoint::attempt([&] { one.cost = store::rate(one.state.call).cost; });
  }
  return one;
}

std::vector<Problem> examine(const Case& one) {
  const std::vector<calls::Charge> charges = store::charges_of(one.events);
  const Decimal net = calls::total_net(charges);
  const bool shows_credits = one.state.shown_currency != "CREDIT" || one.state.shown_credits == net;
  return calls::examine({calls::is_charged_status(one.state.report.status), !one.holds.empty(),
                         store::is_undisputed(one.events), charges, one.cost,
                         one.state.shown_cost == net && shows_credits});
}

/// What became of it: nothing when it was mended.
std::optional<Survived> mend(Problem problem, const Case& one) {
  const store::Call& call = one.state.call;
  switch (problem) {
    case Problem::open_hold:
      return calls::end_hold(one.holds.front());
    case Problem::overcharged:
      return lad::pg::Savepoint::attempt(
          [&] { calls::give_back(call, one.events, *one.cost, kReason); });
    case Problem::wrong_display:
      store::show_charge(call, one.net(), store::currency_of(call.tenant_id, one.events.back()));
      return std::nullopt;
    default:
      break;
  }
  if (!store::is_corrected(one.events)) return calls::settle(call, one.events);
  const Uuid event_id = one.events.back().id;
  return lad::pg::Savepoint::attempt([&] { store::charge(event_id); });
}

const char* action_of(Problem problem) {
  if (problem == Problem::open_hold) return "released";
  if (problem == Problem::overcharged) return "refunded";
  return problem == Problem::wrong_display ? "shown" : "charged";
}

void mend_all(const Case& one, std::vector<Row>& rows) {
  const Uuid& call_id = one.state.call.id;
  for (const Problem problem : examine(one)) {
    const auto failure = mend(problem, one);
    std::optional<std::string> detail;
    if (failure) detail = failure->sqlstate + ": " + failure->message;
    rows.push_back({call_id, std::string{calls::to_string(problem)}, one.cost, one.net(),
                    failure ? "none" : action_of(problem), detail});
    const bool moved = problem == Problem::undercharged || problem == Problem::overcharged;
    if (failure || !moved) continue;
    const std::int32_t seconds = one.state.call.duration_seconds;
    store::note_on_call(one.state.call, {seconds, seconds, kReason, one.net(), *one.cost, {}});
  }
}

/// Calls with which something seems wrong, without a lock.
std::vector<Uuid> find_suspects(const Uuid& tenant_id, lad::pg::Timestamp from,
                                lad::pg::Timestamp to) {
  const std::vector<Uuid> ids = store::ended_calls(tenant_id, from, to);
  const std::vector<store::Hold> holds = store::open_holds(tenant_id, ids);
  std::vector<Uuid> suspects;
  for (const Uuid& id : ids) {
    lad::pg::poll_interrupts();
    lad::pg::with_spi([&] {
      auto state = store::read_call(tenant_id, id);
      if (!state) return;
      const Case one =
          open_case(std::move(*state), store::read_events(tenant_id, id), holds_of(holds, id));
      if (!examine(one).empty()) suspects.push_back(id);
    });
  }
  return suspects;
}

/// All calls, then all events, then all wallets are locked; what is found under the locks is
/// mended, so that of two sessions the second finds nothing.
std::vector<Row> reconcile(const Uuid& tenant_id, const std::vector<Uuid>& suspects) {
  std::vector<store::State> states;
  for (const Uuid& id : suspects) {
    if (auto state = store::lock_call(tenant_id, id)) states.push_back(std::move(*state));
  }
  std::set<Uuid> wallets;
  for (const store::State& state : states) {
    const auto events = store::lock_events(tenant_id, state.call.id);
    wallets.merge(store::payers_of(tenant_id, std::span{&state.call, 1}));
    wallets.merge(store::wallets_of(tenant_id, events));
  }
  const std::vector<store::Hold> holds = store::open_holds(tenant_id, suspects);
  for (const store::Hold& hold : holds) wallets.insert(hold.wallet_id);
  store::lock_wallets(tenant_id, wallets);
  std::vector<Row> rows;
  for (store::State& state : states) {
    const Uuid id = state.call.id;
    lad::pg::with_spi([&] {
      mend_all(open_case(std::move(state), store::lock_events(tenant_id, id), holds_of(holds, id)),
               rows);
    });
  }
  return rows;
}

}  // namespace

LAD_FUNCTION(lad_reconcile_calls) {
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const lad::pg::Args args{fcinfo};
  const auto from = args.get<lad::pg::Timestamp>(0, "from_time");
  const auto to = args.get<lad::pg::Timestamp>(1, "to_time");
  if (to < from) throw Error{ErrorCode::invalid_argument, "to_time lies before from_time"};
  const std::vector<Row> rows = lad::pg::with_spi([&] {
    if (!store::may_refund()) {
      throw Error{ErrorCode::privilege, "must be the owner or a billing.admin to reconcile calls"};
    }
    return reconcile(tenant_id, find_suspects(tenant_id, from, to));
  });
  lad::pg::RowSet set{fcinfo};
  for (const Row& row : rows) {
    set.add(row.call_id, row.problem, row.expected, row.charged, row.action, row.detail);
  }
  return set.done();
}
