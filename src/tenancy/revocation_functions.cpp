#include <set>
#include <vector>

#include "pg/as_owner.hpp"
#include "pg/epochs.hpp"
#include "pg/restore.hpp"
#include "pg/result.hpp"
#include "pg/spi.hpp"
#include "pg/transaction_memo.hpp"
#include "pg/transition.hpp"
#include "tenancy/store.hpp"

using lad::Uuid;

namespace {

/// The tenants whose rows a statement has written, in the order in which their epochs are locked.
std::set<Uuid> tenants_of(const lad::pg::StatementCall& statement, const char* column) {
  const int number = statement.require_column(column);
  std::set<Uuid> tenants;
  statement.for_each([&](const lad::pg::RowView& row) {
    if (const auto tenant_id = row.get<Uuid>(number)) tenants.insert(*tenant_id);
  });
  return tenants;
}

/// Whether a statement has written a column that the trigger's arguments, after the first, name.
bool matters(const lad::pg::StatementCall& statement) {
  std::vector<const char*> columns;
  for (int i = 1; i < statement.argument_count(); ++i) columns.push_back(statement.argument(i));
  return columns.empty() || statement.writes_any(columns);
}

}  // namespace

LAD_FUNCTION(lad_revoke_tokens) {
  const lad::pg::StatementCall statement{fcinfo};
  lad::pg::forget_memos();
  // The epochs are restored as well, and nobody has a token of this database yet.
  if (lad::pg::is_restoring() || !matters(statement)) return lad::pg::void_datum();
  const auto tenants = tenants_of(statement, statement.argument(0));
  const lad::pg::ActAsOwner owner{"lad_owner"};
  lad::pg::with_spi([&] {
    for (const Uuid& tenant_id : tenants) lad::tenancy::store::raise_epoch(tenant_id);
  });
  return lad::pg::void_datum();
}

LAD_FUNCTION(lad_forget_epochs) {
  const lad::pg::StatementCall statement{fcinfo};
  for (const Uuid& tenant_id : tenants_of(statement, statement.argument(0))) {
    lad::pg::forget_epoch_on_commit(tenant_id);
  }
  return lad::pg::void_datum();
}
