#include "assistant/store.hpp"

#include <algorithm>

#include "assistant/assistant.hpp"
#include "core/error.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "wallet/payer.hpp"

namespace lad::assistant::store {
namespace {

using OptionalText = std::optional<std::string>;
using OptionalUuid = std::optional<Uuid>;
using pg::Json;
using pg::Timestamp;

constinit pg::Plan<Uuid, std::string> kLock{
    "SELECT id, status IN ('pending', 'failed'),"
    " (SELECT jsonb_agg(i - '{unit_price,price_id,cost}'::text[] ORDER BY n)"
    "  FROM jsonb_array_elements(usage_items) WITH ORDINALITY AS t (i, n))::text"
    " FROM lad_data.billing_usage_events WHERE tenant_id = $1 AND idempotency_key = $2 FOR UPDATE"};

constinit pg::Plan<Json, Json> kIsSame{"SELECT $1 = $2"};

constinit pg::Plan<Uuid, Uuid> kSpeaker{
    "SELECT user_id FROM lad_data.ai_conversations WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, OptionalUuid> kCurrency{LAD_PAYER("currency", "$2")};

constinit pg::Plan<Json, Timestamp, std::string> kRate{
    "SELECT (r->'items')::text, (r->>'total')::numeric FROM lad.rate_usage($1, $2, $3) AS r"};

constinit pg::Plan<Uuid, OptionalUuid, Json, Decimal, std::string, std::string, std::string,
                   OptionalText, std::string, Json, Timestamp>
    kInsert{
        "INSERT INTO lad_data.billing_usage_events (tenant_id, user_id, feature_key, usage_items,"
        " total_quantity, total_cost, currency, idempotency_key, status, error_message,"
        " external_reference_id, metadata, occurred_at)"
        " VALUES ($1, $2, 'ai-icp-assistant', $3, lad.usage_quantity('ai-icp-assistant', $3), $4,"
        " $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (tenant_id, idempotency_key) DO NOTHING"};

constinit pg::Plan<Uuid, Uuid, Json, Decimal, std::string, std::string, OptionalText> kRewrite{
    "UPDATE lad_data.billing_usage_events SET usage_items = $3, total_cost = $4, currency = $5,"
    " status = $6, error_message = $7,"
    " total_quantity = lad.usage_quantity('ai-icp-assistant', $3)"
    " WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, Uuid> kConversation{
    "SELECT (jsonb_build_object('id', c.id, 'user_id', c.user_id, 'title', c.title,"
    " 'status', c.status, 'icp_data', c.icp_data, 'search_params', c.search_params,"
    " 'search_triggered', c.search_triggered, 'metadata', c.metadata, 'created_at', c.created_at,"
    " 'updated_at', c.updated_at, 'archived_at', c.archived_at) || (SELECT jsonb_build_object("
    "  'tokens_used', coalesce(sum(m.tokens_used), 0), 'messages', coalesce(jsonb_agg("
    "   jsonb_build_object('id', m.id, 'role', m.role, 'content', m.content,"
    "   'message_data', m.message_data, 'tokens_used', m.tokens_used, 'model', m.model,"
    "   'created_at', m.created_at) ORDER BY m.created_at, m.id), '[]'))"
    "  FROM lad_data.ai_messages m WHERE m.tenant_id = $1 AND m.conversation_id = $2"
    "  AND m.deleted_at IS NULL))::text"
    " FROM lad_data.ai_conversations c"
    " WHERE c.tenant_id = $1 AND c.id = $2 AND c.deleted_at IS NULL"};

struct Row {
  std::string items;
  Decimal cost;
  std::string currency;
  std::string status;
  OptionalText error;
};

void write(const Message& message, const OptionalUuid& user_id, const std::optional<Event>& open,
           const Row& row) {
  if (open) {
    kRewrite.run(message.tenant_id, open->id, Json{row.items}, row.cost, row.currency, row.status,
                 row.error);
    return;
  }
  const Json metadata{"{\"conversation_id\":\"" + message.conversation_id.to_string() + "\"}"};
  // A clock that runs ahead must not find tomorrow's price.
  const Timestamp at = std::min(message.created_at, pg::transaction_now());
  kInsert.run(message.tenant_id, user_id, Json{row.items}, row.cost, row.currency,
              usage_key(message.id), row.status, row.error, message.id.to_string(), metadata, at);
}

}  // namespace

std::optional<Event> lock_event(const Uuid& tenant_id, const std::string& key) {
  const pg::Rows rows = kLock.run(tenant_id, key);
  if (rows.empty()) return std::nullopt;
  return Event{rows.get<Uuid>(0, 0), rows.get<bool>(0, 1),
               rows.get_optional<std::string>(0, 2).value_or("[]")};
}

bool is_same_json(const std::string& a, const std::string& b) {
  return kIsSame.run(Json{a}, Json{b}).get<bool>(0, 0);
}

OptionalUuid speaker_of(const Message& message) {
  const pg::Rows rows = kSpeaker.run(message.tenant_id, message.conversation_id);
  return rows.empty() ? std::nullopt : rows.get_optional<Uuid>(0, 0);
}

Bill rate(const Message& message, const OptionalUuid& user_id, const std::string& items) {
  const pg::Rows wallet = kCurrency.run(message.tenant_id, user_id);
  if (wallet.empty()) throw Error{ErrorCode::wallet_not_found, "no wallet to charge"};
  const std::string currency = wallet.get<std::string>(0, 0);
  const Timestamp at = std::min(message.created_at, pg::transaction_now());
  const pg::Rows rows = kRate.run(Json{items}, at, currency);
  return {rows.get<std::string>(0, 0), rows.get<Decimal>(0, 1), currency};
}

void write_event(const Message& message, const OptionalUuid& user_id,
                 const std::optional<Event>& open, const Bill& bill) {
  write(message, user_id, open, {bill.items, bill.cost, bill.currency, "pending", std::nullopt});
}

void write_event(const Message& message, const OptionalUuid& user_id,
                 const std::optional<Event>& open, const Unpriced& unpriced) {
  write(message, user_id, open, {unpriced.items, {}, "CREDIT", "failed", unpriced.reason});
}

std::optional<std::string> read_conversation(const Uuid& tenant_id, const Uuid& conversation_id) {
  const pg::Rows rows = kConversation.run_in_snapshot(tenant_id, conversation_id);
  return rows.empty() ? std::nullopt : rows.get_optional<std::string>(0, 0);
}

}  // namespace lad::assistant::store
