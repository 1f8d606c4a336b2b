#include "pg/args.hpp"
#include "pg/context.hpp"
#include "pg/result.hpp"
#include "pg/transition.hpp"
#include "tenancy/access_store.hpp"

namespace lad::tenancy {
namespace {

/// A person's right to one of the tenant's numbers or voices.
bool may_use(const Actor& actor, const store::Line& line) {
  if (!line.exists) return false;
  return may_use_all_lines(actor) || (has_role(actor, Role::viewer) && line.is_permitted);
}

}  // namespace

LAD_FUNCTION(lad_has_role) {
  const Role wanted = parse_role(pg::Args{fcinfo}.get<std::string>(0, "role"));
  return BoolGetDatum(has_role(store::current_actor(), wanted));
}

LAD_FUNCTION(lad_has_capability) {
  const pg::Args args{fcinfo};
  const auto key = args.get<std::string>(0, "capability_key");
  const auto feature_key = args.get_optional<std::string>(1);
  require_capability_key(key);
  if (feature_key) require_feature_key(*feature_key);
  return BoolGetDatum(
      has_capability(store::current_actor(), store::current_capabilities(), key, feature_key));
}

LAD_FUNCTION(lad_has_feature) {
  const auto key = pg::Args{fcinfo}.get<std::string>(0, "feature_key");
  require_feature_key(key);
  const pg::TenantContext context = pg::require_tenant();
  return BoolGetDatum(is_on(store::read_feature(context.tenant_id, context.user_id, key)));
}

LAD_FUNCTION(lad_can_use_number) {
  const auto number_id = pg::Args{fcinfo}.get<Uuid>(0, "number_id");
  const pg::TenantContext context = pg::require_tenant();
  return BoolGetDatum(may_use(store::current_actor(),
                              store::read_number(context.tenant_id, context.user_id, number_id)));
}

LAD_FUNCTION(lad_can_use_voice) {
  const auto voice_id = pg::Args{fcinfo}.get<Uuid>(0, "voice_id");
  const pg::TenantContext context = pg::require_tenant();
  return BoolGetDatum(may_use(store::current_actor(),
                              store::read_voice(context.tenant_id, context.user_id, voice_id)));
}

LAD_FUNCTION(lad_can_write) {
  return BoolGetDatum(can_write(store::current_actor()));
}

/// Whoever has no context stands above row-level security, or is stopped by it.
LAD_FUNCTION(lad_require_writer) {
  pg::require_trigger(fcinfo);
  if (pg::current_context() == nullptr || can_write(store::current_actor())) {
    return pg::void_datum();
  }
  throw Error{ErrorCode::privilege, "only owners, admins and members write",
              "A viewer reads; whoever has left the tenant does neither."};
}

}  // namespace lad::tenancy
