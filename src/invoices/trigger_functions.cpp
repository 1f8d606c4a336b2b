#include <array>
#include <span>

#include "core/error.hpp"
#include "invoices/store.hpp"
#include "pg/restore.hpp"
#include "pg/session.hpp"
#include "pg/trigger.hpp"

namespace invoices = lad::invoices;
namespace store = lad::invoices::store;
using invoices::Status;
using lad::Error;
using lad::ErrorCode;
using lad::pg::TriggerCall;

namespace {

[[noreturn]] void refuse(const char* message) {
  throw Error{ErrorCode::immutable_record, message};
}

Status old_status(const TriggerCall& call) {
  return invoices::parse_status(
      call.old_value<std::string>(call.require_column("status")).value_or(""));
}

bool any_changed(const TriggerCall& call, std::span<const char* const> columns) {
  for (const char* const name : columns) {
    if (call.changed(call.require_column(name))) return true;
  }
  return false;
}

/// What a finalised invoice keeps, whoever asks and however.
void require_only_lifecycle(const TriggerCall& call, Status before) {
  constexpr std::array kFrozen{"id",         "tenant_id", "invoice_number", "subtotal",
                               "tax",        "total",     "currency",       "period_start",
                               "period_end", "due_at",    "line_items",     "metadata",
                               "created_at", "taxes",     "finalized_at"};
  if (any_changed(call, kFrozen)) refuse("a finalised invoice never changes");
  const int column = call.require_column("status");
  if (!call.changed(column)) return;
  invoices::require_transition(
      before, invoices::parse_status(call.new_value<std::string>(column).value_or("")));
}

}  // namespace

LAD_FUNCTION(lad_guard_invoice) {
  const TriggerCall call{fcinfo};
  if (call.is_truncate()) refuse("invoices never go");
  const bool is_free = lad::pg::is_superuser() || lad::pg::is_restoring();
  if (call.is_insert()) {
    if (!store::is_saving() && !is_free) refuse("invoices are written by functions only");
    return call.proceed();
  }
  const Status before = old_status(call);
  if (before == Status::draft) {
    if (!store::is_saving() && !is_free) refuse("invoices are written by functions only");
    return call.proceed();
  }
  if (call.is_delete() || !store::is_saving()) refuse("a finalised invoice never changes");
  require_only_lifecycle(call, before);
  return call.proceed();
}

/// An event that is on an invoice keeps what was invoiced; a draft claims none.
LAD_FUNCTION(lad_keep_invoiced) {
  const TriggerCall call{fcinfo};
  if (store::is_saving()) return call.proceed();
  constexpr std::array kKept{"invoice_id", "status",   "usage_items", "total_quantity",
                             "total_cost", "currency", "feature_key", "occurred_at"};
  if (call.is_update() && !any_changed(call, kKept)) return call.proceed();
  throw Error{ErrorCode::immutable_record, "the usage event is on an invoice",
              "What was invoiced is corrected by a credit, or after the invoice is voided."};
}
