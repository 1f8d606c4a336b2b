#include "usage/settle_store.hpp"

#include "core/error.hpp"
#include "pg/as_owner.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "usage/lifecycle.hpp"

namespace lad::usage::store {
namespace {

using OptionalUuid = std::optional<Uuid>;
using pg::Timestamp;

#define UNSETTLED "lad_data.billing_usage_events e WHERE e.status IN ('pending', 'failed')"

// One probe of the index for each tenant.
constinit pg::Plan<> kTenants{
    "WITH RECURSIVE tenants AS ("
    " (SELECT e.tenant_id FROM " UNSETTLED
    " ORDER BY e.tenant_id LIMIT 1)"
    " UNION ALL"
    " SELECT (SELECT e.tenant_id FROM " UNSETTLED
    "  AND e.tenant_id > t.tenant_id ORDER BY e.tenant_id LIMIT 1)"
    " FROM tenants t WHERE t.tenant_id IS NOT NULL)"
    " SELECT tenant_id FROM tenants WHERE tenant_id IS NOT NULL"};

constinit pg::Plan<std::string> kTry{
    "SELECT pg_try_advisory_xact_lock(hashtextextended('lad.settle_usage ' || $1, 0))"};

// A failed event is tried again after 1 minute, then 2, 4 ... at most a day, and at once when what
// it failed for has changed: its wallet has moved and can pay, or, of one without a price, a price
// or a rate was set. The latest posting tells when a wallet moved.
#define IS_DUE                                                                                  \
  "(e.status = 'pending' OR e.attempted_at IS NULL"                                             \
  " OR e.attempted_at + least(interval '1 day',"                                                \
  "  interval '1 minute' * power(2, least(e.retry_count, 11))) <= $2"                           \
  " OR (e.total_cost > 0 AND w.status = 'active' AND w.currency = e.currency"                   \
  "  AND w.current_balance - w.reserved_balance + w.credit_limit >= e.total_cost"               \
  "  AND greatest(w.updated_at, (SELECT l.created_at"                                           \
  "   FROM lad_data.billing_ledger_transactions l"                                              \
  "   WHERE l.tenant_id = $1 AND l.wallet_id = w.id AND l.seq = w.last_seq)) > e.attempted_at)" \
  " OR (e.total_cost = 0 AND greatest("                                                         \
  "  (SELECT max(greatest(p.created_at, p.updated_at)) FROM lad_data.billing_pricing_catalog p" \
  "   WHERE p.tenant_id = $1 OR p.tenant_id IS NULL),"                                          \
  "  (SELECT max(greatest(r.created_at, r.updated_at)) FROM lad_data.billing_exchange_rates r"  \
  "   WHERE r.tenant_id = $1 OR r.tenant_id IS NULL)) > e.attempted_at))"

// Whoever else works on an event skips or is skipped: neither waits, neither charges twice.
constinit pg::Plan<Uuid, Timestamp, std::int64_t> kClaim{
    "SELECT e.id, w.id, w.currency, e.status, e.total_cost, e.currency, e.user_id, e.occurred_at,"
    " CASE WHEN e.total_cost > 0 THEN false ELSE e.usage_items = '[]'"
    "  OR jsonb_path_exists(e.usage_items, '$[*] ? (!exists(@.cost))', '{}', true) END"
    " FROM lad_data.billing_usage_events e LEFT JOIN lad_data.billing_wallets w"
    " ON w.tenant_id = $1 AND w.id = coalesce("
    "  (SELECT m.id FROM lad_data.billing_wallets m"
    "   WHERE e.user_id IS NOT NULL AND m.tenant_id = $1 AND m.user_id = e.user_id),"
    "  (SELECT t.id FROM lad_data.billing_wallets t"
    "   WHERE t.tenant_id = $1 AND t.user_id IS NULL))"
    " WHERE e.tenant_id = $1 AND e.status IN ('pending', 'failed') AND " IS_DUE
    " ORDER BY e.created_at LIMIT $3 FOR UPDATE OF e SKIP LOCKED"};

#undef IS_DUE
#undef UNSETTLED

constinit pg::Plan<std::vector<Uuid>, std::vector<Decimal>, std::vector<Uuid>> kDebitAll{
    "SELECT usage_event_id, transaction_id, sqlstate, message FROM lad.debit_usages($1, $2, $3)"};

constinit pg::Plan<Uuid, std::vector<Uuid>, std::vector<OptionalUuid>, Timestamp> kCharged{
    "UPDATE lad_data.billing_usage_events e SET status = 'charged',"
    " ledger_transaction_id = s.transaction_id, charged_at = $4, error_message = NULL,"
    " retry_count = e.retry_count + (e.status = 'failed')::int"
    " FROM unnest($2, $3) AS s (id, transaction_id) WHERE e.tenant_id = $1 AND e.id = s.id"};

constinit pg::Plan<Uuid, std::vector<Uuid>, std::vector<std::string>, Timestamp> kFailed{
    "UPDATE lad_data.billing_usage_events e SET status = 'failed', error_message = s.reason,"
    " attempted_at = $4, retry_count = e.retry_count + (e.status = 'failed')::int"
    " FROM unnest($2, $3) AS s (id, reason) WHERE e.tenant_id = $1 AND e.id = s.id"};

DueEvent to_due(const pg::Rows& rows, std::uint64_t row) {
  DueEvent due;
  due.id = rows.get<Uuid>(row, 0);
  if (const auto wallet_id = rows.get_optional<Uuid>(row, 1)) {
    due.payer = Payer{*wallet_id, rows.get<std::string>(row, 2)};
  }
  due.event.status = rows.get<std::string>(row, 3);
  due.event.cost = rows.get<Decimal>(row, 4);
  due.event.currency = rows.get<std::string>(row, 5);
  due.event.user_id = rows.get_optional<Uuid>(row, 6);
  due.event.occurred_at_us = pg::unix_us(rows.get<Timestamp>(row, 7));
  due.event.unpriced = rows.get_optional<bool>(row, 8).value_or(true);
  return due;
}

}  // namespace

std::vector<Uuid> tenants_to_settle() {
  // By the policies of services, which see the rows of every tenant.
  const pg::ActAsOwner service{"lad_service"};
  const pg::Rows rows = kTenants.run();
  std::vector<Uuid> tenants(rows.size());
  for (std::uint64_t row = 0; row < rows.size(); ++row) tenants[row] = rows.get<Uuid>(row, 0);
  return tenants;
}

bool try_take(const Uuid& tenant_id) {
  return kTry.run(tenant_id.to_string()).get<bool>(0, 0);
}

std::vector<DueEvent> claim_due(const Uuid& tenant_id, std::int64_t max_events) {
  const pg::Rows rows = kClaim.run(tenant_id, pg::clock_now(), max_events);
  std::vector<DueEvent> due;
  due.reserve(rows.size());
  for (std::uint64_t row = 0; row < rows.size(); ++row) due.push_back(to_due(rows, row));
  return due;
}

std::vector<Undone> debit_all(const Debits& debits) {
  const pg::Rows rows = kDebitAll.run(debits.wallet_ids, debits.amounts, debits.event_ids);
  std::vector<Undone> undone(rows.size());
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    undone[row].event_id = rows.get<Uuid>(row, 0);
    undone[row].transaction_id = rows.get_optional<Uuid>(row, 1);
    if (undone[row].transaction_id) continue;
    undone[row].failure =
        failure_text(rows.get<std::string>(row, 2), rows.get<std::string>(row, 3));
  }
  return undone;
}

void mark_all_charged(const Uuid& tenant_id, const std::vector<Uuid>& event_ids,
                      const std::vector<OptionalUuid>& transaction_ids) {
  if (event_ids.empty()) return;
  kCharged.run(tenant_id, event_ids, transaction_ids, pg::clock_now());
}

void mark_all_failed(const Uuid& tenant_id, const std::vector<Uuid>& event_ids,
                     const std::vector<std::string>& reasons) {
  if (event_ids.empty()) return;
  kFailed.run(tenant_id, event_ids, reasons, pg::clock_now());
}

}  // namespace lad::usage::store
