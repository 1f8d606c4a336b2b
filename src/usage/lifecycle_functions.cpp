#include <array>

#include "pg/args.hpp"
#include "pg/context.hpp"
#include "pg/result.hpp"
#include "pg/spi.hpp"
#include "pg/trigger.hpp"
#include "usage/lifecycle.hpp"
#include "usage/quota_store.hpp"
#include "usage/void_store.hpp"

namespace usage = lad::usage;
namespace store = lad::usage::store;
using lad::Error;
using lad::ErrorCode;
using lad::Uuid;

namespace {

/// What a charged event was charged for, and to whom.
constexpr std::array kBooked{"id",
                             "user_id",
                             "feature_key",
                             "usage_items",
                             "total_quantity",
                             "total_cost",
                             "currency",
                             "charged_at",
                             "idempotency_key",
                             "occurred_at",
                             "external_reference_id"};

/// The ledger row that charged the event, in whichever of its two tables: the archive moves it.
std::optional<Uuid> debit_before(const lad::pg::TriggerCall& call) {
  const auto posted = call.old_value<Uuid>(call.require_column("ledger_transaction_id"));
  return posted ? posted : call.old_value<Uuid>(call.require_column("archived_transaction_id"));
}
std::optional<Uuid> debit_after(const lad::pg::TriggerCall& call) {
  const auto posted = call.new_value<Uuid>(call.require_column("ledger_transaction_id"));
  return posted ? posted : call.new_value<Uuid>(call.require_column("archived_transaction_id"));
}

void require_unchanged(const lad::pg::TriggerCall& call) {
  for (const char* const name : kBooked) {
    if (!call.changed(call.require_column(name))) continue;
    throw Error{ErrorCode::immutable_record,
                std::string(name) + " of a charged usage event never changes",
                "Void the event and record another."};
  }
  if (debit_before(call) != debit_after(call)) {
    throw Error{ErrorCode::immutable_record, "the debit of a usage event never changes"};
  }
}

}  // namespace

LAD_FUNCTION(lad_void_usage) {
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const lad::pg::Args args{fcinfo};
  const auto event_id = args.get<Uuid>(0, "usage_event_id");
  const auto reason = args.get<std::string>(1, "reason");
  usage::require_reason(reason);
  lad::pg::with_spi([&] {
    store::require_billing_admin("void usage");
    const store::VoidableEvent event = store::lock_to_void(tenant_id, event_id);
    if (event.status == "voided") return;
    usage::require_not_invoiced(event.invoice_status);
    if (event.transaction_id) store::take_back(event_id, *event.transaction_id, reason);
    store::mark_voided(tenant_id, event_id, reason);
  });
  return lad::pg::void_datum();
}

LAD_FUNCTION(lad_guard_usage_event) {
  const lad::pg::TriggerCall call{fcinfo};
  if (call.is_delete()) {
    throw Error{ErrorCode::immutable_record, "what was charged or voided is not deleted"};
  }
  const int status = call.require_column("status");
  usage::require_step(call.old_value<std::string>(status).value_or(""),
                      call.new_value<std::string>(status).value_or(""));
  require_unchanged(call);
  return call.proceed();
}
