#include "catalog/lint_store.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"

namespace lad::catalog {

/// lad.lint: what is not as it should be.
LAD_FUNCTION(lad_lint) {
  if (!pg::caller_has_role("lad_owner") && !pg::caller_has_role("lad_service")) {
    throw Error{ErrorCode::privilege, "permission denied to lint the schema", "",
                "Call it as a superuser or as a member of lad_owner or lad_service."};
  }
  const auto findings = pg::with_spi([] { return lint(); });
  pg::RowSet set{fcinfo};
  for (const Finding& finding : findings) {
    set.add(finding.level, finding.object, finding.rule, finding.detail, finding.remedy);
  }
  return set.done();
}

}  // namespace lad::catalog
