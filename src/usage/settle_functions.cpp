#include <algorithm>
#include <map>

#include "pg/args.hpp"
#include "pg/context.hpp"
#include "pg/refusal.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "usage/lifecycle.hpp"
#include "usage/settle_store.hpp"

namespace usage = lad::usage;
namespace store = lad::usage::store;
using lad::Error;
using lad::ErrorCode;
using lad::Uuid;

namespace {

constexpr std::int32_t kMaxEvents = 100'000;
constexpr std::int64_t kMaxBatch = 5'000;

/// What became of an event; a reason where it failed.
struct Settled {
  Uuid event_id;
  std::optional<std::string> failure = {};
};
using Report = std::vector<Settled>;

/// A price for an event that has none, if there is one now.
void give_price(const Uuid& tenant_id, store::DueEvent& due) {
  const usage::Rated rated = store::reprice(tenant_id, due.id, due.event, due.payer->currency);
  due.event.cost = rated.total;
  due.event.currency = rated.currency;
}

void require_chargeable(const Uuid& tenant_id, store::DueEvent& due) {
  if (!due.event.unpriced && due.event.cost.is_zero()) return;
  if (!due.payer) throw Error{ErrorCode::wallet_not_found, "no wallet to charge"};
  if (due.event.unpriced) give_price(tenant_id, due);
  if (due.event.currency == due.payer->currency || due.event.cost.is_zero()) return;
  throw Error{ErrorCode::currency_mismatch, "usage event and wallet differ in currency"};
}

/// The failures known before any wallet is locked, by event; the others' debits.
std::map<Uuid, std::string> prepare(const Uuid& tenant_id, std::vector<store::DueEvent>& events,
                                    store::Debits& debits) {
  std::map<Uuid, std::string> failures;
  for (store::DueEvent& due : events) {
    const auto refusal = lad::pg::refusal_of([&] { require_chargeable(tenant_id, due); });
    if (refusal) {
      failures[due.id] = usage::failure_text(lad::sqlstate(refusal->code()), refusal->message());
    } else if (!due.event.cost.is_zero()) {
      debits.wallet_ids.push_back(due.payer->wallet_id);
      debits.amounts.push_back(due.event.cost);
      debits.event_ids.push_back(due.id);
    }
  }
  return failures;
}

/// Settles events that are locked: one debit of all, one update of those charged and one of those
/// failed.
void settle_batch(const Uuid& tenant_id, std::vector<store::DueEvent>& events, Report& report) {
  store::Debits debits;
  std::map<Uuid, std::string> failures = prepare(tenant_id, events, debits);
  std::map<Uuid, Uuid> earlier;
  for (const store::Undone& undone : store::debit_all(debits)) {
    if (undone.transaction_id) earlier[undone.event_id] = *undone.transaction_id;
    if (!undone.transaction_id) failures[undone.event_id] = undone.failure;
  }
  std::vector<Uuid> charged, failed;
  std::vector<std::optional<Uuid>> transactions;
  std::vector<std::string> reasons;
  for (const store::DueEvent& due : events) {
    const auto failure = failures.find(due.id);
    if (failure != failures.end()) {
      failed.push_back(due.id);
      reasons.push_back(failure->second);
      report.push_back({due.id, failure->second});
      continue;
    }
    const auto posted = earlier.find(due.id);
    charged.push_back(due.id);
    transactions.push_back(due.event.cost.is_zero()  ? std::nullopt
                           : posted != earlier.end() ? std::optional{posted->second}
                                                     : std::optional{due.id});
    report.push_back({due.id});
  }
  store::mark_all_charged(tenant_id, charged, transactions);
  store::mark_all_failed(tenant_id, failed, reasons);
}

/// Settles due events of a tenant, and acts for it meanwhile.
void settle_tenant(const Uuid& tenant_id, std::size_t max_events, Report& report) {
  const lad::pg::ContextLoan loan{tenant_id};
  while (report.size() < max_events) {
    const auto room = static_cast<std::int64_t>(max_events - report.size());
    auto events = lad::pg::with_spi([&] {
      auto due = store::claim_due(tenant_id, std::min(room, kMaxBatch));
      if (!due.empty()) settle_batch(tenant_id, due, report);
      return due.size();
    });
    if (events == 0) return;
    lad::pg::poll_interrupts();
  }
}

/// The tenants of the context, in turn from a random one, so that a busy one starves no other.
std::vector<Uuid> tenants_in_turn(const std::vector<Uuid>& tenants) {
  std::vector<Uuid> turn = tenants;
  const auto first = std::lower_bound(turn.begin(), turn.end(), lad::pg::random_uuid());
  std::rotate(turn.begin(), first, turn.end());
  return turn;
}

/// Tenants that no other settlement has in hand come first. When they had nothing, one that another
/// has in hand: then this one may wait for a wallet, holding nothing that anybody else waits for.
Report settle(std::size_t max_events) {
  const lad::pg::TenantContext* const context = lad::pg::current_context();
  if (context == nullptr) {
    throw Error{ErrorCode::no_tenant_context, "no service context"};
  }
  const std::vector<Uuid> tenants =
      context->tenant_id.is_nil() ? lad::pg::with_spi([] { return store::tenants_to_settle(); })
                                  : std::vector<Uuid>{context->tenant_id};
  Report report;
  for (const Uuid& tenant_id : tenants_in_turn(tenants)) {
    if (report.size() >= max_events) break;
    if (!lad::pg::with_spi([&] { return store::try_take(tenant_id); })) continue;
    settle_tenant(tenant_id, max_events, report);
  }
  for (const Uuid& tenant_id : tenants) {
    if (!report.empty()) break;
    settle_tenant(tenant_id, max_events, report);
  }
  return report;
}

}  // namespace

LAD_FUNCTION(lad_settle_usage) {
  const auto max_events = lad::pg::Args{fcinfo}.get<std::int32_t>(0, "max_events");
  if (max_events < 1 || max_events > kMaxEvents) {
    throw Error{ErrorCode::invalid_argument, "max_events must be 1 to 100000"};
  }
  lad::pg::require_caller("lad_service", "settle usage");
  lad::pg::RowSet rows{fcinfo};
  for (const Settled& settled : settle(static_cast<std::size_t>(max_events))) {
    rows.add(settled.event_id, std::string{settled.failure ? "failed" : "charged"},
             settled.failure);
  }
  return rows.done();
}
