#include <array>
#include <map>

#include "calls/batch_count_store.hpp"
#include "core/error.hpp"
#include "pg/context.hpp"
#include "pg/restore.hpp"
#include "pg/result.hpp"
#include "pg/spi.hpp"
#include "pg/transition.hpp"
#include "pg/trigger.hpp"

/// Triggers of batches and their entries: counters follow the entries, ends are final.
namespace lad::calls {
namespace {

using Deltas = std::map<store::BatchKey, store::BatchDelta>;

struct EntryColumns {
  int tenant_id;
  int batch_id;
  int status;
  int is_deleted;

  explicit EntryColumns(const pg::StatementCall& statement)
      : tenant_id(statement.require_column("tenant_id")),
        batch_id(statement.require_column("batch_id")),
        status(statement.require_column("status")),
        is_deleted(statement.require_column("is_deleted")) {}
};

/// Adds an entry to the deltas, or takes one away. Soft-deleted entries do not count.
void add(Deltas& deltas, const EntryColumns& columns, const pg::RowView& row, int sign) {
  if (row.get<bool>(columns.is_deleted).value_or(false)) return;
  const store::BatchKey key{row.get<Uuid>(columns.tenant_id).value(),
                            row.get<Uuid>(columns.batch_id).value()};
  store::BatchDelta& delta = deltas[key];
  delta.key = key;
  delta.total += sign;
  switch (standing_of(row.get<std::string>(columns.status).value_or(""))) {
    case Standing::completed:
      delta.completed += sign;
      break;
    case Standing::failed:
      delta.failed += sign;
      break;
    case Standing::cancelled:
      delta.cancelled += sign;
      break;
    case Standing::open:
      break;
  }
}

bool is_nothing(const store::BatchDelta& delta) {
  return delta.total == 0 && delta.completed == 0 && delta.failed == 0 && delta.cancelled == 0;
}

/// Row-level security has let the row in; whoever stands above it has no context of this tenant.
template <class Body>
void as_tenant(const Uuid& tenant_id, Body&& body) {
  std::optional<pg::ContextLoan> loan;
  const pg::TenantContext* const context = pg::current_context();
  if (context == nullptr || context->tenant_id != tenant_id) loan.emplace(tenant_id);
  pg::with_spi(std::forward<Body>(body));
}

}  // namespace

LAD_FUNCTION(lad_count_batch_entries) {
  const pg::StatementCall statement{fcinfo};
  // The counters are restored as well.
  if (pg::is_restoring()) return pg::void_datum();
  constexpr std::array kCounted{"status", "batch_id", "is_deleted", "deleted_at"};
  if (!statement.writes_any(kCounted)) return pg::void_datum();
  const EntryColumns columns{statement};
  Deltas deltas;
  const int sign = statement.is_delete() ? -1 : 1;
  statement.for_each([&](const pg::RowView& row) { add(deltas, columns, row, sign); });
  if (statement.is_update()) {
    statement.for_each_before([&](const pg::RowView& row) { add(deltas, columns, row, -1); });
  }
  for (auto& [key, delta] : deltas) {
    if (is_nothing(delta)) continue;
    const bool is_insert = !statement.is_delete() && !statement.is_update();
    delta.may_complete =
        !is_insert && delta.total - delta.completed - delta.failed - delta.cancelled < 0;
    as_tenant(key.tenant_id, [&delta = delta] { store::count(delta); });
  }
  return pg::void_datum();
}

LAD_FUNCTION(lad_keep_batch) {
  pg::TriggerCall call{fcinfo};
  if (pg::is_restoring()) return call.proceed();
  constexpr std::array kCounters{"total_calls", "completed_calls", "failed_calls",
                                 "cancelled_calls"};
  for (const char* const name : kCounters) {
    if (store::is_counting()) break;
    const int column = call.require_column(name);
    const auto kept = call.is_insert() ? 0 : call.old_value<std::int32_t>(column).value_or(0);
    if (call.new_value<std::int32_t>(column) != kept) call.set_new_value(column, kept);
  }
  const int status = call.require_column("status");
  if (call.is_insert() || !call.changed(status) ||
      is_batch_open(call.old_value<std::string>(status).value_or(""))) {
    return call.proceed();
  }
  throw Error{ErrorCode::check_failed, "a batch that is over stays as it ended", "",
              "Enqueue a new batch."};
}

LAD_FUNCTION(lad_keep_entry_end) {
  const pg::TriggerCall call{fcinfo};
  const int status = call.require_column("status");
  if (!call.is_update() || !call.changed(status) ||
      standing_of(call.old_value<std::string>(status).value_or("")) == Standing::open) {
    return call.proceed();
  }
  throw Error{ErrorCode::check_failed, "an entry that has ended stays as it ended", "",
              "Enqueue the lead in a new batch."};
}

LAD_FUNCTION(lad_tell_batch_end) {
  const pg::TriggerCall call{fcinfo};
  const store::BatchKey key{call.new_value<Uuid>(call.require_column("tenant_id")).value(),
                            call.new_value<Uuid>(call.require_column("id")).value()};
  as_tenant(key.tenant_id, [&] { store::tell_completed(key); });
  return call.proceed();
}

}  // namespace lad::calls
