#pragma once

#include <cstdint>
#include <optional>

#include "core/uuid.hpp"

/// The epochs of tenants in shared memory, so that a revocation holds in every backend at once.
///
/// The truth is a table; an entry is loaded when a tenant is first asked for. A transaction that
/// revokes tokens notes it, and when it has committed, before its client is told, the entry is
/// forgotten: whoever comes then reads the table again.
namespace lad::pg {

/// What decides whether a genuine token is still good.
struct TenantEpoch {
  std::int64_t epoch;  ///< tokens of an older one are revoked
  bool is_open;        ///< the tenant is neither suspended nor cancelled nor deleted
};

/// Defines the setting lad.epoch_cache_size and reserves the shared memory; only while preloading.
void define_epochs();

/// The entry of a tenant of this database; nothing when it is not loaded, or on a standby, where
/// revocations arrive in the table only.
std::optional<TenantEpoch> find_epoch(const Uuid& tenant_id);

/// Grows with each revocation: what was read from the table under an older one may be outdated.
std::uint64_t epoch_generation();

/// Loads an entry that was read from the table after epoch_generation() gave `generation`; does
/// nothing when a revocation has come between.
void load_epoch(const Uuid& tenant_id, const TenantEpoch& read, std::uint64_t generation);

/// Forgets the entry when the running transaction commits. Such a transaction cannot be prepared
/// for a two-phase commit: who commits it would not know of the note.
void forget_epoch_on_commit(const Uuid& tenant_id);

}  // namespace lad::pg
