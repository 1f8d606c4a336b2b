#include "usage/void_store.hpp"

#include "core/error.hpp"
#include "pg/context.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::usage::store {
namespace {

constinit pg::Plan<Uuid, Uuid> kInvoice{
    "SELECT invoice_id FROM lad_data.billing_usage_events WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, Uuid> kLockInvoice{
    "SELECT status FROM lad_data.billing_invoices WHERE tenant_id = $1 AND id = $2 FOR SHARE"};

constinit pg::Plan<Uuid, Uuid> kLockEvent{
    "SELECT status, coalesce(ledger_transaction_id, archived_transaction_id), invoice_id"
    " FROM lad_data.billing_usage_events WHERE tenant_id = $1 AND id = $2 FOR UPDATE"};

constinit pg::Plan<Uuid, Uuid, std::string> kTakeBack{
    "SELECT (lad.reverse_usage($1, $2, $3)).transaction_id"};

constinit pg::Plan<Uuid, Uuid, std::string, std::optional<Uuid>, pg::Timestamp> kVoid{
    "WITH told AS (INSERT INTO lad_data.domain_events"
    "  (tenant_id, event_type, aggregate_type, aggregate_id, payload)"
    "  VALUES ($1, 'usage.voided', 'usage_event', $2,"
    "  jsonb_build_object('reason', $3::text, 'by', $4::uuid)))"
    " UPDATE lad_data.billing_usage_events SET status = 'voided', invoice_id = NULL,"
    " metadata = coalesce(metadata, '{}')"
    "  || jsonb_build_object('voided', jsonb_build_object('reason', $3, 'by', $4, 'at', $5))"
    " WHERE tenant_id = $1 AND id = $2"};

std::optional<std::string> lock_invoice(const Uuid& tenant_id,
                                        const std::optional<Uuid>& invoice_id) {
  if (!invoice_id) return std::nullopt;
  return kLockInvoice.run(tenant_id, *invoice_id).get<std::string>(0, 0);
}

}  // namespace

VoidableEvent lock_to_void(const Uuid& tenant_id, const Uuid& event_id) {
  const pg::Rows seen = kInvoice.run(tenant_id, event_id);
  if (seen.empty()) throw Error{ErrorCode::not_found, "no such usage event"};
  const auto invoice_id = seen.get_optional<Uuid>(0, 0);
  auto invoice_status = lock_invoice(tenant_id, invoice_id);
  const pg::Rows rows = kLockEvent.run(tenant_id, event_id);
  if (rows.empty()) throw Error{ErrorCode::not_found, "no such usage event"};
  const auto now_on = rows.get_optional<Uuid>(0, 2);
  // It was put on another invoice while this waited; whoever did that has committed.
  if (now_on != invoice_id) invoice_status = lock_invoice(tenant_id, now_on);
  return {rows.get<std::string>(0, 0), rows.get_optional<Uuid>(0, 1), std::move(invoice_status)};
}

void take_back(const Uuid& event_id, const Uuid& transaction_id, const std::string& reason) {
  kTakeBack.run(event_id, transaction_id, reason);
}

void mark_voided(const Uuid& tenant_id, const Uuid& event_id, const std::string& reason) {
  const Uuid user_id = pg::require_tenant().user_id;
  kVoid.run(tenant_id, event_id, reason, user_id.is_nil() ? std::nullopt : std::optional{user_id},
            pg::clock_now());
}

}  // namespace lad::usage::store
