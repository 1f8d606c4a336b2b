#include "calls/store.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "pg/json.hpp"
#include "pg/posting.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pricing/pricing.hpp"
#include "wallet/payer.hpp"

namespace lad::calls::store {
namespace {

using OptionalText = std::optional<std::string>;
using OptionalUuid = std::optional<Uuid>;
using OptionalJsonb = std::optional<pg::JsonbDatum>;
using pg::Json;
using pg::JsonbDatum;
using pg::Timestamp;

// What people have reversed by hand counts as reversed, but not as refunded.
#define EVENT                                                                               \
  "SELECT e.id, e.status, e.total_cost, coalesce((e.metadata->>'refunded')::numeric, 0),"   \
  " coalesce(e.ledger_transaction_id, e.archived_transaction_id), e.total_quantity,"        \
  " coalesce((SELECT sum(abs(l.amount)) FROM lad_data.billing_ledger_transactions l"        \
  "  WHERE l.tenant_id = $1 AND l.reverses_id = e.ledger_transaction_id), 0),"              \
  " (e.metadata->'corrections'->-1->>'cost')::numeric FROM lad_data.billing_usage_events e" \
  " WHERE e.tenant_id = $1 AND e.idempotency_key = $2"

constinit pg::Plan<Uuid, std::string> kReadEvent{EVENT};
constinit pg::Plan<Uuid, std::string> kLockEvent{EVENT " FOR UPDATE OF e"};

#undef EVENT

constinit pg::Plan<Uuid, OptionalUuid> kCurrency{LAD_PAYER("currency", "$2")};

constinit pg::Plan<Uuid, OptionalUuid> kPayer{LAD_PAYER("id", "$2")};

constinit pg::Plan<Uuid, Uuid> kLockWallet{
    "SELECT FROM lad_data.billing_wallets WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE"};

constinit pg::Plan<JsonbDatum, Timestamp, std::string> kRate{
    "SELECT (r->'items')::text, (r->>'total')::numeric"
    " FROM lad.rate_usage($1->'items', $2, $3) AS r"};

constinit pg::Plan<Uuid, std::string, Timestamp> kCallPrice{
    "SELECT id, provider, unit_price FROM lad_data.billing_pricing_catalog"
    " WHERE (tenant_id = $1 OR tenant_id IS NULL) AND category = 'telephony' AND model = 'voice'"
    " AND unit = 'minute' AND currency = $2 AND is_active AND effective_from <= $3"
    " AND (effective_to IS NULL OR effective_to > $3)"
    " ORDER BY tenant_id IS NULL, effective_from DESC, id DESC LIMIT 1"};

constinit pg::Plan<Json, Uuid, Rate, Decimal> kPriceMinutes{
    "SELECT jsonb_build_array(($1->0) || jsonb_build_object("
    "'price_id', $2, 'unit_price', $3, 'cost', $4))::text"};

// What a difference is of: component by component what was not charged before; where that does not
// sum up, because components went or money came back, everything less one line with what was
// charged. Either way the costs of the items sum to the cost of the event.
constinit pg::Plan<Json, Decimal, Decimal, Uuid, std::vector<Uuid>> kDifference{
    "WITH items AS (SELECT n, i, i->>'category' AS c, i->>'provider' AS p, i->>'model' AS m,"
    "  i->>'unit' AS u, (i->>'quantity')::numeric AS q, (i->>'cost')::numeric AS cost"
    "  FROM jsonb_array_elements($1) WITH ORDINALITY AS t (i, n)),"
    " earlier AS (SELECT i->>'category' AS c, i->>'provider' AS p, i->>'model' AS m,"
    "  i->>'unit' AS u, sum((i->>'quantity')::numeric) AS q, sum((i->>'cost')::numeric) AS cost"
    "  FROM lad_data.billing_usage_events e, jsonb_array_elements(e.usage_items) AS i"
    "  WHERE e.tenant_id = $4 AND e.id = ANY ($5) AND e.status = 'charged' GROUP BY 1, 2, 3, 4),"
    " more AS (SELECT f.n, f.i, f.q - coalesce(e.q, 0) AS q, f.cost - coalesce(e.cost, 0) AS cost"
    "  FROM items AS f LEFT JOIN earlier AS e USING (c, p, m, u))"
    " SELECT CASE WHEN (SELECT sum(cost) = $2 AND min(q) >= 0 AND min(cost) >= 0 FROM more)"
    "  AND (SELECT count(*) = count(DISTINCT (c, p, m, u)) FROM items)"
    " THEN (SELECT jsonb_agg(i || jsonb_build_object('quantity', trim_scale(q), 'cost', cost)"
    "  ORDER BY n) FROM more WHERE q > 0 OR cost > 0)"
    " ELSE $1 || jsonb_build_object('category', 'telephony', 'provider', 'lad',"
    "  'model', 'charged-before', 'unit', 'call', 'quantity', 1, 'unit_price', -$3, 'cost', -$3)"
    " END::text"};

constinit pg::Plan<Json> kQuantity{"SELECT lad.usage_quantity('voice-agent', $1)"};

constinit pg::Plan<Uuid, OptionalUuid, Json, Decimal, std::string, std::string, std::string, Json,
                   Timestamp, Decimal>
    kInsert{
        "INSERT INTO lad_data.billing_usage_events (tenant_id, user_id, feature_key, usage_items,"
        " total_quantity, total_cost, currency, idempotency_key, external_reference_id, metadata,"
        " occurred_at)"
        " VALUES ($1, $2, 'voice-agent', $3, $10, $4, $5, $6, $7, $8, $9) RETURNING id"};

constinit pg::Plan<Uuid, Uuid, Json, Decimal, std::string, Decimal> kReprice{
    "UPDATE lad_data.billing_usage_events SET usage_items = $3, total_cost = $4, currency = $5,"
    " total_quantity = $6, retry_count = retry_count + 1 WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<OptionalJsonb> kComponents{
    "SELECT CASE WHEN jsonb_typeof($1->'items') = 'array' AND $1->'items' <> '[]'"
    " THEN ($1->'items')::text END"};

constinit pg::Plan<Uuid> kCharge{"SELECT (lad.charge_usage($1)).transaction_id"};

constinit pg::Plan<Uuid, Uuid, std::string> kFail{
    "UPDATE lad_data.billing_usage_events SET status = 'failed', error_message = $3"
    " WHERE tenant_id = $1 AND id = $2 AND status IN ('pending', 'failed')"};

constinit pg::Plan<Uuid, Uuid, Uuid, std::string, std::string> kTell{
    "INSERT INTO lad_data.domain_events (tenant_id, event_type, aggregate_type, aggregate_id,"
    " payload) VALUES ($1, 'call.charge_failed', 'call', $2,"
    " jsonb_build_object('usage_event_id', $3, 'sqlstate', $4, 'reason', $5))"};

constinit pg::Plan<Uuid, Uuid, Decimal, std::string> kShow{
    "UPDATE lad_data.voice_call_logs SET cost = $3, currency = $4,"
    " credits_charged = CASE WHEN $4 = 'CREDIT' THEN $3 ELSE credits_charged END"
    " WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, std::vector<Uuid>> kWalletsOf{
    "SELECT wallet_id FROM lad_data.billing_ledger_transactions"
    " WHERE tenant_id = $1 AND id = ANY ($2) UNION"
    " SELECT wallet_id FROM lad_data.billing_ledger_archive"
    " WHERE tenant_id = $1 AND id = ANY ($2)"};

constinit pg::Plan<Uuid, std::vector<Uuid>> kOpenHolds{
    "SELECT h.id, h.wallet_id, s.call_log_id FROM lad_data.voice_call_starts s JOIN "
    "lad_data.billing_holds h"
    " ON h.tenant_id = s.tenant_id AND h.id = s.hold_id"
    " WHERE s.tenant_id = $1 AND s.call_log_id = ANY ($2) AND h.status = 'open'"
    " ORDER BY s.call_log_id"};

constinit pg::Plan<Uuid> kRelease{"SELECT (lad.release($1)).hold_id"};

constinit pg::Plan<Uuid, std::string, Decimal, std::string> kReverse{
    "SELECT p.* FROM lad.reverse($1, $2, $3, $4) AS p"};

constinit pg::Plan<Uuid, Uuid, Decimal> kRefunded{
    "UPDATE lad_data.billing_usage_events SET metadata = coalesce(metadata, '{}')"
    " || jsonb_build_object('refunded', coalesce((metadata->>'refunded')::numeric, 0) + $3)"
    " WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, Uuid> kEventCurrency{
    "SELECT currency FROM lad_data.billing_usage_events WHERE tenant_id = $1 AND id = $2"};

// A number that the application wrote there may be any number.
#define CALL                                                                                       \
  "SELECT initiated_by_user_id, status, coalesce(duration_seconds, 0), ended_at,"                  \
  " coalesce(started_at, created_at), cost_breakdown,"                                             \
  " CASE WHEN jsonb_typeof(cost_breakdown->'items') = 'array' AND cost_breakdown->'items' <> '[]'" \
  "  THEN (cost_breakdown->'items')::text END,"                                                    \
  " CASE WHEN jsonb_typeof(cost_breakdown->'items_seconds') = 'number' THEN greatest(0,"           \
  "  least((cost_breakdown->>'items_seconds')::numeric, 2147483647))::int END,"                    \
  " recording_url, cost, currency, credits_charged"                                                \
  " FROM lad_data.voice_call_logs WHERE tenant_id = $1 AND id = $2"

constinit pg::Plan<Uuid, Uuid> kReadCall{CALL};
constinit pg::Plan<Uuid, Uuid> kLockCall{CALL " FOR UPDATE"};

#undef CALL

constinit pg::Plan<> kMayRefund{"SELECT lad.has_capability('billing.admin')"};

constinit pg::Plan<Uuid, Uuid, std::string, std::int32_t, std::optional<Timestamp>,
                   std::optional<Json>, std::optional<std::int32_t>, OptionalText>
    kReport{
        "UPDATE lad_data.voice_call_logs SET status = $3, duration_seconds = $4, ended_at = $5,"
        " cost_breakdown = CASE WHEN $6 IS NULL THEN cost_breakdown"
        "  ELSE CASE WHEN jsonb_typeof(cost_breakdown) = 'object' THEN cost_breakdown ELSE '{}' END"
        "   || jsonb_build_object('items', $6) || CASE WHEN $7 IS NULL THEN '{}'::jsonb"
        "   ELSE jsonb_build_object('items_seconds', $7) END END,"
        " recording_url = $8 WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid> kPosting{"SELECT p.* FROM lad.charge_usage($1) AS p"};

/// An end before the start would find the prices of another time, or none.
Timestamp time_of(const Call& call) {
  const Timestamp now = pg::transaction_now();
  return std::max(call.ended_at.value_or(now), std::min(call.started_at, now));
}

bool has_components(const Call& call) {
  if (!call.cost_breakdown) return false;
  const JsonNode breakdown = pg::read_json(*call.cost_breakdown);
  const JsonNode* const items = breakdown.find("items");
  if (items == nullptr || items->kind == JsonNode::Kind::null) return false;
  return items->kind != JsonNode::Kind::array || !items->children.empty();
}

Bill rate_minutes(const Call& call, const std::string& currency) {
  const pg::Rows rows = kCallPrice.run(call.tenant_id, currency, time_of(call));
  if (rows.empty()) {
    throw Error{ErrorCode::no_price, "no price for a minute of a call in " + currency};
  }
  const auto price_id = rows.get<Uuid>(0, 0);
  const Rate price = rows.get<Rate>(0, 2);
  Bill bill{"", pricing::call_cost(call.duration_seconds, price), currency};
  const Json item{
      minutes_json(pricing::call_blocks(call.duration_seconds), rows.get<std::string>(0, 1))};
  bill.items = kPriceMinutes.run(item, price_id, price, bill.cost).get<std::string>(0, 0);
  return bill;
}

template <class Plan>
std::vector<Event> events_of(Plan& plan, const Uuid& tenant_id, const Uuid& call_id) {
  std::vector<Event> events;
  for (int number = 1;; ++number) {
    const pg::Rows rows = plan.run(tenant_id, event_key(call_id, number));
    if (rows.empty()) return events;
    events.push_back(
        {rows.get<Uuid>(0, 0),
         {rows.get<std::string>(0, 1), rows.get<Decimal>(0, 2), rows.get<Decimal>(0, 3)},
         rows.get_optional<Uuid>(0, 4),
         rows.get<Decimal>(0, 5),
         rows.get<Decimal>(0, 6),
         rows.get_optional<Decimal>(0, 7)});
  }
}

/// What the event counts that earlier ones of the call did not.
Decimal quantity_of(const Bill& bill, const Decision& decision, const std::vector<Event>& events) {
  Decimal quantity = kQuantity.run(Json{bill.items}).get<Decimal>(0, 0);
  for (int earlier = 0; earlier + 1 < decision.number; ++earlier) {
    quantity -= events[static_cast<std::size_t>(earlier)].quantity;
  }
  return std::max(quantity, Decimal{});
}

Json items_of(const Call& call, const Bill& bill, const Decision& decision,
              const std::vector<Event>& events) {
  if (decision.before.is_zero()) return Json{bill.items};
  std::vector<Uuid> earlier;
  for (const Event& event : events) earlier.push_back(event.id);
  return Json{
      kDifference.run(Json{bill.items}, decision.amount, decision.before, call.tenant_id, earlier)
          .get<std::string>(0, 0)};
}

std::optional<State> state_of(const pg::Rows& rows, const Uuid& tenant_id, const Uuid& call_id) {
  if (rows.empty()) return std::nullopt;
  State state;
  state.call = {call_id,
                tenant_id,
                rows.get_optional<Uuid>(0, 0),
                rows.get<std::string>(0, 1),
                rows.get<std::int32_t>(0, 2),
                rows.get_optional<Timestamp>(0, 3),
                rows.get<Timestamp>(0, 4),
                pg::copied(rows.get_optional<JsonbDatum>(0, 5))};
  Report& report = state.report;
  report = {state.call.status,
            state.call.duration_seconds,
            {},
            rows.get_optional<std::string>(0, 6),
            rows.get_optional<std::int32_t>(0, 7),
            rows.get_optional<std::string>(0, 8)};
  if (state.call.ended_at && pg::is_finite(*state.call.ended_at)) {
    report.ended_at_us = pg::unix_us(*state.call.ended_at);
  }
  const bool is_held = is_charged_status(report.status);
  if (report.items && is_held && !report.items_seconds) {
    report.items_seconds = report.duration_seconds;
  }
  state.shown_cost = rows.get_optional<Decimal>(0, 9);
  state.shown_currency = rows.get_optional<std::string>(0, 10);
  state.shown_credits = rows.get_optional<Decimal>(0, 11);
  return state;
}

}  // namespace

bool is_corrected(std::span<const Event> events) {
  return !events.empty() && events.front().corrected_to.has_value();
}

bool is_settled(std::span<const Event> events) {
  return !events.empty() && events.back().charge.status == "charged";
}

bool is_undisputed(std::span<const Event> events) {
  return std::all_of(events.begin(), events.end(), [](const Event& event) {
    return event.charge.status != "voided" && event.reversed == event.charge.refunded;
  });
}

bool may_refund() {
  return pg::caller_has_role("lad_service") || kMayRefund.run().get<bool>(0, 0);
}

std::vector<Charge> charges_of(std::span<const Event> events) {
  std::vector<Charge> charges;
  for (const Event& event : events) charges.push_back(event.charge);
  return charges;
}

std::vector<Event> lock_events(const Uuid& tenant_id, const Uuid& call_id) {
  return events_of(kLockEvent, tenant_id, call_id);
}

std::vector<Event> read_events(const Uuid& tenant_id, const Uuid& call_id) {
  return events_of(kReadEvent, tenant_id, call_id);
}

OptionalUuid find_payer(const Uuid& tenant_id, const OptionalUuid& user_id) {
  const pg::Rows rows = kPayer.run(tenant_id, user_id);
  return rows.empty() ? std::nullopt : OptionalUuid{rows.get<Uuid>(0, 0)};
}

std::set<Uuid> payers_of(const Uuid& tenant_id, std::span<const Call> calls) {
  std::set<OptionalUuid> users;
  for (const Call& call : calls) users.insert(call.user_id);
  std::set<Uuid> wallets;
  for (const OptionalUuid& user_id : users) {
    if (const auto wallet_id = find_payer(tenant_id, user_id)) wallets.insert(*wallet_id);
  }
  return wallets;
}

std::set<Uuid> wallets_of(const Uuid& tenant_id, std::span<const Event> events) {
  std::vector<Uuid> transactions;
  for (const Event& event : events) {
    if (event.transaction_id) transactions.push_back(*event.transaction_id);
  }
  std::set<Uuid> wallets;
  if (transactions.empty()) return wallets;
  const pg::Rows rows = kWalletsOf.run(tenant_id, transactions);
  for (std::uint64_t row = 0; row < rows.size(); ++row) wallets.insert(rows.get<Uuid>(row, 0));
  return wallets;
}

void lock_wallets(const Uuid& tenant_id, const std::set<Uuid>& wallet_ids) {
  for (const Uuid& wallet_id : wallet_ids) kLockWallet.run(tenant_id, wallet_id);
}

std::vector<Hold> open_holds(const Uuid& tenant_id, const std::vector<Uuid>& call_ids) {
  const pg::Rows rows = kOpenHolds.run(tenant_id, call_ids);
  std::vector<Hold> holds;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    holds.push_back({rows.get<Uuid>(row, 0), rows.get<Uuid>(row, 1), rows.get<Uuid>(row, 2)});
  }
  return holds;
}

void release(const Hold& hold) {
  kRelease.run(hold.id);
}

Bill rate(const Call& call) {
  const pg::Rows wallet = kCurrency.run(call.tenant_id, call.user_id);
  if (wallet.empty()) throw Error{ErrorCode::wallet_not_found, "no wallet to charge"};
  const std::string currency = wallet.get<std::string>(0, 0);
  if (!has_components(call)) return rate_minutes(call, currency);
  const pg::Rows rows = kRate.run(*call.cost_breakdown, time_of(call), currency);
  return {rows.get<std::string>(0, 0), rows.get<Decimal>(0, 1), currency};
}

Uuid write_event(const Call& call, const Decision& decision, const Bill& bill,
                 const std::vector<Event>& events) {
  const Json items = items_of(call, bill, decision, events);
  const Decimal quantity = quantity_of(bill, decision, events);
  if (decision.reopen) {
    const Uuid id = events.back().id;
    kReprice.run(call.tenant_id, id, items, decision.amount, bill.currency, quantity);
    return id;
  }
  const std::string metadata =
      decision.before.is_zero() ? "{}" : "{\"charged_before\":" + decision.before.to_string() + "}";
  return kInsert
      .run(call.tenant_id, call.user_id, items, decision.amount, bill.currency,
           event_key(call.id, decision.number), call.id.to_string(), Json{metadata}, time_of(call),
           quantity)
      .get<Uuid>(0, 0);
}

void charge(const Uuid& event_id) {
  kCharge.run(event_id);
}

Uuid write_unpriced(const Call& call, const std::vector<Event>& events) {
  if (!events.empty() && events.back().charge.status != "charged") return events.back().id;
  const auto components = kComponents.run(call.cost_breakdown).get_optional<std::string>(0, 0);
  const Json items{
      components.value_or(minutes_json(pricing::call_blocks(call.duration_seconds), "lad"))};
  return kInsert
      .run(call.tenant_id, call.user_id, items, Decimal{}, "CREDIT",
           event_key(call.id, static_cast<int>(events.size()) + 1), call.id.to_string(), Json{"{}"},
           time_of(call), kQuantity.run(items).get<Decimal>(0, 0))
      .get<Uuid>(0, 0);
}

void write_failure(const Call& call, const Uuid& event_id, const std::string& sqlstate,
                   const std::string& reason) {
  kFail.run(call.tenant_id, event_id, sqlstate + ": " + reason);
  kTell.run(call.tenant_id, call.id, event_id, sqlstate, reason);
}

std::string currency_of(const Uuid& tenant_id, const Event& event) {
  return kEventCurrency.run(tenant_id, event.id).get<std::string>(0, 0);
}

void show_charge(const Call& call, const Decimal& cost, const std::string& currency) {
  kShow.run(call.tenant_id, call.id, cost, currency);
}

Posting refund(const Uuid& tenant_id, const Event& event, const Decimal& amount,
               const std::string& key, const std::string& reason) {
  const pg::Rows rows = kReverse.run(event.transaction_id.value(), key, amount, reason);
  const Posting posting = pg::read_posting(rows, 0);
  kRefunded.run(tenant_id, event.id, amount);
  return posting;
}

std::optional<State> lock_call(const Uuid& tenant_id, const Uuid& call_id) {
  return state_of(kLockCall.run(tenant_id, call_id), tenant_id, call_id);
}

std::optional<State> read_call(const Uuid& tenant_id, const Uuid& call_id) {
  return state_of(kReadCall.run(tenant_id, call_id), tenant_id, call_id);
}

void write_report(const Uuid& tenant_id, const Uuid& call_id, const Report& report) {
  std::optional<Timestamp> ended_at;
  if (report.ended_at_us) ended_at = pg::from_unix_us(*report.ended_at_us);
  std::optional<Json> items;
  if (report.items) items = Json{*report.items};
  kReport.run(tenant_id, call_id, report.status, report.duration_seconds, ended_at, items,
              report.items_seconds, report.recording_url);
}

std::optional<Posting> read_posting(const Uuid& event_id) {
  const pg::Rows rows = kPosting.run(event_id);
  if (rows.empty() || rows.is_null(0, 0)) return std::nullopt;
  return pg::read_posting(rows, 0);
}

}  // namespace lad::calls::store
