#include "ledger/verify.hpp"

namespace lad::ledger {

void ChainVerifier::report(std::int64_t seq, std::string what, std::string detail) {
  problems_.push_back({seq, std::move(what), std::move(detail)});
}

void ChainVerifier::next(const Entry& entry) {
  if (entry.seq != at_.seq + 1) {
    report(entry.seq, "sequence",
           "Row " + std::to_string(entry.seq) + " follows row " + std::to_string(at_.seq) + ".");
  }
  if (entry.balance_before != at_.balance) {
    report(entry.seq, "balance",
           "balance_before is " + entry.balance_before.to_string() +
               ", the previous balance_after is " + at_.balance.to_string() + ".");
  }
  if (entry.balance_before + entry.amount != entry.balance_after) {
    report(entry.seq, "arithmetic", "balance_before plus amount is not balance_after.");
  }
  if (entry.prev_hash != at_.hash) {
    report(entry.seq, "chain", "prev_hash is not the hash of the previous row.");
  }
  if (row_hash(entry) != entry.row_hash) {
    report(entry.seq, "hash", "The row does not match its hash: it was changed after posting.");
  }
  at_ = {entry.seq, entry.row_hash, entry.balance_after, at_.reserved + entry.reserved_delta};
  sum_ += entry.amount;
}

void ChainVerifier::finish(const WalletHead& head) {
  const ChainPoint& claimed = head.point;
  if (claimed.seq != at_.seq || claimed.hash != at_.hash) {
    report(0, "head",
           "The wallet stands at row " + std::to_string(claimed.seq) + ", the ledger ends at row " +
               std::to_string(at_.seq) + (claimed.seq == at_.seq ? ", with another hash." : "."));
  }
  if (claimed.balance != at_.balance || claimed.balance != sum_) {
    report(0, "balance",
           "current_balance is " + claimed.balance.to_string() + ", the newest balance_after is " +
               at_.balance.to_string() + ", the amounts sum to " + sum_.to_string() + ".");
  }
  if (claimed.reserved != head.open_holds || claimed.reserved != at_.reserved) {
    report(0, "reserved",
           "reserved_balance is " + claimed.reserved.to_string() + ", the open holds sum to " +
               head.open_holds.to_string() + ", the ledger reserves " + at_.reserved.to_string() +
               ".");
  }
}

void ChainVerifier::require_point(const ChainPoint& point,
                                  const std::optional<crypto::Digest>& row_hash) {
  if (row_hash && *row_hash == point.hash) return;
  report(point.seq, "checkpoint",
         row_hash ? "The row has another hash than the checkpoint says: the chain was replaced."
                  : "The row of the checkpoint is gone: the chain was cut.");
}

}  // namespace lad::ledger
