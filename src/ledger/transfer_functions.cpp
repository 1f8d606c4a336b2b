#include "ledger/change_store.hpp"
#include "ledger/gate.hpp"
#include "ledger/transfer.hpp"
#include "pg/args.hpp"
#include "pg/posting.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace ledger = lad::ledger;
namespace store = lad::ledger::store;
using lad::Posting;
using lad::Uuid;
using lad::pg::Args;

namespace {

/// Both rows of an earlier transfer.
std::array<Posting, 2> replay(const ledger::KeyedRequest& keyed, const ledger::Known& known) {
  const auto counterpart =
      store::find(keyed.tenant_id, ledger::counterpart_key(keyed.idempotency_key));
  if (!counterpart) {
    throw lad::Error{lad::ErrorCode::internal, "the second row of the transfer is missing"};
  }
  return {ledger::replayed(known), ledger::replayed(*counterpart)};
}

std::array<Posting, 2> transfer(const ledger::TransferRequest& request) {
  const lad::pg::TenantContext context = lad::pg::require_tenant();
  ledger::require_valid(request);
  const ledger::KeyedRequest keyed{context.tenant_id, request.idempotency_key,
                                   ledger::fingerprint(request)};
  return lad::pg::with_spi([&]() -> std::array<Posting, 2> {
    store::require_billing_admin("transfer between wallets");
    std::array<Posting, 2> postings;
    const auto known = ledger::once(keyed, [&] {
      store::Change change = store::lock_all(context, {request.from_wallet, request.to_wallet});
      lad::wallet::Wallet& from = change.wallet(request.from_wallet);
      lad::wallet::Wallet& to = change.wallet(request.to_wallet);
      const auto rows = ledger::transfer(request, from, to, {change.next(), change.next()});
      postings = {ledger::to_posting(rows[0], from), ledger::to_posting(rows[1], to)};
      change.entries.insert(change.entries.end(), rows.begin(), rows.end());
      return store::save(change);
    });
    return known ? replay(keyed, *known) : postings;
  });
}

}  // namespace

LAD_FUNCTION(lad_transfer) {
  const Args args{fcinfo};
  ledger::TransferRequest request;
  request.from_wallet = args.get<Uuid>(0, "from_wallet");
  request.to_wallet = args.get<Uuid>(1, "to_wallet");
  request.amount = args.get<lad::Decimal>(2, "amount");
  request.idempotency_key = args.get<std::string>(3, "idempotency_key");
  ledger::require_unreserved_key(request.idempotency_key);
  request.description = args.get_optional<std::string>(4);
  lad::pg::RowSet rows{fcinfo};
  for (const Posting& posting : transfer(request)) lad::pg::add_posting(rows, posting);
  return rows.done();
}
