#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "history.hpp"

/// The rules of the ledger a second time, in plain C++ and without its sources: replays what is
/// committed, wallet by wallet in order of seq, and says what should not be there.
namespace oracle {

struct Problems {
  std::vector<std::string> lines;
  std::size_t lost = 0;   ///< acknowledged, and not there
  std::size_t twice = 0;  ///< keys that posted more than once
  void add(std::string line) { lines.push_back(std::move(line)); }
};

/// A wallet after one of its rows.
struct State {
  Money balance = 0;
  Money reserved = 0;
  Money available = 0;
  std::int64_t since_us = 0;
};

struct ModelHold {
  Money amount = 0;
  Money captured = 0;
  std::string status = "open";
  std::int64_t expires_us = 0;
  std::int64_t opened_seq = 0;
  std::int64_t closed_seq = 0;  ///< 0: open
  std::int64_t closed_us = 0;
};

struct ModelWallet {
  const WalletRow* row = nullptr;
  std::vector<State> states{State{}};  ///< by seq, from 0
  std::vector<const HoldRow*> holds;
};

class Model {
 public:
  explicit Model(const History& history);

  /// Replays, then compares with the wallets, holds and accounts that the server stores.
  void replay(Problems& problems);

  const LedgerRow* row_by_key(const std::string& key) const;
  const LedgerRow* row_by_id(const std::string& id) const;
  const HoldRow* hold_row_by_key(const std::string& key) const;
  const ModelHold& hold(const std::string& id) const { return holds_.at(id); }
  const ModelWallet& wallet(const std::string& id) const { return wallets_.at(id); }
  const State& after(const LedgerRow& row) const;
  Money reversed(const std::string& id) const;

 private:
  void apply(const LedgerRow& row, Problems& problems);
  void apply_hold(const LedgerRow& row, Problems& problems);
  void close_hold(const LedgerRow& row, Problems& problems);
  void require_type(const LedgerRow& row, Problems& problems) const;
  void reverse(const LedgerRow& row, Problems& problems);
  void require_counterpart(const LedgerRow& row, Problems& problems) const;
  void compare_wallets(Problems& problems) const;
  void compare_holds(Problems& problems) const;
  void compare_accounts(Problems& problems) const;

  const History& history_;
  std::map<std::string, ModelWallet> wallets_;
  std::unordered_map<std::string, ModelHold> holds_;
  std::unordered_map<std::string, const HoldRow*> hold_rows_;
  std::unordered_map<std::string, const HoldRow*> hold_rows_by_key_;
  std::unordered_map<std::string, const LedgerRow*> by_key_;
  std::unordered_map<std::string, const LedgerRow*> by_id_;
  std::unordered_map<std::string, Money> reversed_;
};

}  // namespace oracle
