#include "core/error.hpp"
#include "ledger/archive_store.hpp"
#include "ledger/wallet_store.hpp"
#include "pg/args.hpp"
#include "pg/context.hpp"
#include "pg/result.hpp"
#include "pg/spi.hpp"

namespace store = lad::ledger::store;

LAD_FUNCTION(lad_archive_ledger) {
  const auto max_rows = lad::pg::Args{fcinfo}.get<std::int32_t>(0, "max_rows");
  if (max_rows < 1) {
    throw lad::Error{lad::ErrorCode::invalid_argument, "max_rows must be above zero"};
  }
  const lad::Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  return lad::pg::to_datum(lad::pg::with_spi([&] {
    store::require_billing_admin("archive the ledger");
    return store::archive(tenant_id, max_rows);
  }));
}
