#include "calls/gate.hpp"

#include "pg/context.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::calls {

std::optional<pg::Survived> charge_bill(const store::Call& call,
                                        const std::vector<store::Event>& events,
                                        const store::Bill& bill) {
  const Decision decision = decide(store::charges_of(events), bill.cost);
  if (decision.nothing) return std::nullopt;
  const Uuid event_id = store::write_event(call, decision, bill, events);
  const auto unpaid = pg::Savepoint::attempt([&] { store::charge(event_id); });
  if (unpaid) {
    store::write_failure(call, event_id, unpaid->sqlstate, unpaid->message);
  } else {
    store::show_charge(call, decision.before + decision.amount, bill.currency);
  }
  return unpaid;
}

std::optional<pg::Survived> settle(const store::Call& call,
                                   const std::vector<store::Event>& events) {
  if (store::is_corrected(events)) return std::nullopt;
  store::Bill bill;
  const auto unpriced = pg::Savepoint::attempt([&] { bill = store::rate(call); });
  if (!unpriced) return charge_bill(call, events, bill);
  const Uuid event_id = store::write_unpriced(call, events);
  store::write_failure(call, event_id, unpriced->sqlstate, unpriced->message);
  return unpriced;
}

std::optional<pg::Survived> end_hold(const store::Hold& hold) {
  return pg::Savepoint::attempt([&] { store::release(hold); });
}

void settle_all(const Uuid& tenant_id, std::span<const store::Call> ended) {
  // Row-level security has let the rows in; whoever stands above it, such as a job, has no context
  // of this tenant.
  std::optional<pg::ContextLoan> loan;
  const pg::TenantContext* const context = pg::current_context();
  if (context == nullptr || context->tenant_id != tenant_id) loan.emplace(tenant_id);
  std::vector<store::Call> held;
  std::vector<Uuid> call_ids;
  for (const store::Call& call : ended) {
    call_ids.push_back(call.id);
    if (is_charged_status(call.status)) held.push_back(call);
  }
  std::vector<std::vector<store::Event>> events;
  pg::with_spi([&] {
    for (const store::Call& call : held) events.push_back(store::lock_events(tenant_id, call.id));
    const auto holds = store::open_holds(tenant_id, call_ids);
    // From here to the commit nobody else spends what a hold gives back.
    if (held.size() > 1 || !holds.empty()) {
      std::set<Uuid> wallets = store::payers_of(tenant_id, held);
      for (const store::Hold& hold : holds) wallets.insert(hold.wallet_id);
      store::lock_wallets(tenant_id, wallets);
    }
    for (const store::Hold& hold : holds) end_hold(hold);
  });
  for (std::size_t i = 0; i < held.size(); ++i) {
    pg::with_spi([&] { settle(held[i], events[i]); });
  }
}

GivenBack give_back(const store::Call& call, const std::vector<store::Event>& events,
                    const Decimal& cost, const std::string& reason) {
  std::vector<Decimal> left;
  for (const store::Event& event : events) {
    left.push_back(event.transaction_id ? event.charge.cost - event.reversed : Decimal{});
  }
  const auto charges = store::charges_of(events);
  const auto parts = divide_refund(charges, left, cost);
  GivenBack given;
  Decimal net = total_net(charges);
  for (std::size_t i = parts.size(); i-- > 0;) {
    if (parts[i].is_zero()) continue;
    // A key that nobody can have used: what is owed is read under the locks, so no retry needs it.
    given.key = "call_refund:" + pg::random_uuid().to_string();
    given.posting = store::refund(call.tenant_id, events[i], parts[i], given.key, reason);
    net -= parts[i];
  }
  if (given.posting) store::show_charge(call, net, given.posting->currency);
  return given;
}

std::vector<store::Event> lock_money(const store::Call& call,
                                     std::span<const store::Event> events) {
  std::set<Uuid> wallets = store::payers_of(call.tenant_id, std::span{&call, 1});
  wallets.merge(store::wallets_of(call.tenant_id, events));
  store::lock_wallets(call.tenant_id, wallets);
  return store::lock_events(call.tenant_id, call.id);
}

}  // namespace lad::calls
