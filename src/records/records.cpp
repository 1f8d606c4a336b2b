#include "records/records.hpp"

#include "core/error.hpp"

namespace lad::records {

void require_rows(const Table& table) {
  if (table.is_data && !table.id_type.empty()) return;
  throw Error{ErrorCode::invalid_argument, "not a table of lad_data whose rows have an id", "",
              "Name a table such as lad_data.leads."};
}

void require_soft_delete(const Table& table) {
  require_rows(table);
  if (table.soft_deletes) return;
  throw Error{ErrorCode::invalid_argument, "rows of " + table.name + " are not soft-deleted",
              "The table has no columns is_deleted and deleted_at."};
}

bool is_purgeable(const Table& table) {
  return table.is_data && !table.id_type.empty() && table.has_tenant && table.soft_deletes;
}

std::int64_t purge_age(std::int64_t older_than_us) {
  if (older_than_us >= 0) return older_than_us;
  throw Error{ErrorCode::invalid_argument, "older_than must not be negative"};
}

Purged purge_what_goes(std::span<const Key> keys, const DeleteTogether& delete_together) {
  if (keys.empty()) return {};
  if (const auto deleted = delete_together(keys)) return {*deleted, 0};
  if (keys.size() == 1) return {0, 1};
  const std::size_t half = keys.size() / 2;
  const Purged first = purge_what_goes(keys.first(half), delete_together);
  const Purged second = purge_what_goes(keys.subspan(half), delete_together);
  return {first.deleted + second.deleted, first.kept + second.kept};
}

}  // namespace lad::records
