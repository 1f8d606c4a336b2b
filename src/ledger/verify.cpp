#include "ledger/verify.hpp"

namespace lad::ledger {

void ChainVerifier::report(std::int64_t seq, std::string what, std::string detail) {
  problems_.push_back({seq, std::move(what), std::move(detail)});
}

void ChainVerifier::next(const Entry& entry) {
  if (entry.seq != seq_ + 1) {
    report(entry.seq, "sequence",
           "Row " + std::to_string(entry.seq) + " follows row " + std::to_string(seq_) + ".");
  }
  if (entry.balance_before != balance_) {
    report(entry.seq, "balance",
           "balance_before is " + entry.balance_before.to_string() +
               ", the previous balance_after is " + balance_.to_string() + ".");
  }
  if (entry.balance_before + entry.amount != entry.balance_after) {
    report(entry.seq, "arithmetic", "balance_before plus amount is not balance_after.");
  }
  if (entry.prev_hash != hash_) {
    report(entry.seq, "chain", "prev_hash is not the hash of the previous row.");
  }
  if (row_hash(entry) != entry.row_hash) {
    report(entry.seq, "hash", "The row does not match its hash: it was changed after posting.");
  }
  seq_ = entry.seq;
  balance_ = entry.balance_after;
  sum_ += entry.amount;
  hash_ = entry.row_hash;
}

void ChainVerifier::finish(const WalletHead& head) {
  if (head.last_seq != seq_ || head.last_hash != hash_) {
    report(0, "head",
           "The wallet stands at row " + std::to_string(head.last_seq) +
               ", the ledger ends at row " + std::to_string(seq_) +
               (head.last_seq == seq_ ? ", with another hash." : "."));
  }
  if (head.current != balance_ || head.current != sum_) {
    report(0, "balance",
           "current_balance is " + head.current.to_string() + ", the newest balance_after is " +
               balance_.to_string() + ", the amounts sum to " + sum_.to_string() + ".");
  }
  if (head.reserved != head.open_holds) {
    report(0, "reserved",
           "reserved_balance is " + head.reserved.to_string() + ", the open holds sum to " +
               head.open_holds.to_string() + ".");
  }
}

}  // namespace lad::ledger
