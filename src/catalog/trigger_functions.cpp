#include "catalog/lead_words.hpp"
#include "catalog/trigger_store.hpp"
#include "pg/restore.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pg/trigger.hpp"

/// The trigger functions the LAD tables share. None knows the table it runs on: columns are found
/// by name, the tenant is the row's.
namespace lad::catalog {
namespace {

using pg::Timestamp;
using pg::TriggerCall;

Uuid require_uuid(const std::optional<Uuid>& value) {
  if (!value) throw Error{ErrorCode::check_failed, "row without a tenant or an identifier"};
  return *value;
}

void refuse_change(const TriggerCall& call, const char* name) {
  const int column = call.column(name);
  if (column == 0 || !call.changed(column)) return;
  throw Error{ErrorCode::check_failed, std::string(name) + " of a row never changes",
              "A row stays with the tenant that made it.",
              "Insert a new row for the other tenant instead."};
}

void set_deleted_at(TriggerCall& call, int deleted_at, bool is_deleted) {
  call.set_new_value(deleted_at,
                     is_deleted ? std::optional<Timestamp>{pg::transaction_now()} : std::nullopt);
}

/// Whether an INSERT left the column to its default: NULL, or what the trigger says it is.
bool left_to_default(const TriggerCall& call, int column) {
  constexpr int kDefault = 2;
  const auto text = call.new_text(column);
  return !text || (call.argument_count() > kDefault && *text == call.argument(kDefault));
}

bool equal_after_insert(TriggerCall& call, int first, int second) {
  if (call.new_equal(first, second)) return true;
  if (left_to_default(call, first) && !call.new_is_null(second)) {
    call.copy_new(second, first);
  } else if (left_to_default(call, second)) {
    call.copy_new(first, second);
  }
  return call.new_equal(first, second);
}

bool equal_after_update(TriggerCall& call, int first, int second) {
  const bool wrote_first = call.changed(first);
  const bool wrote_second = call.changed(second);
  if (wrote_first && !wrote_second) call.copy_new(first, second);
  if (wrote_second && !wrote_first) call.copy_new(second, first);
  return !(wrote_first && wrote_second) || call.new_equal(first, second);
}

}  // namespace

/// updated_at follows the clock of the database, whatever the application writes there.
LAD_FUNCTION(lad_touch_updated_at) {
  TriggerCall call{fcinfo};
  const int updated_at = call.require_column("updated_at");
  if (call.row_changed()) call.set_new_value(updated_at, pg::transaction_now());
  return call.proceed();
}

/// A row never moves to another tenant; organization_id is the tenant's other name.
LAD_FUNCTION(lad_keep_tenant) {
  TriggerCall call{fcinfo};
  refuse_change(call, "tenant_id");
  refuse_change(call, "organization_id");
  return call.proceed();
}

/// deleted_at and is_deleted say the same, whichever of the two was written.
LAD_FUNCTION(lad_sync_soft_delete) {
  TriggerCall call{fcinfo};
  const int is_deleted = call.require_column("is_deleted");
  const int deleted_at = call.require_column("deleted_at");
  const bool flag = call.new_value<bool>(is_deleted).value_or(false);
  const bool dated = !call.new_is_null(deleted_at);
  if (flag == dated && !call.new_is_null(is_deleted)) return call.proceed();
  const bool wrote_flag = call.is_insert() ? flag : call.changed(is_deleted);
  const bool wrote_date = call.is_insert() ? dated : call.changed(deleted_at);
  if (wrote_flag && wrote_date) {
    throw Error{ErrorCode::check_failed, "is_deleted and deleted_at contradict each other", "",
                "Write one of the two, or both in agreement."};
  }
  if (wrote_flag && !call.new_is_null(is_deleted)) {
    set_deleted_at(call, deleted_at, flag);
  } else {
    call.set_new_value(is_deleted, dated);
  }
  return call.proceed();
}

/// Two spellings of one column, named by the trigger's arguments: whichever was written wins. A
/// third argument is their common default as text.
LAD_FUNCTION(lad_sync_columns) {
  TriggerCall call{fcinfo};
  if (call.argument_count() != 2 && call.argument_count() != 3) {
    throw Error{ErrorCode::invalid_argument,
                "sync_columns takes the names of two columns and their default"};
  }
  const int first = call.require_column(call.argument(0));
  const int second = call.require_column(call.argument(1));
  const bool equal = call.is_insert() ? equal_after_insert(call, first, second)
                                      : equal_after_update(call, first, second);
  if (equal) return call.proceed();
  const std::string names = std::string(call.argument(0)) + " and " + call.argument(1);
  throw Error{ErrorCode::check_failed, names + " contradict each other",
              "They are two spellings of one value.",
              "Write one of the two, or both in agreement."};
}

/// Stands in for a foreign key to the partitioned calls.
LAD_FUNCTION(lad_check_call_reference) {
  const TriggerCall call{fcinfo};
  const auto call_id = call.new_value<Uuid>(call.require_column("call_log_id"));
  if (!call_id || pg::is_restoring()) return call.proceed();
  const Uuid tenant_id = require_uuid(call.new_value<Uuid>(call.require_column("tenant_id")));
  if (!pg::with_spi([&] { return store::lock_call(tenant_id, *call_id); })) {
    throw Error{ErrorCode::missing_reference, "call_log_id names no call of this tenant",
                "There is no such row in voice_call_logs."};
  }
  return call.proceed();
}

/// Takes along what belongs to a deleted call.
LAD_FUNCTION(lad_delete_call_children) {
  const TriggerCall call{fcinfo};
  const Uuid tenant_id = require_uuid(call.old_value<Uuid>(call.require_column("tenant_id")));
  const Uuid call_id = require_uuid(call.old_value<Uuid>(call.require_column("id")));
  pg::with_spi([&] {
    // An update that moves a call to another month deletes and inserts it: its children stay.
    if (!store::call_exists(tenant_id, call_id)) store::delete_call_children(tenant_id, call_id);
  });
  return call.proceed();
}

namespace {

bool needs_check(const TriggerCall& call, int column) {
  return !call.new_is_null(column) && (call.is_insert() || call.changed(column));
}

[[noreturn]] void refuse_word(const char* column, const char* table) {
  throw Error{ErrorCode::check_failed, std::string("leads.") + column + " is not a known word",
              std::string("It is neither built in nor a key of the tenant's ") + table + ".",
              std::string("Add it to ") + table + " first."};
}

}  // namespace

/// leads.stage and leads.status are built-in words or the tenant's own.
LAD_FUNCTION(lad_check_lead_vocabulary) {
  const TriggerCall call{fcinfo};
  const auto tenant_id = call.new_value<Uuid>(call.require_column("tenant_id"));
  if (!tenant_id || pg::is_restoring()) return call.proceed();
  const int stage = call.require_column("stage");
  if (needs_check(call, stage)) {
    const std::string word = *call.new_value<std::string>(stage);
    if (!is_built_in(kLeadStages, word) &&
        !pg::with_spi([&] { return store::has_stage(*tenant_id, word); })) {
      refuse_word("stage", "lead_stages");
    }
  }
  const int status = call.require_column("status");
  if (needs_check(call, status)) {
    const std::string word = *call.new_value<std::string>(status);
    if (!is_built_in(kLeadStatuses, word) &&
        !pg::with_spi([&] { return store::has_status(*tenant_id, word); })) {
      refuse_word("status", "lead_statuses");
    }
  }
  return call.proceed();
}

}  // namespace lad::catalog
