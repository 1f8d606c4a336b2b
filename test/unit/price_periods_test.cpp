#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "expect_error.hpp"
#include "pricing/periods.hpp"
#include "random_values.hpp"

namespace lad::pricing {
namespace {

using test::code_of;
using test::Random;

constexpr Now kNow{50, 60};

Uuid id_of(int number) {
  Uuid id;
  id.bytes[15] = static_cast<std::uint8_t>(number);
  return id;
}

Period period(int id, std::int64_t from, std::optional<std::int64_t> to, bool is_same = false) {
  return {id_of(id), from, to, is_same};
}

TEST(Periods, ANewValueEndsTheOpenOne) {
  const Change first = plan_change({}, {10, {}}, kNow);
  EXPECT_EQ(first.from_us, 10);
  EXPECT_FALSE(first.to_us || first.shortened || first.replaced || first.resumed);
  const Change second = plan_change(std::vector{period(1, 10, {})}, {20, {}}, kNow);
  EXPECT_EQ(second.shortened, id_of(1));
  EXPECT_FALSE(second.to_us || second.replaced || second.resumed);
}

TEST(Periods, ItHoldsUntilThePeriodThatIsSetAlready) {
  const std::vector periods{period(1, 10, 30), period(2, 30, {})};
  const Change between = plan_change(periods, {20, {}}, kNow);
  EXPECT_EQ(between.to_us, 30);
  EXPECT_EQ(between.shortened, id_of(1));
  const Change before = plan_change(periods, {5, {}}, kNow);
  EXPECT_EQ(before.to_us, 10);
  EXPECT_FALSE(before.shortened || before.replaced);
  EXPECT_EQ(code_of([&] { plan_change(periods, {20, 31}, kNow); }), "period_overlap");
  EXPECT_EQ(code_of([&] { plan_change(periods, {20, 20}, kNow); }), "invalid_argument");
}

TEST(Periods, AfterAnEndTheOldValueGoesOn) {
  const Change change = plan_change(std::vector{period(1, 10, {})}, {20, 30}, kNow);
  EXPECT_EQ(change.shortened, id_of(1));
  EXPECT_EQ(change.resumed, id_of(1));
  EXPECT_FALSE(change.resumed_to_us);
  const Change whole = plan_change(std::vector{period(1, 20, 30)}, {20, 30}, kNow);
  EXPECT_EQ(whole.replaced, id_of(1));
  EXPECT_FALSE(whole.resumed);
}

TEST(Periods, ARetryChangesNothing) {
  const std::vector open{period(1, 10, {}, true)};
  EXPECT_EQ(plan_change(open, {10, {}}, kNow).unchanged, id_of(1));
  EXPECT_EQ(plan_change(open, {{}, {}}, kNow).unchanged, id_of(1));
  EXPECT_EQ(plan_change(open, {20, 30}, kNow).unchanged, id_of(1));
  const std::vector ended{period(1, 10, 30, true)};
  EXPECT_EQ(plan_change(ended, {10, 30}, kNow).unchanged, id_of(1));
  EXPECT_FALSE(plan_change(ended, {10, {}}, kNow).unchanged);
}

TEST(Periods, FromNowIsTheTransactionUnlessAnotherHasBegunSince) {
  EXPECT_EQ(plan_change(std::vector{period(1, 10, {})}, {}, kNow).from_us, 50);
  EXPECT_EQ(plan_change(std::vector{period(1, 50, {})}, {}, kNow).replaced, id_of(1));
  const Change later = plan_change(std::vector{period(1, 10, 55), period(2, 55, {})}, {}, kNow);
  EXPECT_EQ(later.from_us, 60);
  EXPECT_EQ(later.shortened, id_of(2));
  const Change planned = plan_change(std::vector{period(1, 10, 70), period(2, 70, {})}, {}, kNow);
  EXPECT_EQ(planned.from_us, 50);
  EXPECT_EQ(planned.to_us, 70);
}

constexpr int kInstants = 12;
using Timeline = std::array<int, kInstants + 1>;  // value at each instant; the last is for ever

struct Held {
  Period period;
  int value;
};

Timeline timeline_of(const std::vector<Held>& held) {
  Timeline timeline{};
  for (const Held& one : held) {
    for (std::int64_t at = one.period.from_us; at < one.period.to_us.value_or(kInstants + 1);
         ++at) {
      EXPECT_EQ(timeline[static_cast<std::size_t>(at)], 0) << "overlap";
      timeline[static_cast<std::size_t>(at)] = one.value;
    }
  }
  return timeline;
}

/// Writes a change as the store does.
void apply(std::vector<Held>& held, const Change& change, int value, int& next_id) {
  if (change.unchanged) return;
  std::optional<Held> resumed;
  for (Held& one : held) {
    if (one.period.id == change.resumed) {
      resumed = Held{period(next_id++, *change.to_us, change.resumed_to_us), one.value};
    }
    if (one.period.id == change.shortened) one.period.to_us = change.from_us;
  }
  std::erase_if(held, [&](const Held& one) { return one.period.id == change.replaced; });
  held.push_back({period(next_id++, change.from_us, change.to_us), value});
  if (resumed) held.push_back(*resumed);
  std::sort(held.begin(), held.end(),
            [](const Held& a, const Held& b) { return a.period.from_us < b.period.from_us; });
}

TEST(Periods, WhateverIsSetHoldsAndNothingElseMoves) {
  Random random(45);
  int refused = 0;
  for (int run = 0; run < 5'000; ++run) {
    std::vector<Held> held;
    int next_id = 1;
    for (int step = 0; step < 8; ++step) {
      const int value = 1 + static_cast<int>(random() % 3);
      Wish wish{static_cast<std::int64_t>(random() % kInstants), std::nullopt};
      if (random() % 2 == 0)
        wish.to_us = std::min<std::int64_t>(*wish.from_us + 1 + random() % 4, kInstants);
      std::vector<Period> periods;
      for (Held& one : held) {
        one.period.is_same = one.value == value;
        periods.push_back(one.period);
      }
      if (code_of([&] { plan_change(periods, wish, kNow); }) != "no error") {
        ++refused;
        continue;
      }
      const Timeline before = timeline_of(held);
      const Change change = plan_change(periods, wish, kNow);
      apply(held, change, value, next_id);
      const Timeline after = timeline_of(held);
      const std::int64_t end = change.to_us.value_or(kInstants + 1);
      for (int at = 0; at <= kInstants; ++at) {
        const bool wished = *wish.from_us <= at && at < end;
        ASSERT_EQ(after[at], wished ? value : before[at]) << "run " << run << ", instant " << at;
      }
    }
  }
  EXPECT_GT(refused, 1'000);
}

}  // namespace
}  // namespace lad::pricing
