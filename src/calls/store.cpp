#include "calls/store.hpp"

#include <set>

#include "core/error.hpp"
#include "pg/json.hpp"
#include "pg/posting.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pricing/pricing.hpp"

namespace lad::calls::store {
namespace {

using OptionalText = std::optional<std::string>;
using OptionalUuid = std::optional<Uuid>;
using OptionalJsonb = std::optional<pg::JsonbDatum>;
using pg::Json;
using pg::JsonbDatum;
using pg::Timestamp;

constinit pg::Plan<Uuid, std::string> kLockEvent{
    "SELECT id, status, total_cost FROM lad_data.billing_usage_events"
    " WHERE tenant_id = $1 AND idempotency_key = $2 FOR UPDATE"};

constinit pg::Plan<Uuid, OptionalUuid> kCurrency{
    "SELECT currency FROM lad_data.billing_wallets"
    " WHERE tenant_id = $1 AND (user_id = $2 OR user_id IS NULL)"
    " ORDER BY user_id NULLS LAST LIMIT 1"};

constinit pg::Plan<Uuid, OptionalUuid> kPayer{
    "SELECT id FROM lad_data.billing_wallets"
    " WHERE tenant_id = $1 AND (user_id = $2 OR user_id IS NULL)"
    " ORDER BY user_id NULLS LAST LIMIT 1"};

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

constinit pg::Plan<Uuid, OptionalUuid, Json, Decimal, std::string, std::string, std::string, Json,
                   Timestamp>
    kInsert{
        "INSERT INTO lad_data.billing_usage_events (tenant_id, user_id, feature_key, usage_items,"
        " total_quantity, total_cost, currency, idempotency_key, external_reference_id, metadata,"
        " occurred_at)"
        " VALUES ($1, $2, 'voice-agent', $3, lad.usage_quantity('voice-agent', $3), $4, $5, $6, $7,"
        " $8, $9) RETURNING id"};

constinit pg::Plan<Uuid, Uuid, Json, Decimal, std::string> kReprice{
    "UPDATE lad_data.billing_usage_events SET usage_items = $3, total_cost = $4, currency = $5,"
    " total_quantity = lad.usage_quantity(feature_key, $3), retry_count = retry_count + 1"
    " WHERE tenant_id = $1 AND id = $2"};

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

constinit pg::Plan<Uuid, Uuid> kLockCall{
    "SELECT id FROM lad_data.voice_call_logs WHERE tenant_id = $1 AND id = $2 FOR UPDATE"};

constinit pg::Plan<Uuid, Uuid, std::string, std::int32_t, Timestamp, OptionalJsonb, OptionalText>
    kFinish{
        "UPDATE lad_data.voice_call_logs SET"
        " status = CASE WHEN status IN ('ended', 'completed') THEN status ELSE $3 END,"
        " duration_seconds = CASE WHEN status IN ('ended', 'completed')"
        "  THEN greatest(duration_seconds, $4) ELSE $4 END,"
        " ended_at = CASE WHEN status IN ('ended', 'completed') THEN coalesce(ended_at, $5)"
        "  ELSE $5 END,"
        " cost_breakdown = CASE WHEN $6 IS NULL OR (status IN ('ended', 'completed')"
        "  AND $4 < coalesce(duration_seconds, 0)) THEN cost_breakdown"
        "  ELSE coalesce(cost_breakdown, '{}') || jsonb_build_object('items', $6) END,"
        " recording_url = coalesce($7, recording_url)"
        " WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid> kPosting{"SELECT p.* FROM lad.charge_usage($1) AS p"};

Timestamp time_of(const Call& call) {
  return call.ended_at.value_or(pg::transaction_now());
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

}  // namespace

std::vector<Event> lock_events(const Uuid& tenant_id, const Uuid& call_id) {
  std::vector<Event> events;
  for (int number = 1;; ++number) {
    const pg::Rows rows = kLockEvent.run(tenant_id, event_key(call_id, number));
    if (rows.empty()) return events;
    events.push_back(
        {rows.get<Uuid>(0, 0), {rows.get<std::string>(0, 1), rows.get<Decimal>(0, 2)}});
  }
}

void lock_payers(const Uuid& tenant_id, std::span<const Call> calls) {
  std::set<OptionalUuid> users;
  for (const Call& call : calls) users.insert(call.user_id);
  std::set<Uuid> wallets;
  for (const OptionalUuid& user_id : users) {
    const pg::Rows rows = kPayer.run(tenant_id, user_id);
    if (!rows.empty()) wallets.insert(rows.get<Uuid>(0, 0));
  }
  for (const Uuid& wallet_id : wallets) kLockWallet.run(tenant_id, wallet_id);
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
  if (decision.reopen) {
    const Uuid id = events.back().id;
    kReprice.run(call.tenant_id, id, Json{bill.items}, decision.amount, bill.currency);
    return id;
  }
  const std::string metadata =
      decision.before.is_zero() ? "{}" : "{\"charged_before\":" + decision.before.to_string() + "}";
  return kInsert
      .run(call.tenant_id, call.user_id, Json{bill.items}, decision.amount, bill.currency,
           event_key(call.id, decision.number), call.id.to_string(), Json{metadata}, time_of(call))
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
           time_of(call))
      .get<Uuid>(0, 0);
}

void write_failure(const Call& call, const Uuid& event_id, const std::string& sqlstate,
                   const std::string& reason) {
  kFail.run(call.tenant_id, event_id, sqlstate + ": " + reason);
  kTell.run(call.tenant_id, call.id, event_id, sqlstate, reason);
}

void show_charge(const Call& call, const Decimal& cost, const std::string& currency) {
  kShow.run(call.tenant_id, call.id, cost, currency);
}

bool lock_call(const Uuid& tenant_id, const Uuid& call_id) {
  return !kLockCall.run(tenant_id, call_id).empty();
}

void finish(const Uuid& tenant_id, const Finish& finish) {
  kFinish.run(tenant_id, finish.call_id, finish.status, finish.duration_seconds, finish.ended_at,
              finish.usage_items, finish.recording_url);
}

std::optional<Posting> read_posting(const Uuid& event_id) {
  const pg::Rows rows = kPosting.run(event_id);
  if (rows.empty() || rows.is_null(0, 0)) return std::nullopt;
  return pg::read_posting(rows, 0);
}

}  // namespace lad::calls::store
