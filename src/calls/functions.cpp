#include <algorithm>
#include <array>

#include "calls/gate.hpp"
#include "core/error.hpp"
#include "pg/args.hpp"
#include "pg/context.hpp"
#include "pg/durability.hpp"
#include "pg/json.hpp"
#include "pg/posting.hpp"
#include "pg/restore.hpp"
#include "pg/result.hpp"
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

/// The calls that are over after a statement, sorted by tenant and identifier.
std::vector<store::Call> read_ended(const lad::pg::StatementCall& statement) {
  const int id = statement.require_column("id");
  const int tenant_id = statement.require_column("tenant_id");
  const int user_id = statement.require_column("initiated_by_user_id");
  const int status = statement.require_column("status");
  const int duration = statement.require_column("duration_seconds");
  const int ended_at = statement.require_column("ended_at");
  const int started_at = statement.require_column("started_at");
  const int created_at = statement.require_column("created_at");
  const int breakdown = statement.require_column("cost_breakdown");
  std::vector<store::Call> ended;
  statement.for_each([&](const lad::pg::RowView& row) {
    const std::string word = row.get<std::string>(status).value_or("");
    if (!calls::is_terminal(word)) return;
    const auto start = row.get<lad::pg::Timestamp>(started_at);
    ended.push_back({row.get<Uuid>(id).value(), row.get<Uuid>(tenant_id).value(),
                     row.get<Uuid>(user_id), word, row.get<std::int32_t>(duration).value_or(0),
                     row.get<lad::pg::Timestamp>(ended_at),
                     start ? *start : row.get<lad::pg::Timestamp>(created_at).value(),
                     lad::pg::copied(row.get<JsonbDatum>(breakdown))});
  });
  std::ranges::sort(ended, {}, [](const store::Call& call) {
    return std::pair{call.tenant_id, call.id};
  });
  return ended;
}

struct Delivery {
  Uuid call_id;
  calls::Report report;
};

Delivery read_delivery(const lad::pg::Args& args) {
  Delivery delivery{args.get<Uuid>(0, "call_id"), {}};
  calls::Report& report = delivery.report;
  report.status = args.get<std::string>(1, "status");
  report.duration_seconds = args.get<std::int32_t>(2, "duration_seconds");
  report.ended_at_us =
      lad::pg::finite_unix_us(args.get<lad::pg::Timestamp>(3, "ended_at"), "ended_at");
  const auto items = args.get_optional<JsonbDatum>(4);
  report.recording_url = args.get_optional<std::string>(5);
  calls::require_terminal(report.status);
  if (report.duration_seconds < 0) {
    throw Error{ErrorCode::invalid_argument, "duration of a call is negative"};
  }
  if (items) lad::usage::read_items(lad::pg::read_json(*items));
  // What a call that was not held has used is nobody's cost.
  if (items && calls::is_charged_status(report.status)) {
    report.items = lad::pg::jsonb_text(*items);
    report.items_seconds = report.duration_seconds;
  }
  return delivery;
}

/// Of a call that was charged before: what it has paid too much, by what is known now. Only who may
/// refund gives it back; else lad.reconcile_calls does.
void return_excess(const Uuid& tenant_id, const Uuid& call_id) {
  if (!store::may_refund()) return;
  const store::State state = store::lock_call(tenant_id, call_id).value();
  const auto events = calls::lock_money(state.call, store::lock_events(tenant_id, call_id));
  if (store::is_corrected(events) || !store::is_undisputed(events)) return;
  lad::pg::Savepoint::attempt([&] {
    const store::Bill bill = store::rate(state.call);
    calls::give_back(state.call, events, bill.cost, "reported anew");
  });
}

/// The delivery changes the call only by what is more true than what was known. Returns whether
/// anything about its end has changed.
bool apply(const Uuid& tenant_id, const Delivery& delivery, const store::State& state,
           const std::vector<store::Event>& events) {
  calls::Report told = delivery.report;
  told.ended_at_us =
      calls::plausible_end(*told.ended_at_us, lad::pg::unix_us(state.call.started_at),
                           lad::pg::unix_us(lad::pg::transaction_now()));
  calls::Report known = calls::merge(state.report, told);
  if (store::is_corrected(events)) {
    known = state.report;
    known.recording_url = std::max(known.recording_url, told.recording_url);
  }
  const bool changed = known != state.report;
  if (changed || !store::is_settled(events)) {
    store::write_report(tenant_id, delivery.call_id, known);
  }
  return changed;
}

std::optional<lad::Posting> finish(const Uuid& tenant_id, const Delivery& delivery) {
  const auto state = store::lock_call(tenant_id, delivery.call_id);
  if (!state) throw Error{ErrorCode::not_found, "no such call"};
  const auto before = store::lock_events(tenant_id, delivery.call_id);
  const bool changed = apply(tenant_id, delivery, *state, before);
  if (changed && store::is_settled(before)) return_excess(tenant_id, delivery.call_id);
  const auto after = store::lock_events(tenant_id, delivery.call_id);
  if (!store::is_settled(after)) return std::nullopt;
  auto answer = store::read_posting(after.back().id);
  if (answer) answer->replayed = store::is_settled(before) && before.size() == after.size();
  if (answer && answer->replayed) lad::pg::flush_visible_commits();
  return answer;
}

}  // namespace

LAD_FUNCTION(lad_charge_finished_calls) {
  const lad::pg::StatementCall statement{fcinfo};
  // A restored call was charged before; its usage and its ledger rows are restored as well.
  if (lad::pg::is_restoring()) return lad::pg::void_datum();
  constexpr std::array kCharged{"status", "duration_seconds", "cost_breakdown"};
  if (!statement.writes_any(kCharged)) return lad::pg::void_datum();
  const std::vector<store::Call> ended = read_ended(statement);
  for (auto first = ended.begin(); first != ended.end();) {
    const auto last = std::find_if(first, ended.end(), [&](const store::Call& call) {
      return call.tenant_id != first->tenant_id;
    });
    calls::settle_all(first->tenant_id, {first, last});
    first = last;
  }
  return lad::pg::void_datum();
}

LAD_FUNCTION(lad_finish_call) {
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const Delivery delivery = read_delivery(lad::pg::Args{fcinfo});
  return lad::pg::posting_datum(fcinfo,
                                lad::pg::with_spi([&] { return finish(tenant_id, delivery); }));
}
