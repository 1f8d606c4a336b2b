#include "pg/restore.hpp"

#include "pg/boundary.hpp"

extern "C" {
#include <utils/rls.h>
}

namespace lad::pg {

bool is_restoring() {
  return !row_security && guard([] { return has_bypassrls_privilege(GetOuterUserId()); });
}

}  // namespace lad::pg
