#include "catalog/install_store.hpp"
#include "pg/args.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::catalog {

/// lad.install_schema: create what is missing of the LAD tables.
LAD_FUNCTION(lad_install_schema) {
  if (!pg::caller_has_role("lad_owner")) {
    throw Error{ErrorCode::privilege, "permission denied to install the LAD tables", "",
                "Call it as a superuser or as a member of lad_owner."};
  }
  const bool partitioned = pg::Args{fcinfo}.get<bool>(0, "partitioned");
  const auto actions = pg::with_spi([&] { return install_schema(partitioned); });
  pg::RowSet set{fcinfo};
  for (const store::Action& action : actions) {
    set.add(action.object, action.action, action.detail);
  }
  return set.done();
}

}  // namespace lad::catalog
