#include "ledger/change_store.hpp"
#include "ledger/gate.hpp"
#include "ledger/hold_store.hpp"
#include "ledger/holds.hpp"
#include "pg/args.hpp"
#include "pg/posting.hpp"
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

/// lad.hold: the hold as it is now, and what its wallet has left.
struct HoldAnswer {
  ledger::Hold hold;
  Decimal available;
  bool replayed = false;
};

HoldAnswer replay(const ledger::Hold& hold) {
  return {hold, lad::wallet::available(store::read_wallet(hold.wallet_id)), true};
}

Datum to_datum(FunctionCallInfo fcinfo, const HoldAnswer& answer) {
  const ledger::Hold& hold = answer.hold;
  const auto status = ledger::status_at(hold, lad::pg::unix_us(lad::pg::clock_now()));
  return lad::pg::to_row(fcinfo, hold.id, hold.wallet_id, hold.amount,
                         std::string{ledger::to_string(status)},
                         lad::pg::from_unix_us(hold.expires_at_us), answer.available, hold.currency,
                         lad::pg::from_unix_us(hold.created_at_us), answer.replayed);
}

HoldAnswer reserve(const ledger::ReserveRequest& request) {
  const TenantContext context = lad::pg::require_tenant();
  ledger::require_valid(request);
  const ledger::KeyedRequest keyed{context.tenant_id, request.idempotency_key,
                                   ledger::fingerprint(request)};
  return lad::pg::with_spi([&] {
    HoldAnswer answer;
    const auto known = ledger::once(keyed, [&] {
      store::Change change = store::lock(context, request.wallet_id);
      lad::wallet::Wallet& wallet = change.wallet(request.wallet_id);
      auto made = ledger::reserve(request, wallet, change.next());
      change.entries.push_back(std::move(made.entry));
      if (!store::save(change)) return false;
      store::insert_hold(context.tenant_id, made.hold);
      answer = {made.hold, lad::wallet::available(wallet)};
      return true;
    });
    if (!known) return answer;
    return replay(store::read_hold_by_key(context.tenant_id, request.idempotency_key));
  });
}

/// A hold and its wallet under their lock, and the row that closes the hold, by `decide`. `tell`
/// sees them afterwards: expired credits that the hold has kept are no longer available then.
template <class Decide, class Tell>
std::optional<ledger::Known> close(const TenantContext& context, const Uuid& hold_id,
                                   const ledger::KeyedRequest& keyed, Decide&& decide,
                                   Tell&& tell) {
  return ledger::once(keyed, [&] {
    const Uuid wallet_id = store::read_hold(context.tenant_id, hold_id).wallet_id;
    store::Change change = store::lock(context, wallet_id);
    ledger::Hold hold = store::read_hold(context.tenant_id, hold_id);
    lad::wallet::Wallet& wallet = change.wallet(wallet_id);
    const ledger::Entry entry = decide(hold, wallet, change.next());
    change.entries.push_back(entry);
    if (!store::save(change)) return false;
    store::close_hold(context.tenant_id, hold);
    tell(entry, hold, wallet);
    return true;
  });
}

lad::Posting capture(const ledger::CaptureRequest& request) {
  const TenantContext context = lad::pg::require_tenant();
  ledger::require_valid(request);
  const ledger::KeyedRequest keyed{context.tenant_id, request.idempotency_key,
                                   ledger::fingerprint(request)};
  return lad::pg::with_spi([&] {
    lad::Posting posting;
    const auto known = close(
        context, request.hold_id, keyed,
        [&](auto& hold, auto& wallet, const auto& now) {
          return ledger::capture(request, hold, wallet, now);
        },
        [&](const auto& entry, const auto&, const auto& wallet) {
          posting = ledger::to_posting(entry, wallet);
        });
    return known ? ledger::replayed(*known) : posting;
  });
}

HoldAnswer release(const ledger::ReleaseRequest& request) {
  const TenantContext context = lad::pg::require_tenant();
  ledger::require_valid(request);
  const ledger::KeyedRequest keyed{context.tenant_id, request.idempotency_key,
                                   ledger::fingerprint(request)};
  return lad::pg::with_spi([&] {
    HoldAnswer answer;
    const auto known = close(
        context, request.hold_id, keyed,
        [&](auto& hold, auto& wallet, const auto& now) {
          return ledger::release(request, hold, wallet, now);
        },
        [&](const auto&, const auto& hold, const auto& wallet) {
          answer = {hold, lad::wallet::available(wallet)};
        });
    return known ? replay(store::read_hold(context.tenant_id, request.hold_id)) : answer;
  });
}

/// The caller's key, or the one that belongs to the hold.
std::string key_or(const Args& args, int index, std::string of_hold) {
  const auto key = args.get_optional<std::string>(index);
  if (!key) return of_hold;
  ledger::require_spending_key(*key);
  return *key;
}

}  // namespace

LAD_FUNCTION(lad_reserve) {
  const Args args{fcinfo};
  ledger::ReserveRequest request;
  request.wallet_id = args.get<Uuid>(0, "wallet_id");
  request.amount = args.get<Decimal>(1, "amount");
  request.idempotency_key = args.get<std::string>(2, "idempotency_key");
  ledger::require_spending_key(request.idempotency_key);
  request.expires_in_us = args.get<lad::pg::Interval>(3, "expires_in").exact_us("expires_in");
  request.reference_type = args.get_optional<std::string>(4);
  request.reference_id = args.get_optional<Uuid>(5);
  request.metadata = lad::pg::jsonb_text(args.get<lad::pg::JsonbDatum>(6, "metadata"));
  return to_datum(fcinfo, reserve(request));
}

LAD_FUNCTION(lad_capture) {
  const Args args{fcinfo};
  ledger::CaptureRequest request;
  request.hold_id = args.get<Uuid>(0, "hold_id");
  request.amount = args.get_optional<Decimal>(1);
  request.idempotency_key = key_or(args, 2, ledger::capture_key(request.hold_id));
  return lad::pg::posting_datum(fcinfo, capture(request));
}

LAD_FUNCTION(lad_release) {
  const Args args{fcinfo};
  ledger::ReleaseRequest request;
  request.hold_id = args.get<Uuid>(0, "hold_id");
  request.idempotency_key = key_or(args, 1, ledger::release_key(request.hold_id));
  return to_datum(fcinfo, release(request));
}
