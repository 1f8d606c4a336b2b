#include "calls/store.hpp"
#include "core/error.hpp"
#include "pg/args.hpp"
#include "pg/context.hpp"
#include "pg/json.hpp"
#include "pg/restore.hpp"
#include "pg/result.hpp"
#include "pg/savepoint.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pg/trigger.hpp"
#include "usage/usage.hpp"

namespace calls = lad::calls;
namespace store = lad::calls::store;
using lad::Error;
using lad::ErrorCode;
using lad::Uuid;

namespace {

store::Call read_call(const lad::pg::TriggerCall& row) {
  store::Call call;
  call.id = row.new_value<Uuid>(row.require_column("id")).value();
  call.tenant_id = row.new_value<Uuid>(row.require_column("tenant_id")).value();
  call.user_id = row.new_value<Uuid>(row.require_column("initiated_by_user_id"));
  call.duration_seconds =
      row.new_value<std::int32_t>(row.require_column("duration_seconds")).value_or(0);
  call.ended_at = row.new_value<lad::pg::Timestamp>(row.require_column("ended_at"));
  call.cost_breakdown = row.new_value<lad::pg::JsonbDatum>(row.require_column("cost_breakdown"));
  return call;
}

/// Prices the call and charges what is left to charge. What fails stays with the usage event.
void settle(const store::Call& call, const std::vector<store::Event>& events) {
  std::vector<calls::Charge> charges;
  for (const store::Event& event : events) charges.push_back(event.charge);
  store::Bill bill;
  const auto unpriced = lad::pg::Savepoint::attempt([&] { bill = store::rate(call); });
  if (unpriced) {
    const Uuid event_id = store::write_unpriced(call, events);
    store::write_failure(call, event_id, unpriced->sqlstate, unpriced->message);
    return;
  }
  const calls::Decision decision = calls::decide(charges, bill.cost);
  if (decision.nothing) return;
  const Uuid event_id = store::write_event(call, decision, bill, events);
  const auto unpaid = lad::pg::Savepoint::attempt([&] { store::charge(event_id); });
  if (unpaid) {
    store::write_failure(call, event_id, unpaid->sqlstate, unpaid->message);
  } else {
    store::show_charge(call, decision.before + decision.amount, bill.currency);
  }
}

bool is_settled(const std::vector<store::Event>& events) {
  return !events.empty() && events.back().charge.status == "charged";
}

Datum to_datum(FunctionCallInfo fcinfo, const std::optional<store::Posting>& posting,
               bool replayed) {
  if (!posting) return lad::pg::null_datum(fcinfo);
  return lad::pg::to_row(fcinfo, posting->transaction_id, posting->wallet_id, posting->seq,
                         posting->type, posting->amount, posting->balance_before,
                         posting->balance_after, posting->available, posting->currency,
                         posting->created_at, replayed);
}

store::Finish read_finish(const lad::pg::Args& args) {
  store::Finish finish;
  finish.call_id = args.get<Uuid>(0, "call_id");
  finish.status = args.get<std::string>(1, "status");
  finish.duration_seconds = args.get<std::int32_t>(2, "duration_seconds");
  finish.ended_at = args.get<lad::pg::Timestamp>(3, "ended_at");
  finish.usage_items = args.get_optional<lad::pg::JsonbDatum>(4);
  finish.recording_url = args.get_optional<std::string>(5);
  calls::require_terminal(finish.status);
  lad::pg::finite_unix_us(finish.ended_at, "ended_at");
  if (finish.duration_seconds < 0) {
    throw Error{ErrorCode::invalid_argument, "duration of a call is negative"};
  }
  if (finish.usage_items) lad::usage::read_items(lad::pg::read_json(*finish.usage_items));
  return finish;
}

}  // namespace

LAD_FUNCTION(lad_charge_finished_call) {
  const lad::pg::TriggerCall row{fcinfo};
  // A restored call was charged before; its usage and its ledger rows are restored as well.
  if (lad::pg::is_restoring()) return row.proceed();
  const store::Call call = read_call(row);
  // Row-level security has let the row in; whoever stands above it, such as a job, has no context
  // of its own.
  std::optional<lad::pg::ContextLoan> loan;
  const lad::pg::TenantContext* const context = lad::pg::current_context();
  if (context == nullptr || context->tenant_id != call.tenant_id) loan.emplace(call.tenant_id);
  lad::pg::with_spi([&] { settle(call, store::lock_events(call.tenant_id, call.id)); });
  return row.proceed();
}

LAD_FUNCTION(lad_finish_call) {
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const store::Finish finish = read_finish(lad::pg::Args{fcinfo});
  bool replayed = false;
  const auto posting = lad::pg::with_spi([&]() -> std::optional<store::Posting> {
    if (!store::lock_call(tenant_id, finish.call_id)) {
      throw Error{ErrorCode::not_found, "no such call"};
    }
    const auto before = store::lock_events(tenant_id, finish.call_id);
    store::finish(tenant_id, finish);
    const auto after = store::lock_events(tenant_id, finish.call_id);
    replayed = is_settled(before) && before.size() == after.size();
    if (!is_settled(after)) return std::nullopt;
    return store::read_posting(after.back().id);
  });
  return to_datum(fcinfo, posting, replayed);
}
