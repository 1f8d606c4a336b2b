#include "pg/session.hpp"

namespace lad::pg {

bool caller_has_role(const char* role) {
  return guard([role] {
    const Oid caller = GetOuterUserId();
    if (superuser_arg(caller)) return true;
    const Oid wanted = get_role_oid(role, true);
    return OidIsValid(wanted) && has_privs_of_role(caller, wanted);
  });
}

}  // namespace lad::pg
