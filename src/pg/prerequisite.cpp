#include "pg/prerequisite.hpp"

#include "pg/boundary.hpp"

namespace lad::pg {

void refuse_without_tables() {
  guard([] {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("the lad tables are not installed in this database"),
                    errhint("Call lad.install_schema() first.")));
  });
  __builtin_unreachable();
}

}  // namespace lad::pg
