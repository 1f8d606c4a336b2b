#include "calls/reconcile_store.hpp"

#include "pg/spi.hpp"

namespace lad::calls::store {
namespace {

constinit pg::Plan<Uuid, pg::Timestamp, pg::Timestamp> kEnded{
    "SELECT id FROM lad_data.voice_call_logs"
    " WHERE tenant_id = $1 AND created_at >= $2 AND created_at < $3 AND status NOT IN"
    " ('in_queue', 'queued', 'pending', 'calling', 'ringing', 'ongoing', 'in_progress')"
    " ORDER BY id"};

}  // namespace

std::vector<Uuid> ended_calls(const Uuid& tenant_id, pg::Timestamp from, pg::Timestamp to) {
  const pg::Rows rows = kEnded.run(tenant_id, from, to);
  std::vector<Uuid> ids;
  for (std::uint64_t row = 0; row < rows.size(); ++row) ids.push_back(rows.get<Uuid>(row, 0));
  return ids;
}

}  // namespace lad::calls::store
