#include "ledger/grants.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "expect_error.hpp"
#include "ledger/holds.hpp"

namespace lad::ledger {
namespace {

using test::code_of;

Decimal money(const char* text) {
  return Decimal::parse(text);
}

Uuid number(int n) {
  Uuid id;
  id.bytes[14] = static_cast<std::uint8_t>(n / 256);
  id.bytes[15] = static_cast<std::uint8_t>(n);
  return id;
}

Grant granted(int id, const char* amount, int priority = 50,
              std::optional<std::int64_t> expires_at_us = {}) {
  return {.id = number(id),
          .wallet_id = number(200),
          .transaction_id = number(id),
          .source = "grant",
          .amount = money(amount),
          .remaining = money(amount),
          .priority = priority,
          .expires_at_us = expires_at_us,
          .created_at_us = id};
}

wallet::Wallet wallet_with(const char* current) {
  wallet::Wallet wallet;
  wallet.id = number(200);
  wallet.current = money(current);
  wallet.currency = "CREDIT";
  return wallet;
}

int next_row = 1000;

Circumstances at(std::int64_t us) {
  Circumstances now;
  now.now_us = us;
  now.id = number(++next_row);
  return now;
}

Entry moved(wallet::Wallet& wallet, const char* amount, std::int64_t us = 10,
            const char* reserved_delta = "0", std::optional<Uuid> reverses = {}) {
  Draft draft{.type = "debit",
              .amount = money(amount),
              .reserved_delta = money(reserved_delta),
              .counter_account = "revenue",
              .idempotency_key = "k"};
  draft.reverses_id = reverses;
  return append(wallet, draft, at(us));
}

/// "id amount" of each burn.
std::string burnt(const GrantBook& book) {
  std::string text;
  for (const Burn& burn : book.burns()) {
    text += (text.empty() ? "" : ", ") + std::to_string(burn.grant_id.bytes[15]) + ":" +
            burn.amount.to_string();
  }
  return text;
}

TEST(Grants, AreSpentByPriorityThenExpiryThenAge) {
  GrantBook book;
  book.add(granted(1, "1", 50));
  book.add(granted(2, "1", 50, 900));
  book.add(granted(3, "1", 50, 800));
  book.add(granted(4, "1", 10));
  book.add(granted(5, "1", 50));
  book.add(granted(6, "1", -3, 990));
  wallet::Wallet wallet = wallet_with("7");
  book.spend(moved(wallet, "-5.5"));
  EXPECT_EQ(burnt(book), "6:1.000000, 4:1.000000, 3:1.000000, 2:1.000000, 1:1.000000, 5:0.500000");
  EXPECT_EQ(book.remaining(), money("0.5"));
}

TEST(Grants, OtherMoneyIsSpentLast) {
  GrantBook book;
  book.add(granted(1, "3"));
  wallet::Wallet wallet = wallet_with("10");
  book.spend(moved(wallet, "-8"));
  EXPECT_EQ(burnt(book), "1:3.000000");
  EXPECT_TRUE(book.remaining().is_zero());
}

TEST(Grants, ExpireAtTheInstantAndNotBefore) {
  GrantBook book;
  book.add(granted(1, "3", 50, 100));
  wallet::Wallet wallet = wallet_with("10");
  EXPECT_FALSE(book.expire_next(wallet, at(99), true));
  const auto row = book.expire_next(wallet, at(100), true);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->type, "expiry");
  EXPECT_EQ(row->amount, money("-3"));
  EXPECT_EQ(row->counter_account, "expired");
  EXPECT_EQ(row->effective_at_us, 100);
  EXPECT_EQ(row->idempotency_key, "expire:" + number(1).to_string() + ":1");
  EXPECT_EQ(wallet.current, money("7"));
  EXPECT_FALSE(book.expire_next(wallet, at(100), true));
  EXPECT_EQ(code_of([&] { require_unreserved_key(row->idempotency_key); }), "invalid_argument");
}

TEST(Grants, AnOpenHoldKeepsExpiredCreditsForItsCapture) {
  GrantBook book;
  book.add(granted(1, "5", 50, 100));
  book.add(granted(2, "5", 10));
  wallet::Wallet wallet = wallet_with("20");
  wallet.reserved = money("3");
  const auto row = book.expire_next(wallet, at(100), true);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->amount, money("-2"));
  EXPECT_FALSE(book.expire_next(wallet, at(100), true));
  EXPECT_EQ(wallet::available(wallet), money("15"));
  // Another debit does not touch what the hold counts on; the capture takes it first.
  book.spend(moved(wallet, "-6", 110));
  book.spend(moved(wallet, "-2.5", 120, "-3"));
  EXPECT_EQ(burnt(book), "1:2.000000, 2:5.000000, 1:2.500000");
  EXPECT_EQ(book.expire_next(wallet, at(120), false)->amount, money("-0.5"));
  EXPECT_TRUE(book.remaining().is_zero());
  EXPECT_EQ(wallet.current, money("9"));
}

TEST(Grants, PartOfAReversalGivesBackWhatMovedLast) {
  // 10 moved, 6 of it by grants: the other 4 go back first.
  EXPECT_TRUE(granted_part(money("10"), money("6"), {}, money("4")).is_zero());
  EXPECT_EQ(granted_part(money("10"), money("6"), {}, money("5")), money("1"));
  EXPECT_EQ(granted_part(money("10"), money("6"), money("5"), money("2")), money("2"));
  EXPECT_EQ(granted_part(money("10"), money("6"), {}, money("10")), money("6"));
  EXPECT_TRUE(granted_part(money("10"), {}, {}, money("10")).is_zero());
}

TEST(Grants, AReversalRestoresTheLastSpentFirst) {
  GrantBook book;
  wallet::Wallet wallet = wallet_with("0");
  Grant first = granted(1, "2", 10);
  Grant second = granted(2, "4", 20);
  first.remaining = second.remaining = {};
  const Entry reversal = moved(wallet, "5", 10, "0", number(7));
  book.restore(reversal, {{first, money("2"), money("2")}, {second, money("4"), money("4")}},
               money("5"));
  EXPECT_EQ(burnt(book), "2:-4.000000, 1:-1.000000");
  EXPECT_EQ(book.remaining(), money("5"));
}

TEST(Grants, WhatTheBalanceOwesIsPaidFirst) {
  GrantBook book;
  wallet::Wallet wallet = wallet_with("-4");
  const Entry credit = moved(wallet, "10");
  book.give(granted(1, "10"), credit);
  EXPECT_EQ(book.remaining(), money("6"));
  // A restored grant pays too.
  wallet.current = money("-7");
  GrantBook other;
  Grant spent = granted(2, "5");
  spent.remaining = {};
  other.restore(moved(wallet, "5", 10, "0", number(7)), {{spent, money("5"), money("5")}},
                money("5"));
  EXPECT_TRUE(other.remaining().is_zero());
  EXPECT_TRUE(other.burns().empty());
}

TEST(Grants, AReversedGrantIsTakenBackAndThenOtherMoney) {
  GrantBook book;
  book.add(granted(1, "10", 99));
  book.add(granted(2, "4", 1));
  wallet::Wallet wallet = wallet_with("20");
  Entry reversal = moved(wallet, "-10", 10, "0", number(1));
  book.take_back(reversal, money("10"));
  EXPECT_EQ(burnt(book), "1:10.000000");
  // A payment charged back takes other money first, and grants only for the rest.
  reversal = moved(wallet, "-8", 11, "0", number(9));
  book.take_back(reversal, {});
  EXPECT_EQ(book.remaining(), money("2"));
}

TEST(Grants, RefuseBadRequests) {
  const auto asked = [](const char* amount, std::optional<std::int64_t> effective,
                        std::optional<std::int64_t> expires) {
    return GrantRequest{number(200), money(amount), "g", 50, effective, expires};
  };
  const auto validity = [](const GrantRequest& request) {
    return code_of([&] { require_valid(request, 1000); });
  };
  EXPECT_EQ(validity(asked("1", 1000, 1001)), "no error");
  EXPECT_EQ(validity(asked("0", {}, {})), "invalid_argument");
  EXPECT_EQ(validity(asked("1", 1001, {})), "invalid_argument");
  EXPECT_EQ(validity(asked("1", 900, 900)), "invalid_argument");
  wallet::Wallet wallet = wallet_with("0");
  EXPECT_EQ(code_of([&] { grant(asked("1", {}, 1000), wallet, at(1000)); }), "invalid_argument");
  const GrantMade made = grant(asked("1", {}, 1001), wallet, at(1000));
  EXPECT_EQ(made.grant.id, made.entry.id);
  EXPECT_EQ(wallet.current, money("1"));
  wallet.status = wallet::Status::closed;
  EXPECT_EQ(code_of([&] { grant(asked("1", {}, {}), wallet, at(1000)); }), "wallet_not_active");
  EXPECT_NE(fingerprint(asked("1", {}, {})), fingerprint(asked("1", 5, {})));
  EXPECT_NE(fingerprint(asked("1", 5, {})), fingerprint(asked("1", {}, 5)));
}

/// One wallet under random rows; after each the invariants that lad.verify_ledger checks.
class RandomWallet {
 public:
  explicit RandomWallet(unsigned seed) : random_(seed), wallet_(wallet_with("0")) {
    wallet_.credit_limit = money("30");
  }

  void step(int time) {
    const Circumstances now = at(time);
    expire(time);
    const Decimal amount = Decimal::from_native(1 + static_cast<int>(random_() % 20'000'000));
    switch (random_() % 6) {
      case 0: {
        Grant grant = granted(static_cast<int>(++count_ % 250), "1", int(random_() % 3),
                              time + 1 + static_cast<std::int64_t>(random_() % 40));
        grant.id = now.id;
        grant.amount = grant.remaining = amount;
        const Entry entry = append(wallet_, draft("credit", amount), now);
        amounts_[grant.id] = amount;
        book_.give(grant, entry);
        break;
      }
      case 1:
        append(wallet_, draft("topup", amount), now);
        break;
      case 2:
        if (amount <= wallet::available(wallet_)) {
          append(wallet_, draft("reservation", {}, amount), now);
          holds_.push_back(amount);
        }
        break;
      case 3:
        if (!holds_.empty()) {
          const Decimal held = holds_.back();
          holds_.pop_back();
          book_.spend(append(wallet_, draft("debit", -std::min(held, amount), -held), now));
        }
        break;
      case 4:
        if (!holds_.empty()) {
          append(wallet_, draft("release", {}, -holds_.back()), now);
          holds_.pop_back();
        }
        break;
      default:
        if (amount <= wallet::available(wallet_)) {
          book_.spend(append(wallet_, draft("debit", -amount), now));
        }
    }
    expire(time);
    check(time);
  }

 private:
  static Draft draft(std::string_view type, Decimal amount, Decimal reserved_delta = {}) {
    return {.type = type,
            .amount = amount,
            .reserved_delta = reserved_delta,
            .counter_account = "x",
            .idempotency_key = "k"};
  }

  void expire(int time) {
    while (book_.expire_next(wallet_, at(time), false)) {
    }
  }

  void check(int time) const {
    std::map<Uuid, Decimal> spent;
    for (const Burn& burn : book_.burns()) spent[burn.grant_id] += burn.amount;
    Decimal sum;
    for (const Grant& grant : book_.grants()) {
      const auto burns = spent.find(grant.id);
      const Decimal gone = burns == spent.end() ? Decimal{} : burns->second;
      EXPECT_EQ(grant.remaining, amounts_.at(grant.id) - gone);
      EXPECT_FALSE(grant.remaining.is_negative());
      sum += grant.remaining;
    }
    EXPECT_EQ(book_.remaining(), sum);
    EXPECT_LE(sum, std::max(wallet_.current, Decimal{}));
    EXPECT_FALSE(wallet::available(wallet_).is_negative());
    EXPECT_TRUE(lapsed(book_.expired(time), wallet_.reserved).is_zero());
  }

  std::mt19937 random_;
  wallet::Wallet wallet_;
  GrantBook book_;
  std::map<Uuid, Decimal> amounts_;
  std::vector<Decimal> holds_;
  int count_ = 0;
};

TEST(Grants, InvariantsHoldUnderRandomRows) {
  for (unsigned seed = 1; seed <= 60 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    RandomWallet wallet{seed};
    for (int time = 1; time <= 200; ++time) wallet.step(time);
  }
}

}  // namespace
}  // namespace lad::ledger
