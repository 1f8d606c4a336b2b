#pragma once

#include <optional>
#include <string>
#include <utility>

#include "core/error.hpp"
#include "ledger/store.hpp"
#include "ledger/wallet_store.hpp"
#include "pg/durability.hpp"
#include "pg/refusal.hpp"
#include "pg/statistics.hpp"

/// How each keyed operation of the ledger meets its key: the same request again answers with what
/// the first one did.
namespace lad::ledger {

/// A key, and what is asked under it.
struct KeyedRequest {
  Uuid tenant_id;
  std::string idempotency_key;
  crypto::Digest fingerprint;
};

/// The posting that answered this request before; throws idempotency_conflict (LD101) when the key
/// has posted something else. What was seen is on disk before anybody is told.
inline std::optional<Known> find_posted(const KeyedRequest& request) {
  auto known = store::find(request.tenant_id, request.idempotency_key);
  if (!known) return std::nullopt;
  if (known->request_hash != request.fingerprint)
    pg::settle_refusal(ErrorCode::idempotency_conflict);
  require_same(*known, request.fingerprint);
  pg::count(pg::Counter::replays);
  pg::flush_visible_commits();
  return known;
}

/// Lock, decide, write. `attempt` does it and returns false when the unique index says that the key
/// has posted meanwhile. The key is looked up whenever the attempt wrote nothing: while it waited
/// for the lock, another session may have posted this very request. Returns that posting, or
/// nothing when the attempt wrote its own.
template <class Attempt>
std::optional<Known> write_or_find(const KeyedRequest& request, Attempt&& attempt) {
  bool wrote = false;
  const auto refusal = pg::refusal_of([&] { wrote = attempt(); });
  if (wrote) {
    pg::count(pg::Counter::posts);
    return std::nullopt;
  }
  if (auto known = find_posted(request)) return known;
  if (!refusal) throw Error{ErrorCode::internal, "a posting with this key vanished"};
  pg::settle_refusal(refusal->code());
  throw *refusal;
}

/// The same, after a look at the key: a replay takes no lock.
template <class Attempt>
std::optional<Known> once(const KeyedRequest& request, Attempt&& attempt) {
  if (auto known = find_posted(request)) return known;
  return write_or_find(request, std::forward<Attempt>(attempt));
}

/// The answer of a replay, with what is available now. Inside with_spi.
inline Posting replayed(const Known& known) {
  Posting posting = known.posting;
  posting.available = wallet::available(store::read_wallet(posting.wallet_id));
  return posting;
}

}  // namespace lad::ledger
