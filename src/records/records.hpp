#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// Rules of rows of any table: what can be soft-deleted, merged into and purged.
namespace lad::records {

/// A table as far as its rows can be addressed.
struct Table {
  std::string name;           ///< schema and table, quoted
  bool is_data = false;       ///< a table of lad_data
  std::string id_type;        ///< SQL type of the column id, empty without one
  bool has_tenant = false;    ///< tenant_id exists
  bool of_tenant = false;     ///< and is never NULL: the key is (tenant_id, id)
  bool soft_deletes = false;  ///< is_deleted and deleted_at exist
};

/// Throws invalid_argument (22023) unless rows of the table can be named by an id.
void require_rows(const Table& table);

/// The same for a table whose rows are soft-deleted.
void require_soft_delete(const Table& table);

/// Whether its soft-deleted rows are purged: tenants and people are not.
bool is_purgeable(const Table& table);

/// How long ago a row must have been soft-deleted to go, in µs. Throws invalid_argument (22023)
/// for a negative time.
std::int64_t purge_age(std::int64_t older_than_us);

/// A row to purge: its tenant (empty for a row of everyone) and its id, as text.
struct Key {
  std::string tenant_id;
  std::string id;
  auto operator<=>(const Key&) const = default;
};

/// Deletes the rows together, all or none; nothing when one of them is still referred to.
using DeleteTogether = std::function<std::optional<std::uint64_t>(std::span<const Key>)>;

struct Purged {
  std::uint64_t deleted = 0;
  std::uint64_t kept = 0;  ///< still referred to
};

/// Deletes as many of the rows as can go, halving what cannot go together until the rows that hold
/// it back are alone.
Purged purge_what_goes(std::span<const Key> keys, const DeleteTogether& delete_together);

}  // namespace lad::records
