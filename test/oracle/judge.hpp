#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "model.hpp"
#include "operations.hpp"
#include "record.hpp"

/// What sessions were told against what is committed: every success is a row that says the same,
/// posted once; every refusal was possible at some moment of its call.
namespace oracle {

class Judge {
 public:
  Judge(const Model& model, std::vector<std::string> wallets, Problems& problems)
      : model_(model), wallets_(std::move(wallets)), problems_(problems) {}

  void judge(const Record& record);

  /// Every committed row was acknowledged: holds when all sessions ended with an answer. Keys that
  /// start with `open.` belong to whoever set the test up.
  void require_complete(const History& history);

  /// How often each kind of operation was answered how, such as "post ok" or "reserve LD201".
  const std::map<std::string, std::size_t>& outcomes() const { return outcomes_; }
  std::size_t acknowledged() const { return claims_.size(); }

 private:
  /// Who said that a key has posted.
  struct Claim {
    int posted = 0;  ///< answers without `replayed`
    bool retried = false;
    std::int64_t first_us = 0;
  };
  struct Expected {
    std::string key;
    std::string wallet;
    std::string type;
    std::optional<Money> amount;  ///< signed, as the row has it
  };

  void note_claims(const Operation& operation, const Answered& answered);
  void judge_one(const Operation& operation, const Answered& answered);
  void judge_success(const Operation& operation, const Answered& answered);
  void judge_row(const Expected& expected, const Answered& answered, const Answer& answer);
  void judge_hold(const Operation& operation, const Answer& answer);
  bool is_refusal_right(const Operation& operation, const Answered& answered);
  bool was_short(const std::string& wallet, Money amount, const Answered& answered) const;
  bool is_conflict(const Post& post) const;
  bool is_reversed(const Operation& operation) const;
  bool is_hold_closed(const Operation& operation, const Answered& answered) const;
  bool was_missing(const Operation& operation, const Answered& answered) const;
  std::vector<Expected> expected_rows(const Operation& operation) const;
  void add(const Operation& operation, const Answered& answered, const std::string& what);

  const Model& model_;
  std::vector<std::string> wallets_;
  Problems& problems_;
  std::unordered_map<std::string, Claim> claims_;
  std::map<std::string, std::size_t> outcomes_;
};

}  // namespace oracle
