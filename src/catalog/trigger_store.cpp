#include "catalog/trigger_store.hpp"

#include "pg/spi.hpp"

namespace lad::catalog::store {
namespace {

constinit pg::Plan<Uuid, Uuid> kLockCall{
    "SELECT 1 FROM lad_data.voice_call_logs WHERE tenant_id = $1 AND id = $2 FOR KEY SHARE"};

constinit pg::Plan<Uuid, Uuid> kFindCall{
    "SELECT 1 FROM lad_data.voice_call_logs WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, Uuid> kDeleteAnalysis{
    "DELETE FROM lad_data.voice_call_analysis WHERE tenant_id = $1 AND call_log_id = $2"};

constinit pg::Plan<Uuid, Uuid> kReleaseEntries{
    "UPDATE lad_data.voice_call_batch_entries SET call_log_id = NULL "
    "WHERE tenant_id = $1 AND call_log_id = $2"};

constinit pg::Plan<Uuid, std::string> kStage{
    "SELECT 1 FROM lad_data.lead_stages WHERE tenant_id = $1 AND key = $2"};

constinit pg::Plan<Uuid, std::string> kStatus{
    "SELECT 1 FROM lad_data.lead_statuses WHERE tenant_id = $1 AND key = $2"};

}  // namespace

bool lock_call(const Uuid& tenant_id, const Uuid& call_id) {
  return !kLockCall.run(tenant_id, call_id).empty();
}

bool call_exists(const Uuid& tenant_id, const Uuid& call_id) {
  return !kFindCall.run(tenant_id, call_id).empty();
}

void delete_call_children(const Uuid& tenant_id, const Uuid& call_id) {
  kDeleteAnalysis.run(tenant_id, call_id);
  kReleaseEntries.run(tenant_id, call_id);
}

bool has_stage(const Uuid& tenant_id, const std::string& key) {
  return !kStage.run(tenant_id, key).empty();
}

bool has_status(const Uuid& tenant_id, const std::string& key) {
  return !kStatus.run(tenant_id, key).empty();
}

}  // namespace lad::catalog::store
