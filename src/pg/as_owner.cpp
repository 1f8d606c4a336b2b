#include "pg/as_owner.hpp"

#include "pg/boundary.hpp"

namespace lad::pg {

ActAsOwner::ActAsOwner(const char* role) {
  const Oid owner = guard([role] { return get_role_oid(role, false); });
  GetUserIdAndSecContext(&saved_user_, &saved_context_);
  SetUserIdAndSecContext(owner,
                         saved_context_ | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
}

ActAsOwner::~ActAsOwner() {
  SetUserIdAndSecContext(saved_user_, saved_context_);
}

}  // namespace lad::pg
