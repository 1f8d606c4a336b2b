#include "ledger/change_store.hpp"
#include "ledger/wallet_store.hpp"
#include "pg/args.hpp"
#include "pg/context.hpp"
#include "pg/durability.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "wallet/wallet.hpp"

namespace store = lad::ledger::store;
namespace wallet = lad::wallet;
using lad::Decimal;
using lad::Uuid;
using lad::pg::Args;

LAD_FUNCTION(lad_create_wallet) {
  const Args args{fcinfo};
  lad::pg::require_tenant();
  wallet::NewWallet wanted;
  wanted.user_id = args.get_optional<Uuid>(0);
  wanted.currency = args.get<std::string>(1, "currency");
  wanted.credit_limit = args.get<Decimal>(2, "credit_limit");
  wanted.low_balance_threshold = args.get_optional<Decimal>(3);
  wallet::require_valid(wanted);
  if (!wanted.credit_limit.is_zero()) {
    lad::pg::require_caller("lad_service", "grant a credit limit");
  }
  return lad::pg::to_datum(lad::pg::with_spi([&] {
    store::require_billing_admin("create wallets");
    return store::create_wallet(wanted);
  }));
}

LAD_FUNCTION(lad_set_wallet_status) {
  const Args args{fcinfo};
  const lad::pg::TenantContext context = lad::pg::require_tenant();
  const auto wallet_id = args.get<Uuid>(0, "wallet_id");
  const wallet::Status status = wallet::parse_status(args.get<std::string>(1, "status"));
  const auto reason = args.get<std::string>(2, "reason");
  lad::pg::with_spi([&] {
    store::require_billing_admin("change the status of wallets");
    // First what has expired, so that it keeps no wallet from being closed.
    store::Change change = store::lock(context, wallet_id);
    store::save(change);
    const wallet::Wallet locked = change.wallet(wallet_id);
    wallet::require_status_change(locked, status);
    if (locked.status != status)
      store::set_wallet_status(context.tenant_id, locked, status, reason);
  });
  return lad::pg::void_datum();
}

LAD_FUNCTION(lad_check_balance) {
  const Args args{fcinfo};
  const auto wallet_id = args.get<Uuid>(0, "wallet_id");
  const auto amount = args.get<Decimal>(1, "amount");
  wallet::require_positive(amount, "amount");
  return BoolGetDatum(
      lad::pg::with_spi([&] { return wallet::can_pay(store::read_wallet(wallet_id), amount); }));
}

LAD_FUNCTION(lad_balance) {
  const Args args{fcinfo};
  const auto wallet_id = args.get<Uuid>(0, "wallet_id");
  const bool durable = args.get<bool>(1, "durable");
  const wallet::Wallet found = lad::pg::with_spi([&] { return store::read_wallet(wallet_id); });
  if (durable) lad::pg::flush_visible_commits();
  return lad::pg::to_row(fcinfo, found.current, found.reserved, wallet::available(found),
                         found.currency, std::string{wallet::to_string(found.status)});
}
