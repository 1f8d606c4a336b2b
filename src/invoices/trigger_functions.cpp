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

Status new_status(const TriggerCall& call) {
  return invoices::parse_status(
      call.new_value<std::string>(call.require_column("status")).value_or(""));
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
  if (new_status(call) != before) invoices::require_transition(before, new_status(call));
}

}  // namespace

LAD_FUNCTION(lad_guard_invoice) {
  const TriggerCall call{fcinfo};
  if (call.is_truncate()) refuse("invoices never go");
  // A draft binds nobody; what it becomes is for the functions, or for whoever restores it.
  const bool is_free = store::is_saving() || lad::pg::is_superuser() || lad::pg::is_restoring();
  const bool was_draft = call.is_insert() || old_status(call) == Status::draft;
  if (was_draft) {
    if (!is_free && (call.is_delete() || new_status(call) != Status::draft)) {
      refuse("invoices are issued by functions only");
    }
    return call.proceed();
  }
  if (call.is_delete() || !store::is_saving()) refuse("a finalised invoice never changes");
  require_only_lifecycle(call, old_status(call));
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
