#include <set>

#include "ledger/change_store.hpp"
#include "ledger/gate.hpp"
#include "ledger/reversal.hpp"
#include "pg/args.hpp"
#include "pg/arrays.hpp"
#include "pg/posting.hpp"
#include "pg/refusal.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

/// The ledger's side of usage. Callers hold the lock of each event, so that its key posts for
/// nobody else meanwhile.
namespace ledger = lad::ledger;
namespace store = lad::ledger::store;
using lad::Decimal;
using lad::Error;
using lad::ErrorCode;
using lad::Uuid;
using lad::pg::Args;

namespace {

using Requests = std::vector<ledger::Request>;

ledger::Request debit_of(const Uuid& wallet_id, const Decimal& amount, const Uuid& event_id) {
  ledger::Request request;
  request.wallet_id = wallet_id;
  request.amount = amount;
  request.reference_type = "usage_event";
  request.reference_id = event_id;
  request.idempotency_key = ledger::usage_key(event_id);
  request.metadata = "{}";
  return request;
}

/// The row bears the identifier of its event.
ledger::Circumstances circumstances(const store::Change& change, const ledger::Request& request) {
  ledger::Circumstances now = change.next();
  now.id = *request.reference_id;
  return now;
}

lad::Posting debit(const ledger::Request& request) {
  const lad::pg::TenantContext context = lad::pg::require_tenant();
  ledger::require_valid(request, lad::pg::unix_us(lad::pg::clock_now()));
  const ledger::KeyedRequest keyed{context.tenant_id, request.idempotency_key,
                                   ledger::fingerprint(request)};
  return lad::pg::with_spi([&] {
    lad::Posting posting;
    const auto known = ledger::write_or_find(keyed, [&] {
      store::Change change = store::lock(context, request.wallet_id);
      lad::wallet::Wallet& wallet = change.wallet(request.wallet_id);
      change.entries.push_back(ledger::decide(request, wallet, circumstances(change, request)));
      posting = ledger::to_posting(change.entries.back(), wallet);
      return store::save(change);
    });
    return known ? ledger::replayed(*known) : posting;
  });
}

/// Why a debit did not post now.
struct Outcome {
  Uuid event_id;
  std::optional<lad::Posting> earlier = {};
  std::optional<Error> refusal = {};
};
using Outcomes = std::vector<Outcome>;

Requests read_debits(const Args& args) {
  const auto wallets = lad::pg::read_uuids(args, 0, "wallet_ids");
  const auto amounts = lad::pg::read_decimals(args, 1, "amounts");
  const auto events = lad::pg::read_uuids(args, 2, "usage_event_ids");
  if (wallets.size() != amounts.size() || wallets.size() != events.size()) {
    throw Error{ErrorCode::invalid_argument, "the lists must have the same length"};
  }
  Requests requests;
  requests.reserve(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    requests.push_back(debit_of(wallets[i], amounts[i], events[i]));
  }
  return requests;
}

/// One attempt with the wallets locked. Nothing when a key has posted that is not in `known`.
std::optional<Outcomes> try_debits(const Requests& requests,
                                   std::map<std::string, ledger::Known> known) {
  std::set<Uuid> wallets;
  for (const ledger::Request& request : requests) wallets.insert(request.wallet_id);
  store::Change change =
      store::lock_all(lad::pg::require_tenant(), {wallets.begin(), wallets.end()});
  ledger::BatchJudge judge{std::move(known), change.wallets};
  Outcomes outcomes;
  for (const ledger::Request& request : requests) {
    Outcome outcome{*request.reference_id};
    outcome.refusal = lad::pg::refusal_of([&] {
      ledger::require_valid(request, change.now_us());
      const lad::Posting posting = judge.post(request, circumstances(change, request));
      if (posting.replayed) outcome.earlier = posting;
    });
    if (outcome.earlier || outcome.refusal) outcomes.push_back(std::move(outcome));
  }
  change.entries.insert(change.entries.end(), judge.entries().begin(), judge.entries().end());
  if (!store::save(change)) return std::nullopt;
  return outcomes;
}

/// An event that is not charged has hardly ever posted, so its key is looked up only when the
/// unique index says so.
Outcomes debit_all(const Requests& requests) {
  return lad::pg::with_spi([&]() -> Outcomes {
    if (requests.empty()) return {};
    if (auto outcomes = try_debits(requests, {})) return *outcomes;
    std::vector<std::string> keys;
    for (const ledger::Request& request : requests) keys.push_back(request.idempotency_key);
    const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
    if (auto outcomes = try_debits(requests, store::find_all(tenant_id, keys))) return *outcomes;
    throw Error{ErrorCode::internal, "usage was charged without its event"};
  });
}

void count(const Requests& requests, const Outcomes& outcomes) {
  using lad::pg::Counter;
  lad::pg::count_batch(requests.size());
  for (std::size_t i = outcomes.size(); i < requests.size(); ++i) lad::pg::count(Counter::posts);
  for (const Outcome& outcome : outcomes) {
    if (outcome.earlier) lad::pg::count(Counter::replays);
    if (outcome.refusal) lad::pg::settle_refusal(outcome.refusal->code());
  }
}

Decimal left_of(const ledger::Original& original) {
  return (original.amount.is_negative() ? -original.amount : original.amount) - original.reversed;
}

/// Nothing when others have taken all of it back.
std::optional<lad::Posting> reverse(const ledger::ReversalRequest& request) {
  const lad::pg::TenantContext context = lad::pg::require_tenant();
  ledger::require_valid(request);
  const ledger::KeyedRequest keyed{context.tenant_id, request.idempotency_key,
                                   ledger::fingerprint(request)};
  return lad::pg::with_spi([&] {
    std::optional<lad::Posting> posting;
    const auto known = ledger::once(keyed, [&] {
      const auto seen = store::read_original(context.tenant_id, request.transaction_id);
      store::Change change = store::lock(context, seen.wallet_id);
      lad::wallet::Wallet& wallet = change.wallet(seen.wallet_id);
      // Read again under the lock: what was reversed meanwhile counts.
      const auto original = store::read_original(context.tenant_id, seen.id);
      if (left_of(original).is_zero()) return true;
      change.entries.push_back(
          ledger::reverse(request, original, request.idempotency_key, wallet, change.next()));
      posting = ledger::to_posting(change.entries.back(), wallet);
      return store::save(change);
    });
    return known ? ledger::replayed(*known) : posting;
  });
}

}  // namespace

LAD_FUNCTION(lad_debit_usage) {
  const Args args{fcinfo};
  return lad::pg::posting_datum(
      fcinfo, debit(debit_of(args.get<Uuid>(0, "wallet_id"), args.get<Decimal>(1, "amount"),
                             args.get<Uuid>(2, "usage_event_id"))));
}

LAD_FUNCTION(lad_debit_usages) {
  const Args args{fcinfo};
  lad::pg::require_tenant();
  lad::pg::RowSet rows{fcinfo};
  const Requests requests = read_debits(args);
  const Outcomes outcomes = debit_all(requests);
  count(requests, outcomes);
  for (const Outcome& outcome : outcomes) {
    const auto& earlier = outcome.earlier;
    const auto& refusal = outcome.refusal;
    rows.add(outcome.event_id, earlier ? std::optional{earlier->transaction_id} : std::nullopt,
             refusal ? std::optional<std::string>{lad::sqlstate(refusal->code())} : std::nullopt,
             refusal ? std::optional<std::string>{refusal->message()} : std::nullopt);
  }
  return rows.done();
}

LAD_FUNCTION(lad_repeat_usage) {
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const std::string key = ledger::usage_key(Args{fcinfo}.get<Uuid>(0, "usage_event_id"));
  return lad::pg::posting_datum(fcinfo, lad::pg::with_spi([&] {
                                  const auto known = store::find(tenant_id, key);
                                  if (!known)
                                    throw Error{ErrorCode::not_found, "no such usage was charged"};
                                  lad::pg::count(lad::pg::Counter::replays);
                                  return ledger::replayed(*known);
                                }));
}

LAD_FUNCTION(lad_reverse_usage) {
  const Args args{fcinfo};
  ledger::ReversalRequest request;
  request.idempotency_key = ledger::void_key(args.get<Uuid>(0, "usage_event_id"));
  request.transaction_id = args.get<Uuid>(1, "transaction_id");
  request.reason = args.get_optional<std::string>(2);
  return lad::pg::posting_datum(fcinfo, reverse(request));
}
