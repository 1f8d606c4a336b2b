#include "calls/correction_store.hpp"

#include "pg/posting.hpp"
#include "pg/spi.hpp"

namespace lad::calls::store {
namespace {

using pg::Json;

constinit pg::Plan<Uuid, Uuid> kLast{
    "SELECT (c->>'duration_seconds')::int, c->>'reason', (c->>'transaction_id')::uuid"
    " FROM (SELECT metadata->'corrections'->-1 AS c FROM lad_data.billing_usage_events"
    "  WHERE tenant_id = $1 AND id = $2) AS e WHERE c IS NOT NULL"};

constinit pg::Plan<Uuid, Uuid, Decimal> kAdopt{
    "UPDATE lad_data.billing_usage_events SET metadata = coalesce(metadata, '{}')"
    " || jsonb_build_object('refunded', $3) WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<std::int32_t, std::int32_t, std::string, Decimal, Decimal, std::optional<Uuid>>
    kEntry{
        "SELECT jsonb_build_object('at', clock_timestamp(), 'by', lad.current_user_id(),"
        " 'previous_duration_seconds', $1, 'duration_seconds', $2, 'reason', $3, 'charged', $4,"
        " 'cost', $5, 'difference', $5 - $4, 'transaction_id', $6)::text"};

// What the application kept there in another form stays as the first entry.
constinit pg::Plan<Uuid, Uuid, Json> kNoteOnCall{
    "UPDATE lad_data.voice_call_logs SET metadata ="
    " CASE WHEN jsonb_typeof(metadata) = 'object' THEN metadata ELSE '{}' END"
    " || jsonb_build_object('credit_recalculation',"
    "  CASE WHEN metadata ? 'credit_recalculation'"
    "  THEN metadata->'credit_recalculation' ELSE '[]' END || $3)"
    " WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, Uuid, Json> kNoteOnEvent{
    "UPDATE lad_data.billing_usage_events SET metadata = coalesce(metadata, '{}')"
    " || jsonb_build_object('corrections', coalesce(metadata->'corrections', '[]') || $3)"
    " WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Json> kBreakdown{"SELECT jsonb_build_object('items', $1)"};

constinit pg::Plan<Uuid, Uuid, std::int32_t, std::optional<Json>> kCorrect{
    "UPDATE lad_data.voice_call_logs SET duration_seconds = $3,"
    " cost_breakdown = CASE WHEN $4 IS NULL THEN cost_breakdown ELSE cost_breakdown"
    "  || jsonb_build_object('items', $4, 'items_seconds', $3) END"
    " WHERE tenant_id = $1 AND id = $2"};

// The ledger answers a request that it has seen with what it did then.
constinit pg::Plan<Uuid, Uuid> kRefunded{
    "SELECT p.* FROM lad_data.billing_ledger_transactions l CROSS JOIN LATERAL"
    " lad.reverse(l.reverses_id, l.idempotency_key, l.amount, l.description) AS p"
    " WHERE l.tenant_id = $1 AND l.id = $2 AND l.reverses_id IS NOT NULL"};

constinit pg::Plan<Uuid, Uuid> kCharged{
    "SELECT p.* FROM lad_data.billing_usage_events e CROSS JOIN LATERAL"
    " lad.charge_usage(e.id) AS p WHERE e.tenant_id = $1"
    " AND (e.ledger_transaction_id = $2 OR e.archived_transaction_id = $2)"};

}  // namespace

std::optional<LastCorrection> last_correction(const Uuid& tenant_id, const Event& first) {
  const pg::Rows rows = kLast.run(tenant_id, first.id);
  if (rows.empty()) return std::nullopt;
  return LastCorrection{rows.get<std::int32_t>(0, 0), rows.get<std::string>(0, 1),
                        rows.get_optional<Uuid>(0, 2)};
}

void adopt_reversals(const Uuid& tenant_id, const std::vector<Event>& events) {
  for (const Event& event : events) {
    if (event.reversed != event.charge.refunded) kAdopt.run(tenant_id, event.id, event.reversed);
  }
}

std::string note_on_call(const Call& call, const Recalculation& entry) {
  const std::string json = kEntry
                               .run(entry.old_seconds, entry.new_seconds, entry.reason,
                                    entry.charged, entry.cost, entry.transaction_id)
                               .get<std::string>(0, 0);
  kNoteOnCall.run(call.tenant_id, call.id, Json{"[" + json + "]"});
  return json;
}

void note_on_event(const Uuid& tenant_id, const Uuid& event_id, const std::string& entry) {
  kNoteOnEvent.run(tenant_id, event_id, Json{"[" + entry + "]"});
}

pg::JsonbDatum breakdown_of(const std::string& items) {
  return kBreakdown.run(Json{items}).get<pg::JsonbDatum>(0, 0);
}

void write_correction(const Call& call, const std::optional<std::string>& items) {
  std::optional<Json> json;
  if (items) json = Json{*items};
  kCorrect.run(call.tenant_id, call.id, call.duration_seconds, json);
}

std::optional<Posting> find_posting(const Uuid& tenant_id, const Uuid& transaction_id) {
  const pg::Rows refunded = kRefunded.run(tenant_id, transaction_id);
  if (!refunded.empty()) return pg::read_posting(refunded, 0);
  const pg::Rows charged = kCharged.run(tenant_id, transaction_id);
  if (charged.empty()) return std::nullopt;
  return pg::read_posting(charged, 0);
}

}  // namespace lad::calls::store
