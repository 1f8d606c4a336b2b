#include "calls/dialling_store.hpp"

#include <map>

#include "core/error.hpp"
#include "pg/as_owner.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::calls::store {
namespace {

using OptionalUuid = std::optional<Uuid>;
using OptionalText = std::optional<std::string>;
using OptionalInt = std::optional<std::int32_t>;
using pg::Json;
using pg::Timestamp;

constexpr std::int64_t kMostLost = 1000;

constinit pg::Plan<Uuid, std::int64_t, Uuid, OptionalUuid> kLines{
    "SELECT EXISTS (SELECT FROM lad_data.voice_agents WHERE tenant_id = $1 AND id = $2),"
    " EXISTS (SELECT FROM lad_data.voice_agent_numbers WHERE tenant_id = $1 AND id = $3),"
    " $4 IS NULL OR EXISTS"
    "  (SELECT FROM lad_data.voice_agent_voices WHERE tenant_id = $1 AND id = $4),"
    " $4 IS NULL OR lad.can_use_voice($4)"};

constinit pg::Plan<Uuid, std::vector<Uuid>> kLeads{
    "SELECT l.id, l.country_code, l.base_number, l.phone FROM lad_data.leads l"
    " WHERE l.tenant_id = $1 AND l.id = ANY ($2) AND l.deleted_at IS NULL"};

constinit pg::Plan<Uuid, OptionalUuid, std::int64_t, OptionalUuid, Uuid, Json,
                   std::optional<Timestamp>, std::int32_t, OptionalInt, OptionalInt, Timestamp>
    kInsertBatch{
        "INSERT INTO lad_data.voice_call_batches (tenant_id, initiated_by_user_id, agent_id,"
        " voice_id, from_number_id, status, metadata, scheduled_at, max_attempts, retry_seconds,"
        " wave_size) VALUES ($1, $2, $3, $4, $5, CASE WHEN $7 > $11 THEN 'pending' ELSE 'queued'"
        " END, $6, $7, $8, $9, $10) RETURNING id"};

constinit pg::Plan<Uuid, Uuid, std::vector<Uuid>, std::vector<OptionalText>> kInsertEntries{
    "INSERT INTO lad_data.voice_call_batch_entries"
    " (tenant_id, batch_id, lead_id, to_phone, position, status, error_message)"
    " SELECT $1, $2, e.lead_id, e.phone, e.n, CASE WHEN e.phone IS NULL THEN 'failed' ELSE 'queued'"
    " END, CASE WHEN e.phone IS NULL THEN 'the lead has no phone number' END"
    " FROM unnest($3, $4) WITH ORDINALITY AS e (lead_id, phone, n)"};

#define BATCH                                              \
  "SELECT status, max_attempts, retry_seconds, wave_size," \
  " coalesce(scheduled_at <= $3, true), from_number_id"    \
  " FROM lad_data.voice_call_batches WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL"

constinit pg::Plan<Uuid, Uuid, Timestamp> kReadBatch{BATCH};
constinit pg::Plan<Uuid, Uuid, Timestamp> kLockBatch{BATCH " FOR NO KEY UPDATE"};
constinit pg::Plan<Uuid, Uuid, Timestamp> kTryLockBatch{BATCH " FOR NO KEY UPDATE SKIP LOCKED"};

#undef BATCH

// The condition on the index voice_call_batch_entries_tenant_id_batch_id_position_idx, which holds
// queued entries alone.
#define QUEUED                                                                           \
  " FROM lad_data.voice_call_batch_entries e WHERE e.tenant_id = $1 AND e.batch_id = $2" \
  " AND e.status = 'queued' AND NOT e.is_deleted"

constinit pg::Plan<Uuid, Uuid, Timestamp, std::int32_t> kPick{
    "SELECT e.id, e.lead_id, e.to_phone, e.retry_count + 1, e.lead_id IS NULL OR EXISTS"
    " (SELECT FROM lad_data.leads l WHERE l.tenant_id = $1 AND l.id = e.lead_id"
    "  AND l.deleted_at IS NULL)" QUEUED
    " AND (e.next_attempt_at IS NULL OR e.next_attempt_at <= $3)"
    " ORDER BY e.position, e.id LIMIT $4 FOR UPDATE OF e SKIP LOCKED"};

constinit pg::Plan<Uuid, std::vector<Uuid>, Uuid, Timestamp> kTake{
    "UPDATE lad_data.voice_call_batch_entries SET status = 'running', claim = $3, lease_until = $4,"
    " next_attempt_at = NULL WHERE tenant_id = $1 AND id = ANY ($2)"};

constinit pg::Plan<Uuid, Uuid> kInHand{
    "SELECT count(*) FROM lad_data.voice_call_batch_entries WHERE tenant_id = $1 AND batch_id = $2"
    " AND status IN ('running', 'dispatched') AND NOT is_deleted"};

// Passed over when another session holds the batch: it, or the next claim, does the same.
constinit pg::Plan<Uuid, Uuid, Timestamp> kRun{
    "UPDATE lad_data.voice_call_batches b SET status = 'running',"
    " started_at = coalesce(b.started_at, $3) FROM (SELECT id FROM lad_data.voice_call_batches"
    "  WHERE tenant_id = $1 AND id = $2 AND status IN ('pending', 'queued')"
    "  FOR NO KEY UPDATE SKIP LOCKED) AS waiting WHERE b.tenant_id = $1 AND b.id = waiting.id"};

// A lease that nobody took, as the application's own statements leave it, is never lost.
#define IS_LOST "e.status IN ('running', 'dispatched') AND e.lease_until <= $3"

constinit pg::Plan<Uuid, Uuid, Timestamp> kHasLost{
    "SELECT EXISTS (SELECT FROM lad_data.voice_call_batch_entries e WHERE e.tenant_id = $1"
    " AND e.batch_id = $2 AND " IS_LOST
    ") OR EXISTS (SELECT FROM lad_data.voice_call_batches"
    " WHERE tenant_id = $1 AND id = $2 AND status IN ('completed', 'stopped', 'failed',"
    "  'cancelled') AND EXISTS (SELECT" QUEUED "))"};

constinit pg::Plan<Uuid, Uuid, Timestamp, std::int64_t> kLost{
    "SELECT e.id, e.retry_count + 1, c.status, c.idle"
    " FROM lad_data.voice_call_batch_entries e LEFT JOIN LATERAL"
    " (SELECT l.status, greatest(0, extract(epoch FROM $3 - l.updated_at))::bigint AS idle"
    "  FROM lad_data.voice_call_logs l WHERE l.tenant_id = $1 AND l.id = e.call_log_id) AS c ON "
    "true"
    " WHERE e.tenant_id = $1 AND e.batch_id = $2 AND " IS_LOST
    " ORDER BY e.lease_until, e.id LIMIT $4 FOR UPDATE OF e SKIP LOCKED"};

constinit pg::Plan<Uuid, std::vector<Uuid>, std::vector<std::string>, std::vector<std::string>,
                   Timestamp>
    kSettle{
        "UPDATE lad_data.voice_call_batch_entries e SET"
        " status = CASE WHEN s.status = 'running' THEN e.status ELSE s.status END,"
        " lease_until = CASE WHEN s.status = 'running' THEN $5 END,"
        " claim = CASE WHEN s.status = 'running' THEN e.claim END,"
        " retry_count = e.retry_count + (s.status = 'queued')::int,"
        " call_log_id = CASE WHEN s.status = 'queued' THEN NULL ELSE e.call_log_id END,"
        " error_message = coalesce(nullif(s.error, ''), e.error_message)"
        " FROM unnest($2, $3, $4) AS s (id, status, error)"
        " WHERE e.tenant_id = $1 AND e.id = s.id"};

constinit pg::Plan<Uuid, Uuid, std::string> kCancelQueued{
    "WITH queued AS MATERIALIZED (SELECT e.id" QUEUED
    " FOR UPDATE SKIP LOCKED), gone AS (UPDATE lad_data.voice_call_batch_entries e"
    " SET status = 'cancelled', error_message = $3, next_attempt_at = NULL"
    " FROM queued AS q WHERE e.tenant_id = $1 AND e.id = q.id RETURNING 1)"
    " SELECT count(*) FROM gone"};

constinit pg::Plan<Uuid, Uuid> kLockQueued{"SELECT" QUEUED " ORDER BY e.position, e.id FOR UPDATE"};

constinit pg::Plan<Uuid, Timestamp, std::int64_t> kBatchesWithLost{
    "SELECT DISTINCT e.tenant_id, e.batch_id FROM (SELECT tenant_id, batch_id"
    "  FROM lad_data.voice_call_batch_entries WHERE ($1 = '00000000-0000-0000-0000-000000000000'"
    "  OR tenant_id = $1) AND status IN ('running', 'dispatched') AND lease_until <= $2 LIMIT $3)"
    " AS e ORDER BY 1, 2"};

constinit pg::Plan<Uuid, Uuid, Timestamp, Timestamp> kRenew{
    "WITH renewed AS (UPDATE lad_data.voice_call_batch_entries SET lease_until = $3"
    "  WHERE tenant_id = $1 AND claim = $2 AND status IN ('running', 'dispatched')"
    "  AND lease_until > $4 RETURNING 1) SELECT count(*) FROM renewed"};

constinit pg::Plan<Uuid, Uuid, Timestamp> kLockEntry{
    "SELECT batch_id, status, claim, coalesce(lease_until > $3, false), retry_count + 1"
    " FROM lad_data.voice_call_batch_entries WHERE tenant_id = $1 AND id = $2 AND NOT is_deleted"
    " FOR UPDATE"};

constinit pg::Plan<Uuid, Uuid> kCall{
    "SELECT batch_id FROM lad_data.voice_call_logs WHERE tenant_id = $1 AND id = $2 FOR UPDATE"};

constinit pg::Plan<Uuid, Uuid, Uuid> kLink{
    "UPDATE lad_data.voice_call_logs SET batch_id = $3 WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, Uuid, std::string, OptionalUuid, OptionalText> kEnd{
    "UPDATE lad_data.voice_call_batch_entries SET status = $3,"
    " call_log_id = coalesce($4, call_log_id), error_message = $5, lease_until = NULL"
    " WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, Uuid, OptionalText, Timestamp> kRequeue{
    "UPDATE lad_data.voice_call_batch_entries SET status = 'queued', call_log_id = NULL,"
    " error_message = $3, claim = NULL, lease_until = NULL, next_attempt_at = $4,"
    " retry_count = retry_count + 1 WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, Uuid, OptionalUuid, std::string, Timestamp> kStop{
    "WITH told AS (INSERT INTO lad_data.domain_events (tenant_id, event_type, aggregate_type,"
    "  aggregate_id, payload) VALUES ($1, 'batch.stopped', 'voice_call_batch', $2,"
    "  jsonb_build_object('reason', $4::text, 'by', $3::uuid)))"
    " UPDATE lad_data.voice_call_batches SET status = 'stopped',"
    " finished_at = CASE WHEN total_calls = completed_calls + failed_calls + cancelled_calls"
    "  THEN $5::timestamptz END,"
    " metadata = metadata || jsonb_build_object('stopped',"
    "  jsonb_build_object('reason', $4, 'by', $3, 'at', $5))"
    " WHERE tenant_id = $1 AND id = $2"};

#undef QUEUED
#undef IS_LOST

std::optional<Batch> batch_of(const pg::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return Batch{rows.get<std::string>(0, 0),
               rows.get<std::int32_t>(0, 1),
               rows.get_optional<std::int32_t>(0, 2),
               rows.get_optional<std::int32_t>(0, 3),
               rows.get<bool>(0, 4),
               rows.get_optional<Uuid>(0, 5)};
}

/// Entries and what becomes of them, for one statement.
struct Outcomes {
  std::vector<Uuid> ids;
  std::vector<std::string> statuses;
  std::vector<std::string> errors;

  void add(const Uuid& id, LostOutcome outcome) {
    ids.push_back(id);
    statuses.push_back(std::move(outcome.status));
    errors.push_back(std::move(outcome.error));
  }
};

/// A lease for a call that goes on without its dialler.
Timestamp extended_lease() {
  return {pg::clock_now().us + kStuckSeconds * 1'000'000};
}

void settle(const Uuid& tenant_id, const Outcomes& outcomes) {
  if (outcomes.ids.empty()) return;
  kSettle.run(tenant_id, outcomes.ids, outcomes.statuses, outcomes.errors, extended_lease());
}

/// Why a queued entry cannot be dialled any more.
std::optional<LostOutcome> refuse_entry(const pg::Rows& rows, std::uint64_t row,
                                        std::int32_t max_attempts) {
  if (!rows.get<bool>(row, 4)) return LostOutcome{"cancelled", "the lead was deleted"};
  if (rows.is_null(row, 2)) return LostOutcome{"failed", "the lead has no phone number"};
  if (rows.get<std::int32_t>(row, 3) <= max_attempts) return std::nullopt;
  return LostOutcome{"failed", "there are no attempts left"};
}

}  // namespace

void require_batch_lines(const Uuid& tenant_id, const BatchRequest& request) {
  const pg::Rows rows =
      kLines.run(tenant_id, request.agent_id, request.from_number_id, request.voice_id);
  if (!rows.get<bool>(0, 0)) throw Error{ErrorCode::not_found, "no such agent"};
  if (!rows.get<bool>(0, 1)) throw Error{ErrorCode::not_found, "no such number"};
  if (!rows.get<bool>(0, 2)) throw Error{ErrorCode::not_found, "no such voice"};
  if (rows.get<bool>(0, 3)) return;
  throw Error{ErrorCode::privilege, "may not call with this voice",
              "An owner or admin permits a voice to a member."};
}

std::vector<OptionalText> read_phones(const Uuid& tenant_id, const std::vector<Uuid>& lead_ids) {
  const pg::Rows rows = kLeads.run(tenant_id, lead_ids);
  std::map<Uuid, OptionalText> found;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    found[rows.get<Uuid>(row, 0)] =
        phone_of(rows.get_optional<std::string>(row, 1), rows.get_optional<std::int64_t>(row, 2),
                 rows.get_optional<std::string>(row, 3));
  }
  std::vector<OptionalText> phones;
  for (const Uuid& id : lead_ids) {
    const auto lead = found.find(id);
    if (lead == found.end()) throw Error{ErrorCode::not_found, "no such lead"};
    phones.push_back(lead->second);
  }
  return phones;
}

Uuid insert_batch(const Uuid& tenant_id, const OptionalUuid& user_id, const BatchRequest& request,
                  const std::vector<OptionalText>& phones) {
  const Uuid batch_id =
      kInsertBatch
          .run(tenant_id, user_id, request.agent_id, request.voice_id, request.from_number_id,
               Json{request.metadata}, request.scheduled_at, request.max_attempts,
               request.plan.retry_seconds, request.plan.wave_size, pg::transaction_now())
          .get<Uuid>(0, 0);
  kInsertEntries.run(tenant_id, batch_id, request.lead_ids, phones);
  return batch_id;
}

std::optional<Batch> read_batch(const Uuid& tenant_id, const Uuid& batch_id) {
  return batch_of(kReadBatch.run(tenant_id, batch_id, pg::clock_now()));
}

std::optional<Batch> lock_batch(const Uuid& tenant_id, const Uuid& batch_id) {
  return batch_of(kLockBatch.run(tenant_id, batch_id, pg::clock_now()));
}

std::optional<Batch> try_lock_batch(const Uuid& tenant_id, const Uuid& batch_id) {
  return batch_of(kTryLockBatch.run(tenant_id, batch_id, pg::clock_now()));
}

std::vector<Claimed> claim_entries(const Uuid& tenant_id, const Uuid& batch_id, const Batch& batch,
                                   std::int32_t max_rows, const Uuid& claim,
                                   Timestamp lease_until) {
  std::vector<Claimed> claimed;
  std::vector<Uuid> ids;
  while (static_cast<std::int32_t>(ids.size()) < max_rows) {
    const auto room = max_rows - static_cast<std::int32_t>(ids.size());
    const pg::Rows rows = kPick.run(tenant_id, batch_id, pg::clock_now(), room);
    if (rows.empty()) break;
    Outcomes refused;
    std::vector<Uuid> taken;
    for (std::uint64_t row = 0; row < rows.size(); ++row) {
      const Uuid id = rows.get<Uuid>(row, 0);
      if (auto why = refuse_entry(rows, row, batch.max_attempts)) {
        refused.add(id, std::move(*why));
        continue;
      }
      taken.push_back(id);
      claimed.push_back({id, rows.get_optional<Uuid>(row, 1), rows.get<std::string>(row, 2),
                         rows.get<std::int32_t>(row, 3)});
    }
    kTake.run(tenant_id, taken, claim, lease_until);
    ids.insert(ids.end(), taken.begin(), taken.end());
    settle(tenant_id, refused);
  }
  return claimed;
}

std::int64_t count_in_hand(const Uuid& tenant_id, const Uuid& batch_id) {
  return kInHand.run(tenant_id, batch_id).get<std::int64_t>(0, 0);
}

void mark_running(const Uuid& tenant_id, const Uuid& batch_id) {
  kRun.run(tenant_id, batch_id, pg::clock_now());
}

bool has_lost(const Uuid& tenant_id, const Uuid& batch_id) {
  return kHasLost.run(tenant_id, batch_id, pg::clock_now()).get<bool>(0, 0);
}

std::int64_t settle_lost(const Uuid& tenant_id, const Uuid& batch_id, const Batch& batch) {
  const bool open = is_batch_open(batch.status);
  const pg::Rows rows = kLost.run(tenant_id, batch_id, pg::clock_now(), kMostLost);
  Outcomes outcomes;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    outcomes.add(rows.get<Uuid>(row, 0),
                 decide_lost({rows.get<std::int32_t>(row, 1), batch.max_attempts, open,
                              rows.get_optional<std::string>(row, 2),
                              rows.get_optional<std::int64_t>(row, 3).value_or(0)}));
  }
  settle(tenant_id, outcomes);
  auto settled = static_cast<std::int64_t>(rows.size());
  // What a claim that was undone has left behind in a batch that is over.
  if (!open) {
    settled += kCancelQueued.run(tenant_id, batch_id, std::string{"the batch is over"})
                   .get<std::int64_t>(0, 0);
  }
  return settled;
}

std::vector<BatchKey> batches_with_lost(const Uuid& tenant_id) {
  // By the policies of services, which see the rows of every tenant.
  const pg::ActAsOwner service{"lad_service"};
  const pg::Rows rows = kBatchesWithLost.run(tenant_id, pg::clock_now(), kMostLost);
  std::vector<BatchKey> keys;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    keys.push_back({rows.get<Uuid>(row, 0), rows.get<Uuid>(row, 1)});
  }
  return keys;
}

std::int64_t renew(const Uuid& tenant_id, const Uuid& claim, Timestamp lease_until) {
  return kRenew.run(tenant_id, claim, lease_until, pg::clock_now()).get<std::int64_t>(0, 0);
}

std::optional<Entry> lock_entry(const Uuid& tenant_id, const Uuid& entry_id) {
  const pg::Rows rows = kLockEntry.run(tenant_id, entry_id, pg::clock_now());
  if (rows.empty()) return std::nullopt;
  return Entry{rows.get<Uuid>(0, 0), rows.get<std::string>(0, 1), rows.get_optional<Uuid>(0, 2),
               rows.get<bool>(0, 3), rows.get<std::int32_t>(0, 4)};
}

bool link_call(const Uuid& tenant_id, const Uuid& call_id, const Uuid& batch_id) {
  const pg::Rows rows = kCall.run(tenant_id, call_id);
  if (rows.empty()) return false;
  const auto known = rows.get_optional<Uuid>(0, 0);
  if (known && *known != batch_id) {
    throw Error{ErrorCode::invalid_argument, "the call belongs to another batch"};
  }
  if (!known) kLink.run(tenant_id, call_id, batch_id);
  return true;
}

void end_entry(const Uuid& tenant_id, const Uuid& entry_id, const Completion& completion) {
  kEnd.run(tenant_id, entry_id, completion.status, completion.call_log_id, completion.error);
}

void requeue_entry(const Uuid& tenant_id, const Uuid& entry_id, const Completion& completion,
                   Timestamp next_attempt_at) {
  kRequeue.run(tenant_id, entry_id, completion.error, next_attempt_at);
}

void lock_queued(const Uuid& tenant_id, const Uuid& batch_id) {
  kLockQueued.run(tenant_id, batch_id);
}

std::int64_t stop(const Uuid& tenant_id, const Uuid& batch_id, const OptionalUuid& user_id,
                  const std::string& reason) {
  kStop.run(tenant_id, batch_id, user_id, reason, pg::clock_now());
  return kCancelQueued.run(tenant_id, batch_id, std::string{"the batch was stopped"})
      .get<std::int64_t>(0, 0);
}

}  // namespace lad::calls::store
