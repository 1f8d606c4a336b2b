#include "pg/args.hpp"
#include "pg/as_owner.hpp"
#include "pg/context.hpp"
#include "pg/result.hpp"
#include "pg/spi.hpp"
#include "tenancy/access_store.hpp"
#include "tenancy/member_store.hpp"

namespace lad::tenancy {
namespace {

[[noreturn]] void throw_no_member() {
  throw Error{ErrorCode::not_found, "no such member",
              "Whoever has never been a member is invited, or added by a service."};
}

std::optional<Uuid> acting_person(const pg::TenantContext& context) {
  return context.user_id.is_nil() ? std::nullopt : std::optional{context.user_id};
}

/// What a statement that changes members runs in: the actor was judged, his own rights no longer
/// count.
template <class Body>
void change_members(const pg::TenantContext& context, Body&& body) {
  const pg::ActAsOwner owner{"lad_owner"};
  const pg::ContextLoan loan{context.tenant_id};
  pg::with_spi(body);
}

void set_member(const pg::TenantContext& context, const Actor& actor, const Uuid& user_id,
                Role role) {
  store::lock_owner(context.tenant_id);
  const store::Membership before = store::lock_membership(context.tenant_id, user_id);
  require_may_change_member(actor, before.role, role, user_id == context.user_id);
  if (!before.exists && actor.kind != Actor::Kind::service) throw_no_member();
  if (before.role == role) return;
  if (role == Role::owner) store::demote_owner(context.tenant_id);
  if (!store::write_membership(context.tenant_id, user_id, role, acting_person(context))) {
    throw_no_member();
  }
}

}  // namespace

LAD_FUNCTION(lad_set_member) {
  const pg::Args args{fcinfo};
  const auto user_id = args.get<Uuid>(0, "user_id");
  const Role role = parse_role(args.get<std::string>(1, "role"));
  const pg::TenantContext context = pg::require_tenant();
  const Actor actor = store::current_actor();
  change_members(context, [&] { set_member(context, actor, user_id, role); });
  return pg::void_datum();
}

LAD_FUNCTION(lad_remove_member) {
  const auto user_id = pg::Args{fcinfo}.get<Uuid>(0, "user_id");
  const pg::TenantContext context = pg::require_tenant();
  const Actor actor = store::current_actor();
  change_members(context, [&] {
    store::lock_owner(context.tenant_id);
    const store::Membership before = store::lock_membership(context.tenant_id, user_id);
    require_may_change_member(actor, before.role, std::nullopt, user_id == context.user_id);
    if (!before.role) throw_no_member();
    store::end_membership(context.tenant_id, user_id);
  });
  return pg::void_datum();
}

LAD_FUNCTION(lad_grant_capability) {
  const pg::Args args{fcinfo};
  const auto user_id = args.get<Uuid>(0, "user_id");
  const Capability capability{args.get<std::string>(1, "capability_key"),
                              args.get_optional<std::string>(2)};
  require_capability_key(capability.key);
  if (capability.feature_key) require_feature_key(*capability.feature_key);
  const Uuid tenant_id = pg::require_tenant().tenant_id;
  require_may_grant(store::current_actor(), store::current_capabilities(), capability.key,
                    capability.feature_key);
  if (!store::read_role(tenant_id, user_id)) throw_no_member();
  store::write_capability(tenant_id, user_id, capability);
  return pg::void_datum();
}

LAD_FUNCTION(lad_revoke_capability) {
  const pg::Args args{fcinfo};
  const auto user_id = args.get<Uuid>(0, "user_id");
  const auto key = args.get<std::string>(1, "capability_key");
  require_capability_key(key);
  const Uuid tenant_id = pg::require_tenant().tenant_id;
  require_may_grant(store::current_actor(), store::current_capabilities(), key, std::nullopt);
  return BoolGetDatum(store::delete_capability(tenant_id, user_id, key));
}

LAD_FUNCTION(lad_set_feature) {
  const pg::Args args{fcinfo};
  const auto key = args.get<std::string>(0, "feature_key");
  const bool enabled = args.get<bool>(1, "enabled");
  require_feature_key(key);
  const Uuid tenant_id = pg::require_tenant().tenant_id;
  require_may_set_feature(store::current_actor(), enabled);
  store::write_feature(tenant_id, key, enabled);
  return pg::void_datum();
}

}  // namespace lad::tenancy
