#include "tenancy/store.hpp"

#include "pg/spi.hpp"

namespace lad::tenancy::store {
namespace {

constinit pg::Plan<Uuid> kRead{
    "SELECT t.status IN ('active', 'trial') AND t.deleted_at IS NULL, coalesce(e.epoch, 1)"
    " FROM lad_data.tenants t LEFT JOIN lad_data.tenant_epochs e ON e.tenant_id = t.id"
    " WHERE t.id = $1"};

constinit pg::Plan<Uuid, Uuid> kIsMember{
    "SELECT FROM lad_data.memberships m JOIN lad_data.users u ON u.id = m.user_id"
    " WHERE m.tenant_id = $1 AND m.user_id = $2 AND m.deleted_at IS NULL"
    " AND u.deleted_at IS NULL AND u.is_active"};

constinit pg::Plan<Uuid, std::string, std::string> kRecordService{
    "INSERT INTO lad_data.domain_events (tenant_id, event_type, aggregate_type, aggregate_id,"
    " payload) VALUES ($1, 'service.authenticated', 'tenant', $1,"
    " jsonb_build_object('role', $2, 'reason', $3))"};

constinit pg::Plan<Uuid, std::string, std::string, std::string> kCreate{
    "INSERT INTO lad_data.tenants (id, name, slug, plan_tier, status)"
    " VALUES ($1, $2, $3, $4, 'active')"};

constinit pg::Plan<Uuid> kCreateEpoch{"INSERT INTO lad_data.tenant_epochs (tenant_id) VALUES ($1)"};

constinit pg::Plan<Uuid, Uuid> kCreateOwner{
    "INSERT INTO lad_data.memberships (tenant_id, user_id, role) VALUES ($1, $2, 'owner')"};

// A tenant without a row has epoch 1; one that is being deleted needs none.
constinit pg::Plan<Uuid> kRaise{
    "INSERT INTO lad_data.tenant_epochs AS e (tenant_id, epoch)"
    " SELECT id, 2 FROM lad_data.tenants WHERE id = $1"
    " ON CONFLICT (tenant_id) DO UPDATE SET epoch = e.epoch + 1"};

std::optional<Tenant> to_tenant(const pg::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return Tenant{rows.get<bool>(0, 0), rows.get<std::int64_t>(0, 1)};
}

}  // namespace

std::optional<Tenant> read(const Uuid& tenant_id) {
  return to_tenant(kRead.run(tenant_id));
}

std::optional<Tenant> read_latest(const Uuid& tenant_id) {
  return to_tenant(kRead.run_in_snapshot(tenant_id));
}

void raise_epoch(const Uuid& tenant_id) {
  kRaise.run(tenant_id);
}

bool is_member(const Uuid& tenant_id, const Uuid& user_id) {
  return kIsMember.run(tenant_id, user_id).size() > 0;
}

void record_service(const Uuid& tenant_id, const std::string& role, const std::string& reason) {
  kRecordService.run(tenant_id, role, reason);
}

void create(const Uuid& tenant_id, const std::string& name, const std::string& slug,
            const std::string& plan_tier, const std::optional<Uuid>& owner_user_id) {
  kCreate.run(tenant_id, name, slug, plan_tier);
  kCreateEpoch.run(tenant_id);
  if (owner_user_id) kCreateOwner.run(tenant_id, *owner_user_id);
}

}  // namespace lad::tenancy::store
