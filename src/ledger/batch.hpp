#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/posting.hpp"
#include "ledger/ledger.hpp"

/// Batches: many requests judged in order against wallets that are locked together.
namespace lad::ledger {

/// A posting found by its key, with the fingerprint of the request it answered. What is available
/// now is not its business.
struct Known {
  Posting posting;
  crypto::Digest request_hash;
};

/// Throws idempotency_conflict (LD101) unless the posting answered this very request.
void require_same(const Known& known, const crypto::Digest& request_hash);

using Wallets = std::map<Uuid, wallet::Wallet>;

/// Judges requests one after the other. A key posts once in a batch too; a refused request leaves
/// no trace and does not burn its key.
class BatchJudge {
 public:
  /// `known`: postings of the items' keys. `wallets`: those of the items that exist, under their
  /// locks; they stand at the last row afterwards.
  BatchJudge(std::map<std::string, Known> known, Wallets& wallets)
      : known_(std::move(known)), wallets_(wallets) {}

  /// Throws what decide throws, wallet_not_found (LD205), idempotency_conflict (LD101).
  Posting post(const Request& request, const Circumstances& now);

  /// The rows to write, in the order of the items.
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  wallet::Wallet& wallet_of(const Uuid& wallet_id);

  std::map<std::string, Known> known_;
  Wallets& wallets_;
  std::vector<Entry> entries_;
};

/// The refusal with the 1-based number of its item in front of the message.
Error numbered(const Error& refusal, std::size_t item);

}  // namespace lad::ledger
