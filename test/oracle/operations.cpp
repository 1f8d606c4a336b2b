#include "operations.hpp"

#include <algorithm>
#include <random>

namespace oracle {

/// Numbers that depend on the seed and the place alone, on every machine.
class Operations::Dice {
 public:
  Dice(std::uint64_t seed, std::uint64_t session, std::uint64_t index, std::uint64_t purpose) {
    std::seed_seq sequence{seed, seed >> 32, session, index, index >> 32, purpose};
    engine_.seed(sequence);
  }
  std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
  bool percent(std::uint64_t share) { return below(100) < share; }
  /// Up to 200 with six decimals, one in ten whole, one in twenty more than most wallets have.
  Money amount() {
    if (percent(10)) return static_cast<Money>(1 + below(50)) * 1'000'000;
    if (percent(5)) return static_cast<Money>(1 + below(20'000'000'000));
    return static_cast<Money>(1 + below(200'000'000));
  }

 private:
  std::mt19937_64 engine_;
};

namespace {

constexpr std::uint64_t kWindow = 40;
constexpr Money kMostGiven = 150'000'000;
constexpr std::size_t kBatchWallets = 10;

std::string quoted(const std::string& text) {
  return "'" + text + "'";
}

std::string amount_or_null(const std::optional<Money>& amount) {
  return amount ? print_money(*amount) : "NULL";
}

std::string call_of(const Operation& operation, const std::vector<std::string>& wallets) {
  const std::string key = quoted(operation.key);
  const std::string amount = amount_or_null(operation.amount);
  const std::string hold = "(SELECT id FROM lad_data.billing_holds WHERE idempotency_key = " +
                           quoted(operation.target_key) + ")";
  switch (operation.kind) {
    case Kind::post: {
      const Post& post = operation.posts.front();
      const std::string name = post.type == "adjustment" ? "adjust" : post.type;
      return "lad." + name + "(" + quoted(wallets.at(post.wallet)) + ", " +
             print_money(post.amount) + ", " + key + ")";
    }
    case Kind::transfer:
      return "lad.transfer(" + quoted(wallets.at(operation.wallet)) + ", " +
             quoted(wallets.at(operation.other)) + ", " + amount + ", " + key + ")";
    case Kind::reserve:
      return "lad.reserve(" + quoted(wallets.at(operation.wallet)) + ", " + amount + ", " + key +
             ", " + (operation.expires_soon ? "'200 ms'" : "'15 minutes'") + ")";
    case Kind::capture:
      return "lad.capture(" + hold + ", " + amount + ", " + key + ")";
    case Kind::release:
      return "lad.release(" + hold + ", " + key + ")";
    case Kind::reverse:
      return "lad.reverse((SELECT id FROM lad_data.billing_ledger_transactions"
             " WHERE idempotency_key = " +
             quoted(operation.target_key) + "), " + key + ", " + amount + ")";
    case Kind::batch:
      break;
  }
  std::string items;
  for (const Post& post : operation.posts) {
    items += (items.empty() ? "ROW(" : ", ROW(") + quoted(wallets.at(post.wallet)) + ", " +
             quoted(post.type) + ", " + print_money(post.amount) + ", " + quoted(post.key) +
             ", NULL, NULL, NULL, NULL, NULL, NULL)::lad.posting_request";
  }
  return "lad.post_batch(ARRAY[" + items + "], " + (operation.atomic ? "true" : "false") + ")";
}

}  // namespace

const char* to_string(Kind kind) {
  switch (kind) {
    case Kind::post:
      return "post";
    case Kind::transfer:
      return "transfer";
    case Kind::reserve:
      return "reserve";
    case Kind::capture:
      return "capture";
    case Kind::release:
      return "release";
    case Kind::reverse:
      return "reverse";
    case Kind::batch:
      break;
  }
  return "batch";
}

std::string statement_of(const Operation& operation, const std::vector<std::string>& wallets) {
  const bool is_hold = operation.kind == Kind::reserve || operation.kind == Kind::release;
  const std::string created = "(extract(epoch FROM created_at) * 1000000)::bigint";
  const std::string columns =
      is_hold
          ? "hold_id, wallet_id, NULL, status, amount, NULL, NULL, available, " + created +
                ", replayed, NULL"
          : "transaction_id, wallet_id, seq, transaction_type, amount, balance_before, "
            "balance_after, available, " +
                created + ", replayed, " + (operation.kind == Kind::batch ? "sqlstate" : "NULL");
  return "SELECT " + columns + " FROM " + call_of(operation, wallets);
}

/// Debits ask for more than the rest brings in, so that wallets are often short.
Post Operations::post(Dice& dice, const std::string& key) const {
  Post post{.wallet = dice.below(wallets_), .type = "debit", .amount = dice.amount(), .key = key};
  const std::uint64_t roll = dice.below(100);
  if (roll < 25) post.type = "topup";
  if (roll >= 25 && roll < 35) post.type = "credit";
  if (roll >= 35 && roll < 45) post.type = "adjustment";
  if (post.type == "adjustment" && dice.percent(50)) post.amount = -post.amount;
  const bool gives = post.type != "debit" && post.amount > 0;
  if (gives && post.amount > kMostGiven) post.amount = kMostGiven;
  return post;
}

/// Ten wallets in random order, or fewer where one comes twice; now and then a key comes twice too.
Operation Operations::batch(Dice& dice, const std::string& key) const {
  Operation operation{.kind = Kind::batch, .key = key};
  operation.atomic = dice.percent(30);
  for (std::size_t i = 0; i < kBatchWallets; ++i) {
    Post item = post(dice, key + "." + std::to_string(i));
    // Else hardly any atomic batch would find funds for all of its debits.
    if (operation.atomic) item.amount = item.amount / 1000 + (item.amount < 0 ? -1 : 1);
    operation.posts.push_back(item);
  }
  if (dice.percent(10)) operation.posts.back() = operation.posts.front();
  return operation;
}

bool Operations::is_fresh(std::size_t session, std::uint64_t index) const {
  return !Dice{seed_, session, index, 0}.percent(12);
}

Operation Operations::at(std::size_t session, std::uint64_t index) const {
  Dice dice{seed_, session, index, 0};
  if (!dice.percent(12)) return fresh(session, index);
  return repeated(session, index, dice.percent(25));
}

/// The same keys in opposite order, for other wallets.
Operation Operations::rearranged(Operation operation) const {
  std::reverse(operation.posts.begin(), operation.posts.end());
  for (Post& post : operation.posts) post.wallet = (post.wallet + 1) % wallets_;
  return operation;
}

/// What some session does at about the same time, under the same key.
Operation Operations::repeated(std::size_t session, std::uint64_t index, bool changed) const {
  Dice dice{seed_, session, index, 1};
  for (int i = 0; i < 20; ++i) {
    const std::size_t by = dice.below(sessions_);
    const std::uint64_t back = dice.below(8);
    if (back > index || !is_fresh(by, index - back)) continue;
    Operation operation = fresh(by, index - back);
    if (!changed) return operation;
    if (operation.kind == Kind::batch) return rearranged(std::move(operation));
    if (operation.kind != Kind::post) continue;
    operation.posts.front().amount += operation.posts.front().amount < 0 ? -1 : 1;
    return operation;
  }
  return fresh(session, index);
}

/// A recent operation that made a hold, or a posting.
std::optional<Operation> Operations::earlier(Dice& dice, std::uint64_t index, bool hold) const {
  for (int i = 0; i < 60; ++i) {
    const std::size_t by = dice.below(sessions_);
    const std::uint64_t back = 1 + dice.below(kWindow);
    if (back > index || !is_fresh(by, index - back)) continue;
    Dice other{seed_, by, index - back, 2};
    // Only its kind is wanted yet: operations refer to others, those again, and so on.
    const std::uint64_t roll = other.below(100);
    const bool is_batch = other.percent(batch_percent_);
    if (hold ? !is_batch && roll >= 45 && roll < 65 : is_batch || roll < 45 || roll >= 90) {
      return fresh(by, index - back);
    }
  }
  return std::nullopt;
}

Operation Operations::on_hold(Dice& dice, Operation operation, std::uint64_t index) const {
  const auto hold = earlier(dice, index, true);
  if (!hold) return operation;
  operation.target_key = hold->key;
  if (operation.kind == Kind::release || dice.percent(40)) return operation;
  // Sometimes more than the hold.
  operation.amount = 1 + *hold->amount * static_cast<Money>(dice.below(105)) / 100;
  return operation;
}

Operation Operations::reversal(Dice& dice, Operation operation, std::uint64_t index) const {
  const auto target = earlier(dice, index, false);
  if (!target) return operation;
  operation.target_key = target->key;
  if (target->kind == Kind::batch) {
    operation.target_key = target->posts[dice.below(target->posts.size())].key;
  }
  if (dice.percent(60)) operation.amount = 1 + dice.amount() / 4;
  return operation;
}

Operation Operations::fresh(std::size_t session, std::uint64_t index) const {
  Dice dice{seed_, session, index, 2};
  const std::uint64_t roll = dice.below(100);
  const std::string key =
      "k" + std::to_string(seed_) + "." + std::to_string(session) + "." + std::to_string(index);
  if (dice.percent(batch_percent_)) return batch(dice, key);
  Operation operation{.key = key};
  if (roll < 30 || roll >= 90) {
    operation.posts.push_back(post(dice, key));
    return operation;
  }
  operation.wallet = dice.below(wallets_);
  if (roll < 45) {
    operation.kind = Kind::transfer;
    operation.other = (operation.wallet + 1 + dice.below(wallets_ - 1)) % wallets_;
    operation.amount = dice.amount();
    return operation;
  }
  if (roll < 65) {
    operation.kind = Kind::reserve;
    operation.amount = dice.amount() / 4 + 1;
    operation.expires_soon = dice.percent(25);
    return operation;
  }
  operation.kind = roll < 75 ? Kind::capture : roll < 80 ? Kind::release : Kind::reverse;
  if (operation.kind == Kind::reverse) return reversal(dice, std::move(operation), index);
  return on_hold(dice, std::move(operation), index);
}

}  // namespace oracle
