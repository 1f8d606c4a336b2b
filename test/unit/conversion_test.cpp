#include "partitions/conversion.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace lad::partitions {
namespace {

constexpr Step kMonth{Step::Unit::month, 1};
constexpr Step kDay{Step::Unit::day, 1};

std::int64_t at(int year, int month, int day) {
  return days_of({year, month, day}) * kDayUs;
}

TEST(Conversion, PhasesFollowEachOtherByTheirNames) {
  const char* const names[] = {"prepare", "swap1",    "journal", "copy", "index",
                               "verify",  "catch_up", "swap2",   "done"};
  Phase phase = phase_of("queued");
  for (const char* const name : names) {
    EXPECT_STREQ(phase_name(phase), name);
    EXPECT_EQ(phase_of(name), phase);
    phase = next_phase(phase);
  }
  EXPECT_EQ(phase, Phase::done);
  EXPECT_THROW(phase_of("aborted"), Error);
}

TEST(Conversion, AnAbortUndoesTheTriggerFromTheEndOfSwap1ToSwap2) {
  for (const Phase phase : {Phase::prepare, Phase::swap1, Phase::done}) {
    EXPECT_FALSE(has_journal_trigger(phase)) << phase_name(phase);
  }
  for (const Phase phase :
       {Phase::journal, Phase::copy, Phase::index, Phase::verify, Phase::catch_up, Phase::swap2}) {
    EXPECT_TRUE(has_journal_trigger(phase)) << phase_name(phase);
    EXPECT_TRUE(can_abort(phase));
    EXPECT_EQ(phase_after_rewrite(phase), Phase::journal);
  }
  EXPECT_TRUE(can_abort(Phase::prepare));
  EXPECT_FALSE(can_abort(Phase::done));
  EXPECT_EQ(phase_after_rewrite(Phase::prepare), Phase::prepare);
  EXPECT_EQ(phase_after_rewrite(Phase::done), Phase::done);
}

TEST(Conversion, LeavesCoverAllTimeUpToTheHorizonWithoutGaps) {
  const KeySpan keys{at(2024, 11, 5), at(2025, 2, 3)};
  const auto leaves = leaves_for("calls", kMonth, keys, at(2025, 2, 3));
  ASSERT_EQ(leaves.size(), 1u + 3 + 1 + 12);
  EXPECT_EQ(leaves[0].name, "calls_legacy");
  EXPECT_FALSE(leaves[0].range.from.has_value());
  EXPECT_EQ(leaves[1].name, "calls_2024_11");
  for (std::size_t i = 1; i < leaves.size(); ++i) {
    EXPECT_EQ(leaves[i].range.from, leaves[i - 1].range.to);
  }
  EXPECT_EQ(leaves.back().name, "calls_2026_02");
}

TEST(Conversion, AnEmptyTableBeginsWithThePresentMonth) {
  const auto leaves = leaves_for("calls", kMonth, {}, at(2025, 2, 3));
  ASSERT_EQ(leaves.size(), 14u);
  EXPECT_EQ(leaves[0].range.to, at(2025, 2, 1));
}

TEST(Conversion, OldRowsShareALeafAndFarOnesHaveNone) {
  const std::int64_t now = at(2025, 2, 3);
  const auto leaves = leaves_for("calls", kMonth, {at(1999, 1, 1), at(2027, 2, 27)}, now);
  EXPECT_EQ(leaves[0].range.to, at(2022, 2, 1));
  EXPECT_EQ(leaves.back().name, "calls_2027_02");
  EXPECT_FALSE(is_beyond(at(2027, 2, 27), now, kMonth));
  EXPECT_TRUE(is_beyond(at(2027, 3, 1), now, kMonth));
  // A table of rows to come still has the present month.
  EXPECT_EQ(leaves_for("calls", kMonth, {at(2026, 1, 1), at(2026, 1, 1)}, now)[1].name,
            "calls_2025_02");
}

TEST(Conversion, NamesAreAsFineAsTheStep) {
  const KeySpan keys{at(2025, 2, 3), at(2025, 2, 3)};
  EXPECT_EQ(leaves_for("t", kDay, keys, at(2025, 2, 3))[1].name, "t_2025_02_03");
}

TEST(Conversion, ABatchIsAboutSoManyRows) {
  EXPECT_EQ(blocks_of_batch(1000, 10000, 500), 50);
  EXPECT_EQ(blocks_of_batch(1, 1'000'000, 10), 1);
  EXPECT_EQ(blocks_of_batch(1000, 0, 0), 128);
}

TEST(Conversion, TheThrottleCountsTheTimeOfTheBatch) {
  EXPECT_EQ(pause_after(1000, 400'000, 1000), 600);
  EXPECT_EQ(pause_after(1000, 2'000'000, 1000), 0);
  EXPECT_EQ(pause_after(1000, 0, std::nullopt), 0);
}

}  // namespace
}  // namespace lad::partitions
