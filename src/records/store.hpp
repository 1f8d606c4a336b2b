#pragma once

#include "pg/values.hpp"
#include "records/records.hpp"

/// SQL over tables that the caller names. It runs with the caller's rights, behind row-level
/// security.
namespace lad::records::store {

/// What the catalogs say of a table; an empty one when there is none.
Table describe(pg::TableId relation);

/// The quoted name of a jsonb column that can be written, or nothing.
std::optional<std::string> json_column(pg::TableId relation, const std::string& name);

/// Marks a row as deleted or live. False when it was so already; throws not_found (P0002) when the
/// tenant has no such row.
bool mark(const Table& table, const Uuid& tenant_id, const std::string& id, bool deleted);

/// Merges the patch into the column in one statement, under the row's lock. Returns the merged
/// value as text; throws not_found (P0002).
std::string merge(const Table& table, const std::string& column, const Uuid& tenant_id,
                  const std::string& id, pg::JsonbDatum patch);

/// What to purge: rows of one tenant or of all, soft-deleted before a time.
struct Purge {
  std::optional<Uuid> tenant_id;
  pg::Timestamp before{};
};

/// The tables with soft-deleted rows of tenants from which the caller may delete, the youngest
/// tables, which refer to the older ones, first.
std::vector<Table> purgeable_tables();

/// At most `limit` rows that are due, after a key, in the order of keys.
std::vector<Key> due_rows(const Table& table, const Purge& purge, const std::optional<Key>& after,
                          std::int32_t limit);

/// Deletes the rows that are still due; nothing when one of them is still referred to.
std::optional<std::uint64_t> delete_together(const Table& table, const Purge& purge,
                                             std::span<const Key> keys);

}  // namespace lad::records::store
