#include "ledger/change_store.hpp"
#include "ledger/gate.hpp"
#include "ledger/topup_store.hpp"
#include "pg/args.hpp"
#include "pg/posting.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace ledger = lad::ledger;
namespace store = lad::ledger::store;
using lad::Uuid;
using lad::pg::Args;

namespace {

lad::Posting top_up(const ledger::Checkout& checkout) {
  const lad::pg::TenantContext context = lad::pg::require_tenant();
  ledger::require_valid(checkout);
  const ledger::KeyedRequest keyed{context.tenant_id, ledger::stripe_key(checkout.session_id),
                                   ledger::fingerprint(checkout)};
  return lad::pg::with_spi([&] {
    store::require_billing_admin("top up");
    lad::Posting posting;
    const auto known = ledger::once(keyed, [&] {
      const ledger::Package package = store::read_package(context.tenant_id, checkout.package_key);
      store::Change change = store::lock(context, checkout.wallet_id);
      lad::wallet::Wallet& wallet = change.wallet(checkout.wallet_id);
      change.entries.push_back(ledger::top_up(checkout, package, wallet, change.next()));
      posting = ledger::to_posting(change.entries.back(), wallet);
      return store::save(change);
    });
    return known ? ledger::replayed(*known) : posting;
  });
}

}  // namespace

LAD_FUNCTION(lad_topup_package) {
  const Args args{fcinfo};
  ledger::Checkout checkout;
  checkout.wallet_id = args.get<Uuid>(0, "wallet_id");
  checkout.package_key = args.get<std::string>(1, "package_key");
  checkout.session_id = args.get<std::string>(2, "stripe_session_id");
  checkout.metadata = lad::pg::jsonb_text(args.get<lad::pg::JsonbDatum>(3, "metadata"));
  return lad::pg::posting_datum(fcinfo, top_up(checkout));
}
