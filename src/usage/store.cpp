#include "usage/store.hpp"

#include "core/error.hpp"
#include "pg/json.hpp"
#include "pg/known_reference.hpp"
#include "pg/posting.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "usage/items.hpp"
#include "usage/price_store.hpp"
#include "wallet/payer.hpp"

namespace lad::usage::store {
namespace {

using OptionalText = std::optional<std::string>;
using OptionalUuid = std::optional<Uuid>;
using pg::Json;
using pg::JsonbDatum;
using pg::Timestamp;

// What pricing::prices_json and the application's older items say of prices.
#define PRICED                                                              \
  "'{unit_price,unitPrice,price_id,priceId,cost,price_model,free_quantity," \
  "minimum_charge,price_currency,exchange_rate}'::text[]"

constinit pg::Plan<Uuid, OptionalUuid> kPayer{LAD_PAYER("id, currency", "$2")};

// Most keys are new: the comparison below takes longer to set up than to find nothing.
constinit pg::Plan<Uuid, std::string> kIsKnown{
    "SELECT FROM lad_data.billing_usage_events WHERE tenant_id = $1 AND idempotency_key = $2"};

constinit pg::Plan<Uuid, std::string, std::string, JsonbDatum, Json, OptionalUuid, OptionalText>
    kFind{
        "SELECT e.id, e.feature_key = $3 AND e.user_id IS NOT DISTINCT FROM $6"
        " AND e.external_reference_id IS NOT DISTINCT FROM $7"
        " AND (SELECT jsonb_agg(i - " PRICED
        " ORDER BY n)"
        "  FROM jsonb_array_elements(e.usage_items) WITH ORDINALITY AS t (i, n)"
        "  WHERE i->>'category' IS DISTINCT FROM 'overage')"
        " = (SELECT jsonb_agg((i - " PRICED
        ")"
        "  || ($5->(n - 1)::int) ORDER BY n)"
        "  FROM jsonb_array_elements($4) WITH ORDINALITY AS t (i, n))"
        " FROM lad_data.billing_usage_events e WHERE e.tenant_id = $1 AND e.idempotency_key = $2"};

// The debit that charges an event bears its identifier; the foreign key waits for it.
constinit pg::Plan<Uuid, Uuid, OptionalUuid, std::string, Json, Decimal, Decimal, std::string,
                   std::string, OptionalText, JsonbDatum, Timestamp, std::string, OptionalUuid,
                   std::optional<Timestamp>>
    kInsert{
        "INSERT INTO lad_data.billing_usage_events (tenant_id, id, user_id, feature_key,"
        " usage_items, total_quantity, total_cost, currency, idempotency_key,"
        " external_reference_id, metadata, occurred_at, status, ledger_transaction_id, charged_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
        " ON CONFLICT (tenant_id, idempotency_key) DO NOTHING"};

constinit pg::Plan<Uuid, Uuid> kLock{
    "SELECT status, total_cost, currency, user_id,"
    " coalesce(ledger_transaction_id, archived_transaction_id), occurred_at,"
    " jsonb_path_exists(usage_items, '$[*] ? (!exists(@.cost))', '{}', true)"
    " OR usage_items = '[]'"
    " FROM lad_data.billing_usage_events WHERE tenant_id = $1 AND id = $2 FOR UPDATE"};

constinit pg::Plan<Uuid, Uuid> kItems{
    "SELECT usage_items FROM lad_data.billing_usage_events WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, Uuid, Json, Decimal, std::string> kReprice{
    "UPDATE lad_data.billing_usage_events SET usage_items = $3, total_cost = $4, currency = $5,"
    " total_quantity = lad.usage_quantity(feature_key, $3) WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, Uuid, OptionalUuid, Timestamp> kCharged{
    "UPDATE lad_data.billing_usage_events SET status = 'charged', ledger_transaction_id = $3,"
    " charged_at = $4, error_message = NULL WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, Decimal, Uuid> kDebit{"SELECT * FROM lad.debit_usage($1, $2, $3)"};

constinit pg::Plan<Uuid> kRepeatDebit{"SELECT * FROM lad.repeat_usage($1)"};

Posting to_posting(const pg::Rows& rows) {
  if (rows.empty()) throw Error{ErrorCode::internal, "a charged event lost its posting"};
  return pg::read_posting(rows, 0);
}

}  // namespace

std::optional<Payer> find_payer(const Uuid& tenant_id, const std::optional<Uuid>& user_id) {
  const pg::Rows rows = kPayer.run(tenant_id, user_id);
  if (rows.empty()) return std::nullopt;
  return Payer{rows.get<Uuid>(0, 0), rows.get<std::string>(0, 1)};
}

std::optional<Known> find(const Uuid& tenant_id, const Request& request,
                          const std::string& quantities) {
  if (kIsKnown.run(tenant_id, request.idempotency_key).empty()) return std::nullopt;
  const pg::Rows rows =
      kFind.run(tenant_id, request.idempotency_key, request.feature_key, request.usage_items,
                Json{quantities}, request.user_id, request.external_reference_id);
  if (rows.empty()) return std::nullopt;
  return Known{rows.get<Uuid>(0, 0), rows.get_optional<bool>(0, 1).value_or(false)};
}

bool insert(const Uuid& tenant_id, const Request& request, const NewEvent& event) {
  const bool paid = event.charged && !event.cost.is_zero();
  // The debit that follows writes the ledger row, or undoes this one; its wallet has the tenant.
  std::optional<pg::KnownReference> tenant;
  std::optional<pg::KnownReference> debit;
  if (paid) {
    tenant.emplace("billing_usage_events", "tenants");
    debit.emplace("billing_usage_events", "billing_ledger_transactions");
  }
  const pg::Rows rows = kInsert.run(
      tenant_id, event.id, request.user_id, request.feature_key, Json{event.items}, event.quantity,
      event.cost, event.currency, request.idempotency_key, request.external_reference_id,
      request.metadata, request.occurred_at, event.charged ? "charged" : "pending",
      paid ? OptionalUuid{event.id} : std::nullopt,
      event.charged ? std::optional{pg::clock_now()} : std::nullopt);
  if (debit) debit->close();
  if (tenant) tenant->close();
  return rows.processed() == 1;
}

Event lock(const Uuid& tenant_id, const Uuid& event_id) {
  const pg::Rows rows = kLock.run(tenant_id, event_id);
  if (rows.empty()) throw Error{ErrorCode::not_found, "no such usage event"};
  return {rows.get<std::string>(0, 0),
          rows.get<Decimal>(0, 1),
          rows.get<std::string>(0, 2),
          rows.get_optional<Uuid>(0, 3),
          rows.get_optional<Uuid>(0, 4),
          pg::unix_us(rows.get<Timestamp>(0, 5)),
          rows.get_optional<bool>(0, 6).value_or(true)};
}

Rated reprice(const Uuid& tenant_id, const Uuid& event_id, const Event& event,
              const std::string& currency) {
  const JsonbDatum stored = kItems.run(tenant_id, event_id).get<JsonbDatum>(0, 0);
  const JsonNode usage_items = pg::read_json(stored);
  const std::vector<pricing::UsageItem> items = read_items(usage_items);
  const Rated rated = rate(items, read_prices(tenant_id, items, event.occurred_at_us, currency),
                           event.occurred_at_us, currency);
  kReprice.run(tenant_id, event_id, Json{merge_prices(usage_items, prices_json(rated))},
               rated.total, rated.currency);
  return rated;
}

void mark_charged(const Uuid& tenant_id, const Uuid& event_id,
                  const std::optional<Uuid>& transaction_id) {
  kCharged.run(tenant_id, event_id, transaction_id, pg::clock_now());
}

Posting debit(const Payer& payer, const Uuid& event_id, const Decimal& amount) {
  return to_posting(kDebit.run(payer.wallet_id, amount, event_id));
}

Posting repeat_debit(const Uuid& event_id) {
  return to_posting(kRepeatDebit.run(event_id));
}

}  // namespace lad::usage::store
