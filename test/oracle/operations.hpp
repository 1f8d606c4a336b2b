#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "money.hpp"

/// Random operations on the ledger. Each is a function of seed, session and index alone: a run can
/// be repeated, a retry sends the very same request, and whoever judges a run needs no copy of it.
namespace oracle {

/// One lad.post, alone or in a batch.
struct Post {
  std::size_t wallet = 0;
  std::string type;
  Money amount = 0;  ///< as asked: above zero, signed for an adjustment
  std::string key;
};

enum class Kind { post, transfer, reserve, capture, release, reverse, batch };

const char* to_string(Kind kind);

struct Operation {
  Kind kind = Kind::post;
  std::string key;         ///< all but batch
  std::size_t wallet = 0;  ///< transfer: from; reserve
  std::size_t other = 0;   ///< transfer: to
  std::optional<Money> amount = {};
  std::string target_key = {};  ///< of the hold or posting that is captured, released, reversed
  bool expires_soon = false;
  bool atomic = false;
  std::vector<Post> posts = {};  ///< batch, and the one of post
};

class Operations {
 public:
  /// `batch_percent`: how many of the operations post to ten wallets at once.
  Operations(std::uint64_t seed, std::size_t sessions, std::size_t wallets, int batch_percent)
      : seed_(seed), sessions_(sessions), wallets_(wallets), batch_percent_(batch_percent) {}

  /// The operation that a session does at its turn `index`. Some are another session's again, under
  /// its key, and some of those ask for something else.
  Operation at(std::size_t session, std::uint64_t index) const;

 private:
  class Dice;
  Operation fresh(std::size_t session, std::uint64_t index) const;
  Operation repeated(std::size_t session, std::uint64_t index, bool changed) const;
  Operation rearranged(Operation operation) const;
  Operation batch(Dice& dice, const std::string& key) const;
  Operation on_hold(Dice& dice, Operation operation, std::uint64_t index) const;
  Operation reversal(Dice& dice, Operation operation, std::uint64_t index) const;
  std::optional<Operation> earlier(Dice& dice, std::uint64_t index, bool hold) const;
  Post post(Dice& dice, const std::string& key) const;
  bool is_fresh(std::size_t session, std::uint64_t index) const;

  std::uint64_t seed_;
  std::size_t sessions_;
  std::size_t wallets_;
  int batch_percent_;
};

/// The statement that does it; its columns are those of `Answer` (record.hpp).
std::string statement_of(const Operation& operation, const std::vector<std::string>& wallets);

}  // namespace oracle
