#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/decimal.hpp"
#include "core/uuid.hpp"
#include "ledger/entry.hpp"

/// The invariants of one wallet, checked row by row.
namespace lad::ledger {

/// A point of a wallet's chain; zeros before the first row.
struct ChainPoint {
  std::int64_t seq = 0;
  crypto::Digest hash{};
  Decimal balance;
  Decimal reserved;
};

/// What the wallet's own row claims about its ledger.
struct WalletHead {
  Uuid tenant_id;
  Uuid wallet_id;
  ChainPoint point;
  Decimal open_holds;
  std::optional<ChainPoint> checkpoint = {};  ///< the newest that was stored
};

struct Problem {
  std::int64_t seq = 0;  ///< 0: the wallet itself
  std::string what;  ///< sequence, arithmetic, balance, chain, hash, head, reserved, checkpoint,
                     ///< grant, granted
  std::string detail;
};

/// Feed it a wallet's rows in order of seq, from the row after `start`, then finish with the
/// wallet's head. After a broken row it goes on from that row, so one fault is reported once.
class ChainVerifier {
 public:
  explicit ChainVerifier(const ChainPoint& start = {}) : at_(start), sum_(start.balance) {}

  void next(const Entry& entry);
  void finish(const WalletHead& head);

  /// The row that a checkpoint names, as it is now; nothing when it is gone.
  void require_point(const ChainPoint& point, const std::optional<crypto::Digest>& row_hash);

  const std::vector<Problem>& problems() const { return problems_; }

 private:
  void report(std::int64_t seq, std::string what, std::string detail);

  ChainPoint at_;
  Decimal sum_;
  std::vector<Problem> problems_;
};

}  // namespace lad::ledger
