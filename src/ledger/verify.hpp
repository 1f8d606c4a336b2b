#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/decimal.hpp"
#include "core/uuid.hpp"
#include "ledger/ledger.hpp"

/// The invariants of one wallet, checked row by row.
namespace lad::ledger {

/// What the wallet's own row claims about its ledger.
struct WalletHead {
  Uuid tenant_id;
  Uuid wallet_id;
  Decimal current;
  Decimal reserved;
  Decimal open_holds;
  std::int64_t last_seq = 0;
  crypto::Digest last_hash{};
};

struct Problem {
  std::int64_t seq = 0;  ///< 0: the wallet itself
  std::string what;      ///< sequence, arithmetic, balance, chain, hash, head, reserved
  std::string detail;
};

/// Feed it a wallet's rows in order of seq, then finish with the wallet's head. After a broken
/// row it goes on from that row, so one fault is reported once.
class ChainVerifier {
 public:
  void next(const Entry& entry);
  void finish(const WalletHead& head);
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  void report(std::int64_t seq, std::string what, std::string detail);

  std::int64_t seq_ = 0;
  Decimal balance_;
  Decimal sum_;
  crypto::Digest hash_{};
  std::vector<Problem> problems_;
};

}  // namespace lad::ledger
