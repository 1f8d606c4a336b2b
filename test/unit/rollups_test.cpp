#include "rollups/rollups.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace lad::rollups {
namespace {

constexpr std::int64_t kDay = 86'400'000'000;

CallKey key(std::int32_t day, const char* status) {
  return {Uuid::parse("a0000000-0000-4000-8000-000000000001"), day, 7, status, "USD"};
}

TEST(Rollups, ADayStartsAtMidnightInUtc) {
  EXPECT_EQ(utc_day(0), 0);
  EXPECT_EQ(utc_day(kDay - 1), 0);
  EXPECT_EQ(utc_day(kDay), 1);
  EXPECT_EQ(utc_day(-1), -1);
  EXPECT_EQ(utc_day(-kDay), -1);
  EXPECT_EQ(utc_day(-kDay - 1), -2);
  using Time = std::numeric_limits<std::int64_t>;
  EXPECT_EQ(utc_day(Time::min()), std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(utc_day(Time::max()), std::numeric_limits<std::int32_t>::max());
}

TEST(Rollups, ChangesOfOneKeyAreOneDelta) {
  CallDeltas deltas;
  deltas.add(key(1, "ended"), {1, 60, Decimal::parse("0.5"), Decimal::parse("3")});
  deltas.add(key(1, "ended"), {1, 30, Decimal::parse("0.25"), {}});
  deltas.subtract(key(1, "ringing"), {1, 0, {}, {}});
  const auto taken = deltas.take();
  ASSERT_EQ(taken.size(), 2u);
  EXPECT_EQ(taken[0].key, key(1, "ended"));
  EXPECT_EQ(taken[0].measures, (CallMeasures{2, 90, Decimal::parse("0.75"), Decimal::parse("3")}));
  EXPECT_EQ(taken[1].measures, (CallMeasures{-1, 0, {}, {}}));
  EXPECT_TRUE(deltas.take().empty()) << "taken once";
}

TEST(Rollups, WhatCancelsOutIsNoDelta) {
  CallDeltas deltas;
  const CallMeasures call{1, 60, Decimal::parse("0.5"), Decimal::parse("3")};
  deltas.subtract(key(1, "ended"), call);
  deltas.add(key(1, "ended"), call);
  EXPECT_TRUE(deltas.take().empty());
  deltas.subtract(key(1, "ended"), call);
  deltas.add(key(2, "ended"), call);
  EXPECT_EQ(deltas.take().size(), 2u) << "moved to another day";
}

TEST(Rollups, NullsAreKeysOfTheirOwn) {
  CallDeltas deltas;
  CallKey nobody = key(1, "ended");
  nobody.agent_id.reset();
  CallKey free = key(1, "ended");
  free.currency.reset();
  for (const CallKey& one : {nobody, free, key(1, "ended")}) deltas.add(one, {1, 0, {}, {}});
  EXPECT_EQ(deltas.take().size(), 3u);
}

TEST(Rollups, ASumBeyondADecimalGoesOnInAnotherDelta) {
  CallDeltas deltas;
  const Decimal most = Decimal::parse("99999999999999.999999");
  for (int i = 0; i < 3; ++i) deltas.add(key(1, "ended"), {1, 1, most, {}});
  for (int i = 0; i < 2; ++i) deltas.subtract(key(2, "ended"), {1, 1, {}, most});
  std::int64_t calls = 0;
  for (const CallDelta& delta : deltas.take()) {
    calls += delta.measures.calls;
    EXPECT_EQ(delta.measures.cost, delta.key.day == 1 ? most : Decimal{});
    EXPECT_EQ(delta.measures.credits, delta.key.day == 1 ? Decimal{} : -most);
  }
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace lad::rollups
