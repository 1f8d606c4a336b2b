#include "ledger/batch.hpp"

namespace lad::ledger {

void require_same(const Known& known, const crypto::Digest& request_hash) {
  if (known.request_hash == request_hash) return;
  throw Error{ErrorCode::idempotency_conflict, "idempotency key was used for another request",
              "The key posted something else before, and a key posts once for ever."};
}

Posting BatchJudge::post(const Request& request, const Circumstances& now) {
  const auto known = known_.find(request.idempotency_key);
  if (known != known_.end()) {
    require_same(known->second, fingerprint(request));
    Posting posting = known->second.posting;
    posting.available = wallet::available(wallet_of(posting.wallet_id));
    posting.replayed = true;
    return posting;
  }
  wallet::Wallet& wallet = wallet_of(request.wallet_id);
  entries_.push_back(decide(request, wallet, now));
  const Entry& entry = entries_.back();
  const Posting posting = to_posting(entry, wallet);
  known_.emplace(request.idempotency_key, Known{posting, entry.request_hash});
  return posting;
}

wallet::Wallet& BatchJudge::wallet_of(const Uuid& wallet_id) {
  const auto found = wallets_.find(wallet_id);
  if (found == wallets_.end()) throw Error{ErrorCode::wallet_not_found, "wallet not found"};
  return found->second;
}

Error numbered(const Error& refusal, std::size_t item) {
  return {refusal.code(), "item " + std::to_string(item) + ": " + refusal.message(),
          refusal.detail(), refusal.hint()};
}

}  // namespace lad::ledger
