#include "ledger/change_store.hpp"
#include "ledger/hold_store.hpp"
#include "pg/args.hpp"
#include "pg/as_owner.hpp"
#include "pg/context.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace ledger = lad::ledger;
namespace store = lad::ledger::store;
using lad::Decimal;
using lad::Uuid;
using lad::pg::TenantContext;

namespace {

struct Closed {
  Decimal amount;
  std::int64_t holds = 0;
};

/// Locking the wallet closes its holds that are over; somebody else may have done so by then.
Closed close_expired(const store::HoldingWallet& holding) {
  const lad::pg::ContextLoan loan{holding.tenant_id};
  TenantContext context;
  context.tenant_id = holding.tenant_id;
  context.is_service = true;
  store::Change change = store::lock(context, holding.wallet_id);
  Closed closed;
  for (const ledger::Entry& entry : change.entries) {
    if (entry.type != "release") continue;
    closed.amount -= entry.reserved_delta;
    ++closed.holds;
  }
  store::save(change);
  return closed;
}

}  // namespace

LAD_FUNCTION(lad_expire_holds) {
  const auto max_wallets = lad::pg::Args{fcinfo}.get<std::int32_t>(0, "max_wallets");
  if (max_wallets < 1) {
    throw lad::Error{lad::ErrorCode::invalid_argument, "max_wallets must be above zero"};
  }
  lad::pg::require_caller("lad_service", "expire holds");
  const TenantContext* const context = lad::pg::current_context();
  const bool is_of_one = context != nullptr && !context->tenant_id.is_nil();
  const auto tenant_id = is_of_one ? std::optional{context->tenant_id} : std::nullopt;
  lad::pg::RowSet rows{fcinfo};
  const auto due = lad::pg::with_spi([&] {
    const lad::pg::ActAsOwner owner{"lad_owner"};
    return store::read_with_expired(tenant_id, max_wallets);
  });
  for (const store::HoldingWallet& wallet : due) {
    const Closed closed = lad::pg::with_spi([&] { return close_expired(wallet); });
    if (closed.holds > 0) {
      rows.add(wallet.tenant_id, wallet.wallet_id, closed.amount, closed.holds);
    }
    lad::pg::poll_interrupts();
  }
  return rows.done();
}
