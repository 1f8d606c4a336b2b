#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "calls/dialling.hpp"
#include "calls/start.hpp"
#include "pg/values.hpp"

/// SQL of batch dialling. One lock order for all: entries, then their batch. Whoever holds a batch
/// first, to give lost entries back, takes of its entries only those that nobody holds.
namespace lad::calls::store {

struct BatchRequest {
  std::int64_t agent_id = 0;
  std::vector<Uuid> lead_ids;
  Uuid from_number_id;
  std::optional<Uuid> voice_id;
  std::optional<pg::Timestamp> scheduled_at;
  std::int32_t max_attempts = 1;
  std::string metadata;  ///< JSON
  DiallingPlan plan;
};

/// Throws not_found (P0002) for an agent, number or voice that the tenant has not, and privilege
/// (42501) for a voice that the caller may not use.
void require_batch_lines(const Uuid& tenant_id, const BatchRequest& request);

/// The numbers of live leads, in the order asked for. Throws not_found (P0002) for one that the
/// tenant has not.
std::vector<std::optional<std::string>> read_phones(const Uuid& tenant_id,
                                                    const std::vector<Uuid>& lead_ids);

Uuid insert_batch(const Uuid& tenant_id, const std::optional<Uuid>& user_id,
                  const BatchRequest& request,
                  const std::vector<std::optional<std::string>>& phones);

struct Batch {
  std::string status;
  std::int32_t max_attempts = 1;
  std::optional<std::int32_t> retry_seconds;
  std::optional<std::int32_t> wave_size;
  bool is_due = true;  ///< its time has come
  std::optional<Uuid> from_number_id;
};

/// A batch that is not soft-deleted.
std::optional<Batch> read_batch(const Uuid& tenant_id, const Uuid& batch_id);
/// The same under its lock; passed over when another session holds it, if asked so.
std::optional<Batch> lock_batch(const Uuid& tenant_id, const Uuid& batch_id);
std::optional<Batch> try_lock_batch(const Uuid& tenant_id, const Uuid& batch_id);

/// An entry that was given out, or another end.
struct Claimed {
  Uuid entry_id;
  std::optional<Uuid> lead_id;
  std::string to_phone;
  std::int32_t attempt = 1;
};

/// Takes up to so many queued entries for a claim. Those that cannot be dialled any more end here.
std::vector<Claimed> claim_entries(const Uuid& tenant_id, const Uuid& batch_id, const Batch& batch,
                                   std::int32_t max_rows, const Uuid& claim,
                                   pg::Timestamp lease_until);

/// How many entries of the batch are in hand.
std::int64_t count_in_hand(const Uuid& tenant_id, const Uuid& batch_id);

/// A batch whose first entry is given out runs.
void mark_running(const Uuid& tenant_id, const Uuid& batch_id);

/// Whether entries of the batch have lost their dialler, or wait in a batch that is over.
bool has_lost(const Uuid& tenant_id, const Uuid& batch_id);

/// Decides about the lost entries of a locked batch; returns how many.
std::int64_t settle_lost(const Uuid& tenant_id, const Uuid& batch_id, const Batch& batch);

/// The batches of a tenant, or of all when nil, with lost entries.
struct BatchKey {
  Uuid tenant_id;
  Uuid batch_id;
  auto operator<=>(const BatchKey&) const = default;
};
std::vector<BatchKey> batches_with_lost(const Uuid& tenant_id);

/// Extends the lease of all entries that are still in hand under the claim; returns how many.
std::int64_t renew(const Uuid& tenant_id, const Uuid& claim, pg::Timestamp lease_until);

/// An entry under its lock.
struct Entry {
  Uuid batch_id;
  std::string status;
  std::optional<Uuid> claim;
  bool in_time = false;  ///< its lease is not over
  std::int32_t attempt = 1;
};
std::optional<Entry> lock_entry(const Uuid& tenant_id, const Uuid& entry_id);

/// Notes on a call that it was made in the batch; false when the tenant has no such call. Throws
/// invalid_argument (22023) for a call of another batch.
bool link_call(const Uuid& tenant_id, const Uuid& call_id, const Uuid& batch_id);

/// What a dialler says of an entry. With a delay it goes back to the queue.
struct Completion {
  std::string status;
  std::optional<Uuid> call_log_id;
  std::optional<std::string> error;
};
void end_entry(const Uuid& tenant_id, const Uuid& entry_id, const Completion& completion);
void requeue_entry(const Uuid& tenant_id, const Uuid& entry_id, const Completion& completion,
                   pg::Timestamp next_attempt_at);

/// Locks the queued entries of a batch, before the batch itself.
void lock_queued(const Uuid& tenant_id, const Uuid& batch_id);

/// Stops a batch, tells so, and cancels what is queued; returns how many entries that were.
std::int64_t stop(const Uuid& tenant_id, const Uuid& batch_id, const std::optional<Uuid>& user_id,
                  const std::string& reason);

}  // namespace lad::calls::store
