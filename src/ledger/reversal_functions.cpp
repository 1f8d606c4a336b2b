#include "ledger/change_store.hpp"
#include "ledger/gate.hpp"
#include "ledger/reversal.hpp"
#include "pg/args.hpp"
#include "pg/posting.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace ledger = lad::ledger;
namespace store = lad::ledger::store;
using lad::Uuid;
using lad::pg::Args;

namespace {

/// The other row of a transfer; none for any other type.
std::optional<ledger::Original> other_side(const Uuid& tenant_id,
                                           const ledger::Original& original) {
  if (original.type != "transfer") return std::nullopt;
  const std::string prefix = ledger::counterpart_key("");
  const std::string& key = original.idempotency_key;
  const bool is_second = key.starts_with(prefix);
  return store::read_original_by_key(
      tenant_id, is_second ? key.substr(prefix.size()) : ledger::counterpart_key(key));
}

/// Reverses the row, and of a transfer both: each wallet gets back what the transfer moved.
lad::Posting reverse(const ledger::ReversalRequest& request) {
  const lad::pg::TenantContext context = lad::pg::require_tenant();
  const Uuid& tenant_id = context.tenant_id;
  ledger::require_valid(request);
  const ledger::KeyedRequest keyed{tenant_id, request.idempotency_key,
                                   ledger::fingerprint(request)};
  return lad::pg::with_spi([&] {
    if (!request.is_chargeback) store::require_billing_admin("reverse transactions");
    lad::Posting posting;
    const auto known = ledger::once(keyed, [&] {
      const ledger::Original seen = store::read_original(tenant_id, request.transaction_id);
      const auto other = other_side(tenant_id, seen);
      std::vector<Uuid> wallets{seen.wallet_id};
      if (other) wallets.push_back(other->wallet_id);
      store::Change change = store::lock_all(context, wallets);
      lad::wallet::Wallet& wallet = change.wallet(seen.wallet_id);
      // Read again under the lock: what was reversed meanwhile counts.
      const auto original = store::read_original(tenant_id, seen.id);
      const ledger::Entry entry =
          ledger::reverse(request, original, request.idempotency_key, wallet, change.next());
      change.entries.push_back(entry);
      if (other) {
        change.entries.push_back(ledger::reverse(request,
                                                 store::read_original(tenant_id, other->id),
                                                 ledger::counterpart_key(request.idempotency_key),
                                                 change.wallet(other->wallet_id), change.next()));
      }
      // What goes back to a grant that has expired is not available.
      change.settle();
      posting = ledger::to_posting(entry, wallet);
      return store::save(change);
    });
    return known ? ledger::replayed(*known) : posting;
  });
}

ledger::ReversalRequest read_request(const Args& args) {
  ledger::ReversalRequest request;
  request.transaction_id = args.get<Uuid>(0, "transaction_id");
  request.idempotency_key = args.get<std::string>(1, "idempotency_key");
  ledger::require_unreserved_key(request.idempotency_key);
  request.amount = args.get_optional<lad::Decimal>(2);
  request.reason = args.get_optional<std::string>(3);
  return request;
}

}  // namespace

LAD_FUNCTION(lad_reverse) {
  return lad::pg::posting_datum(fcinfo, reverse(read_request(Args{fcinfo})));
}

LAD_FUNCTION(lad_chargeback) {
  ledger::ReversalRequest request = read_request(Args{fcinfo});
  request.is_chargeback = true;
  lad::pg::require_caller("lad_service", "charge payments back");
  return lad::pg::posting_datum(fcinfo, reverse(request));
}
