#include "pg/args.hpp"
#include "pg/as_owner.hpp"
#include "pg/context.hpp"
#include "pg/mask.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "tenancy/access_store.hpp"
#include "tenancy/invitation.hpp"
#include "tenancy/member_store.hpp"
#include "tenancy/people.hpp"

namespace lad::tenancy {
namespace {

/// Joins the invited person to the tenant; somebody who is a member already keeps his role.
void join(const Uuid& tenant_id, const Uuid& user_id, const std::string& token) {
  const auto invitation = store::lock_invitation(tenant_id, hash_invitation(token));
  if (!invitation) throw Error{ErrorCode::not_found, "no such invitation, or it is over"};
  if (!store::has_address(user_id, invitation->email)) {
    throw Error{ErrorCode::privilege, "invitation is for somebody else"};
  }
  const store::Membership before = store::lock_membership(tenant_id, user_id);
  if (!before.role) {
    store::write_membership(tenant_id, user_id, invitation->role, invitation->invited_by);
  }
  store::accept_invitation(tenant_id, invitation->id, user_id);
}

}  // namespace

LAD_FUNCTION(lad_invite) {
  const pg::Args args{fcinfo};
  const auto email = args.get<std::string>(0, "email");
  const Role role = parse_role(args.get<std::string>(1, "role"));
  const std::int64_t lifetime_us = args.get<pg::Interval>(2, "expires_in").exact_us("expires_in");
  const auto message = args.get_optional<std::string>(3);
  require_email(email);
  if (lifetime_us <= 0) throw Error{ErrorCode::invalid_argument, "expires_in must be above zero"};
  const pg::TenantContext context = pg::require_tenant();
  require_may_invite(store::current_actor(), role);
  const std::string token = encode_invitation(context.tenant_id, pg::random_bytes<32>());
  const pg::ActAsOwner owner{"lad_owner"};
  pg::with_spi([&] {
    store::write_invitation(context.tenant_id, email, role, context.user_id, hash_invitation(token),
                            lifetime_us, message);
  });
  return pg::to_datum(token);
}

LAD_FUNCTION(lad_accept_invitation) {
  pg::mask_statement("SELECT lad.accept_invitation($1, $2)");
  const pg::Args args{fcinfo};
  const auto token = args.get<std::string>(0, "token");
  const auto user_id = args.get<Uuid>(1, "user_id");
  const auto tenant_id = tenant_of_invitation(token);
  if (!tenant_id) throw Error{ErrorCode::not_found, "no such invitation, or it is over"};
  const pg::ActAsOwner owner{"lad_owner"};
  const pg::ContextLoan loan{*tenant_id};
  pg::with_spi([&] { join(*tenant_id, user_id, token); });
  return pg::to_datum(*tenant_id);
}

}  // namespace lad::tenancy
