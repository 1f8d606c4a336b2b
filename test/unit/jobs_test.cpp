#include "jobs/jobs.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "expect_error.hpp"

namespace lad::jobs {
namespace {

using test::code_of;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

TEST(Jobs, EveryJobOfTheListCanRun) {
  std::set<std::string_view> names;
  for (const Job& job : all_jobs()) {
    EXPECT_TRUE(names.insert(job.name).second) << job.name;
    EXPECT_EQ(&find_job(job.name), &job);
    EXPECT_NO_THROW(require_valid_period(job.every_us)) << job.name;
    EXPECT_GE(job.rounds, 1) << job.name;
    EXPECT_GT(job.limit_s, 0) << job.name;
    EXPECT_GT(job.lock_limit_ms, 0) << job.name;
    EXPECT_TRUE(std::string_view{job.statement}.starts_with("SELECT ")) << job.name;
  }
}

TEST(Jobs, AnUnknownNameIsNotFound) {
  EXPECT_EQ(code_of([] { find_job("no such"); }), "not_found");
  EXPECT_EQ(code_of([] { find_job(""); }), "not_found");
}

TEST(Jobs, ARunMayComeATenthEarlyAndFiveSecondsAtMost) {
  EXPECT_TRUE(is_due(1000 * kSecond, kMinute, 1000 * kSecond));
  EXPECT_TRUE(is_due(1000 * kSecond, kMinute, 995 * kSecond));
  EXPECT_FALSE(is_due(1000 * kSecond, kMinute, 995 * kSecond - 1));
  EXPECT_TRUE(is_due(1000 * kSecond, 10 * kSecond, 999 * kSecond));
  EXPECT_FALSE(is_due(1000 * kSecond, 10 * kSecond, 999 * kSecond - 1));
  EXPECT_FALSE(is_due(1000 * kSecond, kDay, 995 * kSecond - 1));
}

TEST(Jobs, NeverAndAtOnceDoNotOverflow) {
  EXPECT_TRUE(is_due(INT64_MIN, kDay, 0));
  EXPECT_FALSE(is_due(INT64_MAX, kDay, 0));
}

TEST(Jobs, EachFailureDoublesTheDelayUpToAnHour) {
  EXPECT_EQ(delay_us(kMinute, 0), kMinute);
  EXPECT_EQ(delay_us(kMinute, 1), 2 * kMinute);
  EXPECT_EQ(delay_us(kMinute, 5), 32 * kMinute);
  EXPECT_EQ(delay_us(kMinute, 6), kHour);
  EXPECT_EQ(delay_us(kMinute, 1'000'000'000), kHour);
}

TEST(Jobs, ARareJobStaysAsRareWhenItFails) {
  EXPECT_EQ(delay_us(kDay, 0), kDay);
  EXPECT_EQ(delay_us(kDay, 3), kDay);
  EXPECT_EQ(delay_us(kHour, 1), kHour);
}

TEST(Jobs, PeriodsAreASecondToAYear) {
  require_valid_period(kSecond);
  require_valid_period(366 * kDay);
  EXPECT_EQ(code_of([] { require_valid_period(kSecond - 1); }), "invalid_argument");
  EXPECT_EQ(code_of([] { require_valid_period(0); }), "invalid_argument");
  EXPECT_EQ(code_of([] { require_valid_period(-kDay); }), "invalid_argument");
  EXPECT_EQ(code_of([] { require_valid_period(366 * kDay + 1); }), "invalid_argument");
}

}  // namespace
}  // namespace lad::jobs
