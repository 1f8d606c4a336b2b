#include "ledger/change_store.hpp"
#include "ledger/gate.hpp"
#include "ledger/openings.hpp"
#include "pg/args.hpp"
#include "pg/posting.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace ledger = lad::ledger;
namespace store = lad::ledger::store;
using lad::Uuid;
using lad::pg::Args;

namespace {

lad::Posting open_balance(const ledger::Opening& opening) {
  const lad::pg::TenantContext context = lad::pg::require_tenant();
  const ledger::KeyedRequest keyed{context.tenant_id, ledger::opening_key(opening.user_id),
                                   ledger::fingerprint(opening)};
  return lad::pg::with_spi([&] {
    lad::Posting posting;
    const auto known = ledger::once(keyed, [&] {
      store::Change change = store::lock(context, opening.wallet_id);
      lad::wallet::Wallet& wallet = change.wallet(opening.wallet_id);
      change.entries.push_back(ledger::open_balance(opening, wallet, change.next()));
      posting = ledger::to_posting(change.entries.back(), wallet);
      return store::save(change);
    });
    return known ? ledger::replayed(*known) : posting;
  });
}

}  // namespace

LAD_FUNCTION(lad_open_balance) {
  const Args args{fcinfo};
  ledger::Opening opening;
  opening.wallet_id = args.get<Uuid>(0, "wallet_id");
  opening.user_id = args.get<Uuid>(1, "user_id");
  opening.amount = args.get<lad::Decimal>(2, "amount");
  opening.metadata = lad::pg::jsonb_text(args.get<lad::pg::JsonbDatum>(3, "metadata"));
  if (opening.amount.is_zero()) {
    throw lad::Error{lad::ErrorCode::invalid_argument, "amount must not be zero"};
  }
  return lad::pg::posting_datum(fcinfo, open_balance(opening));
}
