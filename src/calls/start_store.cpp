#include "calls/start_store.hpp"

#include "core/error.hpp"
#include "pg/spi.hpp"

namespace lad::calls::store {
namespace {

using OptionalUuid = std::optional<Uuid>;
using OptionalId = std::optional<std::int64_t>;

constinit pg::Plan<Uuid, std::string> kFind{
    "SELECT call_log_id, request_hash FROM lad_data.voice_call_starts"
    " WHERE tenant_id = $1 AND idempotency_key = $2"};

constinit pg::Plan<Uuid, std::string, Uuid, pg::Bytes> kClaim{
    "INSERT INTO lad_data.voice_call_starts"
    " (tenant_id, idempotency_key, call_log_id, call_created_at, request_hash)"
    " VALUES ($1, $2, $3, now(), $4)"
    " ON CONFLICT (tenant_id, idempotency_key) DO NOTHING RETURNING id"};

constinit pg::Plan<Uuid, OptionalId, OptionalUuid> kLines{
    "SELECT $2 IS NULL OR EXISTS"
    "  (SELECT FROM lad_data.voice_agents WHERE tenant_id = $1 AND id = $2),"
    " $3 IS NULL OR EXISTS"
    "  (SELECT FROM lad_data.voice_agent_numbers WHERE tenant_id = $1 AND id = $3)"};

constinit pg::Plan<Uuid, OptionalUuid> kPermissions{
    "SELECT lad.has_feature('voice-agent'),"
    " NOT EXISTS (SELECT FROM lad_data.billing_feature_entitlements"
    "  WHERE tenant_id = $1 AND feature_key = 'voice-agent' AND NOT enabled),"
    " lad.current_user_id() IS NULL OR lad.has_capability('make_calls', 'voice-agent'),"
    " $2 IS NOT NULL AND lad.can_use_number($2)"};

constinit pg::Plan<Uuid> kTenant{
    "SELECT jsonb_build_object('timezone', metadata->'timezone',"
    " 'business_hours', metadata->'business_hours') FROM lad_data.tenants WHERE id = $1"};

constinit pg::Plan<Uuid, Uuid> kLockLead{
    "SELECT 1 FROM lad_data.leads WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL"
    " FOR NO KEY UPDATE"};

constinit pg::Plan<Uuid, Uuid, std::string> kLeadIsCalled{
    "SELECT EXISTS (SELECT FROM lad_data.voice_call_logs WHERE tenant_id = $1 AND lead_id = $2"
    " AND created_at > now() - $3::interval AND status IN"
    " ('in_queue', 'queued', 'pending', 'calling', 'ringing', 'ongoing', 'in_progress'))"};

constinit pg::Plan<Uuid, Decimal, std::string, std::string, Uuid> kReserve{
    "SELECT (lad.reserve($1, $2, $3, $4::interval, 'call', $5)).hold_id"};

constinit pg::Plan<Uuid, Uuid, Uuid> kLinkHold{
    "UPDATE lad_data.voice_call_starts SET hold_id = $3 WHERE tenant_id = $1 AND call_log_id = $2"};

constinit pg::Plan<Uuid, Uuid, OptionalUuid, OptionalUuid, OptionalId, OptionalUuid, std::string,
                   std::int64_t, pg::Json>
    kInsert{
        "INSERT INTO lad_data.voice_call_logs (tenant_id, id, initiated_by_user_id, lead_id,"
        " agent_id, from_number_id, to_country_code, to_base_number, metadata)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};

}  // namespace

std::optional<Started> find_start(const Uuid& tenant_id, const std::string& idempotency_key) {
  const pg::Rows rows = kFind.run(tenant_id, idempotency_key);
  if (rows.empty()) return std::nullopt;
  return Started{rows.get<Uuid>(0, 0), rows.get<pg::Bytes>(0, 1)};
}

bool claim_start(const Uuid& tenant_id, const StartRequest& request, const Uuid& call_id) {
  const crypto::Digest digest = fingerprint(request);
  return !kClaim
              .run(tenant_id, request.idempotency_key, call_id,
                   pg::Bytes{digest.begin(), digest.end()})
              .empty();
}

void require_lines(const Uuid& tenant_id, const StartRequest& request) {
  const pg::Rows rows = kLines.run(tenant_id, request.agent_id, request.from_number_id);
  if (!rows.get<bool>(0, 0)) throw Error{ErrorCode::not_found, "no such agent"};
  if (!rows.get<bool>(0, 1)) throw Error{ErrorCode::not_found, "no such number"};
}

Permissions read_permissions(const Uuid& tenant_id, const OptionalUuid& from_number_id) {
  const pg::Rows rows = kPermissions.run(tenant_id, from_number_id);
  const bool may_use_number = rows.get<bool>(0, 3);
  // Who is permitted a number may call from it.
  return {rows.get<bool>(0, 0), rows.get<bool>(0, 1), rows.get<bool>(0, 2) || may_use_number,
          !from_number_id || may_use_number};
}

pg::JsonbDatum read_hours(const Uuid& tenant_id) {
  return kTenant.run(tenant_id).get<pg::JsonbDatum>(0, 0);
}

bool lock_lead(const Uuid& tenant_id, const Uuid& lead_id) {
  return !kLockLead.run(tenant_id, lead_id).empty();
}

bool is_lead_called(const Uuid& tenant_id, const Uuid& lead_id) {
  return kLeadIsCalled.run(tenant_id, lead_id, kHoldLife).get<bool>(0, 0);
}

Uuid hold(const Uuid& tenant_id, const Uuid& wallet_id, const StartRequest& request,
          const Uuid& call_id) {
  const Uuid hold_id =
      kReserve.run(wallet_id, request.estimated_credits, hold_key(call_id), kHoldLife, call_id)
          .get<Uuid>(0, 0);
  kLinkHold.run(tenant_id, call_id, hold_id);
  return hold_id;
}

void insert_call(const Uuid& tenant_id, const OptionalUuid& user_id, const StartRequest& request,
                 const Uuid& call_id) {
  kInsert.run(tenant_id, call_id, user_id, request.lead_id, request.agent_id,
              request.from_number_id, request.to_country_code, request.to_base_number,
              pg::Json{request.metadata});
}

}  // namespace lad::calls::store
