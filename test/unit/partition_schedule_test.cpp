#include <gtest/gtest.h>

#include "expect_error.hpp"
#include "partitions/schedule.hpp"

namespace lad::partitions {
namespace {

using test::code_of;

constexpr Step kMonth{Step::Unit::month, 1};

std::int64_t at(std::int64_t year, int month, int day, int hour = 0) {
  return days_of({year, month, day}) * kDayUs + hour * kHourUs;
}

Plan plan_at(std::int64_t now_us, int premake, Step step = kMonth) {
  return {"calls", step, premake, now_us};
}

std::vector<std::string> names_of(const std::vector<WantedLeaf>& leaves) {
  std::vector<std::string> names;
  for (const WantedLeaf& leaf : leaves) names.push_back(leaf.name);
  return names;
}

std::vector<Range> ranges_of(const std::vector<WantedLeaf>& leaves) {
  std::vector<Range> ranges;
  for (const WantedLeaf& leaf : leaves) ranges.push_back(leaf.range);
  return ranges;
}

using Names = std::vector<std::string>;

TEST(Step, TakesWhatCanBeSteppedExactly) {
  EXPECT_EQ(read_step(1, 0, 0, ColumnKind::date), kMonth);
  EXPECT_EQ(read_step(120, 0, 0, ColumnKind::date), (Step{Step::Unit::month, 120}));
  EXPECT_EQ(read_step(0, 7, 0, ColumnKind::date), (Step{Step::Unit::day, 7}));
  EXPECT_EQ(read_step(0, 0, 6 * kHourUs, ColumnKind::timestamp), (Step{Step::Unit::hour, 6}));
  EXPECT_EQ(read_step(0, 0, kDayUs, ColumnKind::date), (Step{Step::Unit::day, 1}));
}

TEST(Step, RefusesTheRest) {
  struct Bad {
    std::int32_t months;
    std::int32_t days;
    std::int64_t us;
  };
  for (const Bad& bad :
       {Bad{0, 0, 0}, Bad{-1, 0, 0}, Bad{1, 1, 0}, Bad{5, 0, 0}, Bad{13, 0, 0}, Bad{1212, 0, 0},
        Bad{0, -1, 0}, Bad{0, 367, 0}, Bad{0, 1, kHourUs}, Bad{0, 0, 1}, Bad{0, 0, kHourUs / 2},
        Bad{0, 0, 5 * kHourUs}, Bad{0, 0, 2 * kDayUs}, Bad{0, 0, -kHourUs}}) {
    EXPECT_EQ(code_of([&] { read_step(bad.months, bad.days, bad.us, ColumnKind::timestamptz); }),
              "invalid_argument");
  }
  EXPECT_EQ(code_of([] { read_step(0, 0, 6 * kHourUs, ColumnKind::date); }), "invalid_argument");
}

TEST(Boundary, OfMonthsAndYears) {
  EXPECT_EQ(boundary_before(at(2026, 2, 28, 23), kMonth), at(2026, 2, 1));
  EXPECT_EQ(boundary_before(at(2026, 2, 1), kMonth), at(2026, 2, 1));
  EXPECT_EQ(boundary_before(at(2026, 2, 1) - 1, kMonth), at(2026, 1, 1));
  EXPECT_EQ(boundary_after(at(2026, 12, 1), kMonth), at(2027, 1, 1));
  const Step quarter{Step::Unit::month, 3};
  EXPECT_EQ(boundary_before(at(2026, 12, 31), quarter), at(2026, 10, 1));
  EXPECT_EQ(boundary_after(at(2026, 10, 1), quarter, 2), at(2027, 4, 1));
  EXPECT_EQ(boundary_before(at(2026, 12, 31), {Step::Unit::month, 120}), at(2020, 1, 1));
  EXPECT_EQ(boundary_before(at(-1, 5, 1), {Step::Unit::month, 12}), at(-1, 1, 1));
}

TEST(Boundary, OfDaysWeeksAndHours) {
  const Step week{Step::Unit::day, 7};
  EXPECT_EQ(boundary_before(at(2026, 11, 29, 23), week), at(2026, 11, 23));  // a Monday
  EXPECT_EQ(boundary_before(at(1999, 12, 31), week), at(1999, 12, 27));
  EXPECT_EQ(boundary_after(at(2026, 12, 28), week), at(2027, 1, 4));
  EXPECT_EQ(boundary_before(at(2028, 2, 29, 23), {Step::Unit::day, 1}), at(2028, 2, 29));
  EXPECT_EQ(boundary_before(at(2026, 3, 29, 11), {Step::Unit::hour, 6}), at(2026, 3, 29, 6));
}

TEST(Suffix, SaysWhereTheRangeBegins) {
  EXPECT_EQ(range_suffix(at(2026, 2, 1), kMonth), "2026_02");
  EXPECT_EQ(range_suffix(at(2026, 4, 1), {Step::Unit::month, 3}), "2026_04");
  EXPECT_EQ(range_suffix(at(2026, 1, 1), {Step::Unit::month, 12}), "2026");
  EXPECT_EQ(range_suffix(at(2026, 11, 23), {Step::Unit::day, 7}), "2026_11_23");
  EXPECT_EQ(range_suffix(at(2026, 11, 23, 6), {Step::Unit::hour, 6}), "2026_11_23_06");
  EXPECT_EQ(range_suffix(at(-43, 3, 1), kMonth), "0044_03_bc");
}

TEST(MissingLeaves, OfATableWithoutAny) {
  const auto leaves = missing_leaves(plan_at(at(2026, 11, 24, 17), 2), {});
  EXPECT_EQ(names_of(leaves),
            (Names{"calls_legacy", "calls_2026_11", "calls_2026_12", "calls_2027_01"}));
  EXPECT_EQ(leaves.front().range, (Range{{}, at(2026, 11, 1)}));
  EXPECT_EQ(leaves.back().range, (Range{at(2027, 1, 1), at(2027, 2, 1)}));
}

TEST(MissingLeaves, GoOnFromTheLastAfterIdleMonths) {
  const std::vector<Range> existing{{{}, at(2026, 1, 1)}, {at(2026, 1, 1), at(2026, 2, 1)}};
  EXPECT_EQ(
      names_of(missing_leaves(plan_at(at(2026, 5, 20), 1), existing)),
      (Names{"calls_2026_02", "calls_2026_03", "calls_2026_04", "calls_2026_05", "calls_2026_06"}));
}

TEST(MissingLeaves, NothingIsMissingTwice) {
  for (const Step step :
       {kMonth, Step{Step::Unit::day, 7}, Step{Step::Unit::hour, 8}, Step{Step::Unit::month, 12}}) {
    for (int day = 0; day < 400; day += 13) {
      const Plan plan = plan_at(at(2027, 11, 1) + day * kDayUs, 5, step);
      const auto leaves = missing_leaves(plan, {});
      ASSERT_EQ(leaves.size(), 7u);
      for (std::size_t i = 1; i < leaves.size(); ++i) {
        ASSERT_EQ(leaves[i - 1].range.to, leaves[i].range.from);
      }
      ASSERT_TRUE(missing_leaves(plan, ranges_of(leaves)).empty());
    }
  }
}

TEST(MissingLeaves, FillAGapInTheMiddleAndCutItAtForeignPartitions) {
  const std::vector<Range> existing{
      {{}, at(2026, 1, 1)}, {at(2026, 1, 1), at(2026, 2, 11)}, {at(2026, 3, 5), at(2026, 6, 1)}};
  const auto leaves = missing_leaves(plan_at(at(2026, 4, 1), 1), existing);
  EXPECT_EQ(names_of(leaves), (Names{"calls_2026_02", "calls_2026_03"}));
  EXPECT_EQ(ranges_of(leaves), (std::vector<Range>{{at(2026, 2, 11), at(2026, 3, 1)},
                                                   {at(2026, 3, 1), at(2026, 3, 5)}}));
}

TEST(MissingLeaves, TheLegacyPartitionComesBack) {
  const std::vector<Range> later{{at(2026, 3, 1), at(2026, 12, 1)}};
  EXPECT_EQ(ranges_of(missing_leaves(plan_at(at(2026, 5, 1), 1), later)),
            (std::vector<Range>{{{}, at(2026, 3, 1)}}));
  EXPECT_EQ(names_of(missing_leaves(plan_at(at(2026, 1, 5), 1), later)),
            (Names{"calls_legacy", "calls_2026_01", "calls_2026_02"}));
}

TEST(MissingLeaves, WhatRetentionTookIsNotMadeAgain) {
  const std::vector<Range> existing{{{}, at(2026, 1, 1)}, {at(2026, 4, 1), at(2026, 6, 1)}};
  EXPECT_TRUE(missing_leaves(plan_at(at(2026, 4, 1), 1), existing).empty());
  // The first month of a new table is no such gap.
  EXPECT_EQ(names_of(missing_leaves(plan_at(at(2026, 3, 31), 1), existing)),
            (Names{"calls_2026_01", "calls_2026_02", "calls_2026_03"}));
}

TEST(MissingLeaves, NoneThatHaveOutlivedTheRetention) {
  Plan plan = plan_at(at(2026, 9, 10), 0);
  plan.limit_us = at(2026, 7, 10);
  EXPECT_EQ(names_of(missing_leaves(plan, {{{}, at(2025, 1, 1)}})),
            (Names{"calls_2026_07", "calls_2026_08", "calls_2026_09"}));
}

TEST(MissingLeaves, BeyondMaxvalueThereIsNothing) {
  EXPECT_TRUE(missing_leaves(plan_at(at(2026, 9, 10), 3), {{{}, {}}}).empty());
  EXPECT_TRUE(
      missing_leaves(plan_at(at(2026, 9, 10), 3), {{{}, at(2026, 9, 1)}, {at(2026, 9, 1), {}}})
          .empty());
}

TEST(MissingLeaves, NotThousands) {
  const Plan days = plan_at(at(2026, 9, 10), 3, {Step::Unit::day, 1});
  EXPECT_EQ(code_of([&] { missing_leaves(days, {{{}, at(2020, 1, 1)}}); }), "partition_refused");
}

TEST(MissingLeaves, OfALongName) {
  Plan plan = plan_at(at(2026, 9, 10), 0);
  plan.table = std::string(63, 'x');
  EXPECT_EQ(missing_leaves(plan, {}).back().name, std::string(55, 'x') + "_2026_09");
}

TEST(Horizon, EndsAtTheFirstGap) {
  const std::vector<Range> ranges{
      {at(2026, 3, 1), at(2026, 4, 1)}, {{}, at(2026, 1, 1)}, {at(2026, 1, 1), at(2026, 2, 1)}};
  EXPECT_EQ(horizon_of(at(2026, 1, 5), ranges), at(2026, 2, 1));
  EXPECT_EQ(horizon_of(at(2026, 2, 5), ranges), at(2026, 2, 5));
  EXPECT_EQ(horizon_of(at(2026, 2, 5), {{{}, {}}}), std::nullopt);
  EXPECT_EQ(horizon_of(at(2026, 2, 5), {}), at(2026, 2, 5));
}

TEST(HorizonLimits, WarnMonthsBefore) {
  const HorizonLimits six = horizon_limits(plan_at(at(2026, 5, 20), 6));
  EXPECT_EQ(six.due_us, at(2026, 7, 1));
  EXPECT_EQ(six.near_us, at(2026, 9, 1));
  const HorizonLimits none = horizon_limits(plan_at(at(2026, 5, 20), 0));
  EXPECT_EQ(none.due_us, at(2026, 6, 1));
  EXPECT_EQ(none.near_us, at(2026, 6, 1));
}

TEST(Retention, CountsMonthsOnTheCalendar) {
  EXPECT_EQ(retention_limit(at(2026, 5, 31, 7), {3, 0}), at(2026, 2, 28, 7));
  EXPECT_EQ(retention_limit(at(2028, 5, 30), {3, 0}), at(2028, 2, 29));
  EXPECT_EQ(retention_limit(at(2026, 1, 15), {13, 0}), at(2024, 12, 15));
  EXPECT_EQ(retention_limit(at(2026, 1, 15), {0, 90 * kDayUs}), at(2025, 10, 17));
}

TEST(Retention, TakesWholePartitionsAndNeverTheLegacyOne) {
  const std::int64_t limit = at(2026, 2, 28, 7);
  EXPECT_TRUE(is_outlived({at(2026, 1, 1), at(2026, 2, 1)}, limit));
  EXPECT_TRUE(is_outlived({at(2026, 1, 1), limit}, limit));
  EXPECT_FALSE(is_outlived({at(2026, 2, 1), at(2026, 3, 1)}, limit));
  EXPECT_FALSE(is_outlived({{}, at(2020, 1, 1)}, limit));
  EXPECT_FALSE(is_outlived({at(2020, 1, 1), {}}, limit));
}

}  // namespace
}  // namespace lad::partitions
