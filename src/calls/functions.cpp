#include <algorithm>
#include <array>

#include "calls/store.hpp"
#include "core/error.hpp"
#include "pg/args.hpp"
#include "pg/context.hpp"
#include "pg/durability.hpp"
#include "pg/json.hpp"
#include "pg/posting.hpp"
#include "pg/restore.hpp"
#include "pg/result.hpp"
#include "pg/savepoint.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pg/transition.hpp"
#include "usage/usage.hpp"

namespace calls = lad::calls;
namespace store = lad::calls::store;
using lad::Error;
using lad::ErrorCode;
using lad::Uuid;
using lad::pg::JsonbDatum;

namespace {

/// The calls a statement has finished, sorted by tenant and identifier.
std::vector<store::Call> read_finished(const lad::pg::StatementCall& statement) {
  const int id = statement.require_column("id");
  const int tenant_id = statement.require_column("tenant_id");
  const int user_id = statement.require_column("initiated_by_user_id");
  const int status = statement.require_column("status");
  const int duration = statement.require_column("duration_seconds");
  const int ended_at = statement.require_column("ended_at");
  const int breakdown = statement.require_column("cost_breakdown");
  std::vector<store::Call> finished;
  statement.for_each([&](const lad::pg::RowView& row) {
    if (!calls::is_charged_status(row.get<std::string>(status).value_or(""))) return;
    finished.push_back({row.get<Uuid>(id).value(), row.get<Uuid>(tenant_id).value(),
                        row.get<Uuid>(user_id), row.get<std::int32_t>(duration).value_or(0),
                        row.get<lad::pg::Timestamp>(ended_at),
                        lad::pg::copied(row.get<JsonbDatum>(breakdown))});
  });
  std::ranges::sort(finished, {}, [](const store::Call& call) {
    return std::pair{call.tenant_id, call.id};
  });
  return finished;
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

/// Charges calls of one tenant. Whatever the order of the rows, two statements lock what they share
/// in the same order: the events, then the wallets.
void settle_all(const Uuid& tenant_id, std::span<const store::Call> finished) {
  // Row-level security has let the rows in; whoever stands above it, such as a job, has no context
  // of this tenant.
  std::optional<lad::pg::ContextLoan> loan;
  const lad::pg::TenantContext* const context = lad::pg::current_context();
  if (context == nullptr || context->tenant_id != tenant_id) loan.emplace(tenant_id);
  std::vector<std::vector<store::Event>> events;
  lad::pg::with_spi([&] {
    for (const store::Call& call : finished) {
      events.push_back(store::lock_events(tenant_id, call.id));
    }
    if (finished.size() > 1) store::lock_payers(tenant_id, finished);
  });
  for (std::size_t i = 0; i < finished.size(); ++i) {
    lad::pg::with_spi([&] { settle(finished[i], events[i]); });
  }
}

bool is_settled(const std::vector<store::Event>& events) {
  return !events.empty() && events.back().charge.status == "charged";
}

store::Finish read_finish(const lad::pg::Args& args) {
  store::Finish finish;
  finish.call_id = args.get<Uuid>(0, "call_id");
  finish.status = args.get<std::string>(1, "status");
  finish.duration_seconds = args.get<std::int32_t>(2, "duration_seconds");
  finish.ended_at = args.get<lad::pg::Timestamp>(3, "ended_at");
  finish.usage_items = args.get_optional<JsonbDatum>(4);
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

LAD_FUNCTION(lad_charge_finished_calls) {
  const lad::pg::StatementCall statement{fcinfo};
  // A restored call was charged before; its usage and its ledger rows are restored as well.
  if (lad::pg::is_restoring()) return lad::pg::void_datum();
  constexpr std::array kCharged{"status", "duration_seconds", "cost_breakdown"};
  if (!statement.writes_any(kCharged)) return lad::pg::void_datum();
  const std::vector<store::Call> finished = read_finished(statement);
  for (auto first = finished.begin(); first != finished.end();) {
    const auto last = std::find_if(first, finished.end(), [&](const store::Call& call) {
      return call.tenant_id != first->tenant_id;
    });
    settle_all(first->tenant_id, {first, last});
    first = last;
  }
  return lad::pg::void_datum();
}

LAD_FUNCTION(lad_finish_call) {
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const store::Finish finish = read_finish(lad::pg::Args{fcinfo});
  const auto posting = lad::pg::with_spi([&]() -> std::optional<lad::Posting> {
    if (!store::lock_call(tenant_id, finish.call_id)) {
      throw Error{ErrorCode::not_found, "no such call"};
    }
    const auto before = store::lock_events(tenant_id, finish.call_id);
    store::finish(tenant_id, finish);
    const auto after = store::lock_events(tenant_id, finish.call_id);
    if (!is_settled(after)) return std::nullopt;
    auto answer = store::read_posting(after.back().id);
    if (answer) answer->replayed = is_settled(before) && before.size() == after.size();
    if (answer && answer->replayed) lad::pg::flush_visible_commits();
    return answer;
  });
  return lad::pg::posting_datum(fcinfo, posting);
}
