#include "calls/batch_count_store.hpp"

#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::calls::store {
namespace {

using pg::Timestamp;

// A batch whose last open entry ends is over: completed, unless somebody has ended it before.
constinit pg::Plan<Uuid, Uuid, std::int32_t, std::int32_t, std::int32_t, std::int32_t, bool,
                   Timestamp>
    kCount{
        "UPDATE lad_data.voice_call_batches SET total_calls = total_calls + $3,"
        " completed_calls = completed_calls + $4, failed_calls = failed_calls + $5,"
        " cancelled_calls = cancelled_calls + $6,"
        " status = CASE WHEN $7 AND total_calls + $3 = completed_calls + failed_calls"
        "  + cancelled_calls + $4 + $5 + $6 AND status IN ('pending', 'queued', 'running')"
        "  THEN 'completed' ELSE status END,"
        " finished_at = CASE WHEN $7 AND total_calls + $3 = completed_calls + failed_calls"
        "  + cancelled_calls + $4 + $5 + $6 THEN coalesce(finished_at, $8) ELSE finished_at END"
        " WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, Uuid> kTellCompleted{
    "INSERT INTO lad_data.domain_events (tenant_id, event_type, aggregate_type, aggregate_id,"
    " payload) SELECT tenant_id, 'batch.completed', 'voice_call_batch', id, jsonb_build_object("
    " 'total', total_calls, 'completed', completed_calls, 'failed', failed_calls,"
    " 'cancelled', cancelled_calls, 'started_at', started_at, 'finished_at', finished_at)"
    " FROM lad_data.voice_call_batches WHERE tenant_id = $1 AND id = $2"};

/// Set while `count` writes, and only then.
constinit bool counting = false;

class Counting {
 public:
  Counting() { counting = true; }
  ~Counting() { counting = false; }
  Counting(const Counting&) = delete;
  Counting& operator=(const Counting&) = delete;
};

}  // namespace

void count(const BatchDelta& delta) {
  const Counting guard;
  kCount.run(delta.key.tenant_id, delta.key.batch_id, delta.total, delta.completed, delta.failed,
             delta.cancelled, delta.may_complete, pg::clock_now());
}

bool is_counting() {
  return counting;
}

void tell_completed(const BatchKey& key) {
  kTellCompleted.run(key.tenant_id, key.batch_id);
}

}  // namespace lad::calls::store
