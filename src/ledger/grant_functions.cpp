#include "ledger/change_store.hpp"
#include "ledger/gate.hpp"
#include "ledger/grant_store.hpp"
#include "ledger/grants.hpp"
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
using lad::pg::Args;
using lad::pg::TenantContext;

namespace {

/// The grant bears the identifier of the row that brings it, so a replay knows it.
Uuid grant_credits(const ledger::GrantRequest& request) {
  const TenantContext context = lad::pg::require_tenant();
  ledger::require_valid(request, lad::pg::unix_us(lad::pg::clock_now()));
  const ledger::KeyedRequest keyed{context.tenant_id, request.idempotency_key,
                                   ledger::fingerprint(request)};
  return lad::pg::with_spi([&] {
    store::require_billing_admin("grant credits");
    Uuid grant_id;
    const auto known = ledger::once(keyed, [&] {
      store::Change change = store::lock(context, request.wallet_id);
      lad::wallet::Wallet& wallet = change.wallet(request.wallet_id);
      ledger::GrantMade made = ledger::grant(request, wallet, change.next());
      grant_id = made.grant.id;
      change.give(std::move(made));
      return store::save(change);
    });
    return known ? known->posting.transaction_id : grant_id;
  });
}

/// The default, now(), differs from call to call: as a wish it is "when granted".
std::optional<std::int64_t> effective_time(lad::pg::Timestamp at) {
  if (at == lad::pg::transaction_now()) return std::nullopt;
  return lad::pg::finite_unix_us(at, "effective_at");
}

struct Expired {
  Uuid tenant_id;
  Uuid wallet_id;
  Decimal amount;
  std::int64_t rows = 0;
};

/// Posts what is due in one wallet; nothing of it may be left when its lock is there.
std::optional<Expired> expire(const store::DueWallet& due) {
  const lad::pg::ContextLoan loan{due.tenant_id};
  TenantContext context;
  context.tenant_id = due.tenant_id;
  context.is_service = true;
  store::Change change = store::lock(context, due.wallet_id);
  Expired expired{due.tenant_id, due.wallet_id, {}, 0};
  for (const ledger::Entry& entry : change.entries) {
    if (entry.type != "expiry") continue;
    expired.amount -= entry.amount;
    ++expired.rows;
  }
  store::save(change);
  if (expired.rows == 0) return std::nullopt;
  return expired;
}

std::vector<Expired> expire_due(const std::optional<Uuid>& tenant_id, int max_wallets) {
  const auto due = lad::pg::with_spi([&] {
    const lad::pg::ActAsOwner owner{"lad_owner"};
    return store::read_due(tenant_id, max_wallets);
  });
  std::vector<Expired> result;
  for (const store::DueWallet& wallet : due) {
    if (const auto expired = lad::pg::with_spi([&] { return expire(wallet); })) {
      result.push_back(*expired);
    }
    lad::pg::poll_interrupts();
  }
  return result;
}

}  // namespace

LAD_FUNCTION(lad_grant_credits) {
  const Args args{fcinfo};
  ledger::GrantRequest request;
  request.wallet_id = args.get<Uuid>(0, "wallet_id");
  request.amount = args.get<Decimal>(1, "amount");
  request.idempotency_key = args.get<std::string>(2, "idempotency_key");
  ledger::require_unreserved_key(request.idempotency_key);
  request.priority = args.get<std::int32_t>(3, "priority");
  request.effective_at_us = effective_time(args.get<lad::pg::Timestamp>(4, "effective_at"));
  if (const auto expires_at = args.get_optional<lad::pg::Timestamp>(5)) {
    request.expires_at_us = lad::pg::finite_unix_us(*expires_at, "expires_at");
  }
  return lad::pg::to_datum(grant_credits(request));
}

LAD_FUNCTION(lad_expire_credits) {
  const Args args{fcinfo};
  const auto max_wallets = args.get<std::int32_t>(0, "max_wallets");
  if (max_wallets < 1) {
    throw lad::Error{lad::ErrorCode::invalid_argument, "max_wallets must be above zero"};
  }
  lad::pg::require_caller("lad_service", "expire credits");
  const TenantContext* const context = lad::pg::current_context();
  const bool is_of_one = context != nullptr && !context->tenant_id.is_nil();
  lad::pg::RowSet rows{fcinfo};
  for (const Expired& expired :
       expire_due(is_of_one ? std::optional{context->tenant_id} : std::nullopt, max_wallets)) {
    rows.add(expired.tenant_id, expired.wallet_id, expired.amount, expired.rows);
  }
  return rows.done();
}
