#include <gtest/gtest.h>

#include <limits>

#include "expect_error.hpp"
#include "leads/bookings.hpp"
#include "leads/enrolment.hpp"
#include "leads/order.hpp"

namespace lad::leads {
namespace {

constexpr std::int64_t kMinute = 60'000'000;
constexpr std::int64_t kEndOfTime = 9'223'371'331'200'000'000 - 1;

TEST(BookingTime, EndsAfterTalkAndPause) {
  EXPECT_EQ(end_of({0, 30}), 45 * kMinute);
  EXPECT_EQ(end_of({-kMinute, 480}), 494 * kMinute);
  EXPECT_EQ(test::code_of([] { end_of({kEndOfTime, 1}); }), "out_of_range");
  EXPECT_EQ(end_of({0, std::numeric_limits<std::int32_t>::max()}), (2147483647LL + 15) * kMinute);
}

TEST(BookingTime, MovesWithStartAndDuration) {
  const Slot before{100 * kMinute, 30};
  EXPECT_EQ(moved_end(before, {160 * kMinute, 30}, 145 * kMinute), 205 * kMinute);
  EXPECT_EQ(moved_end(before, {100 * kMinute, 60}, 145 * kMinute), 175 * kMinute);
  EXPECT_EQ(moved_end(before, {90 * kMinute, 20}, 135 * kMinute), 115 * kMinute);
  EXPECT_EQ(moved_end(before, before, 1), 1);
  EXPECT_EQ(test::code_of([&] {
              moved_end(before, {kEndOfTime, 30}, kEndOfTime);
            }),
            "out_of_range");
  EXPECT_EQ(test::code_of([] { moved_end({-10, 30}, {kEndOfTime, 30}, 0); }), "out_of_range");
}

TEST(BookingRetry, CountsUpToThree) {
  EXPECT_EQ(next_retry(0, 0), 1);
  EXPECT_EQ(next_retry(2, 2), 3);
  EXPECT_EQ(test::code_of([] { next_retry(3, 0); }), "check_failed");
  EXPECT_EQ(test::code_of([] { next_retry(0, 3); }), "check_failed");
}

TEST(Order, NamesEachOnce) {
  const std::vector<std::string> stages{"a", "b", "c"};
  EXPECT_NO_THROW(require_each_once(stages, {"c", "a", "b"}, "stage"));
  EXPECT_NO_THROW(require_each_once<std::string>({}, {}, "stage"));
  for (const std::vector<std::string>& order : {std::vector<std::string>{},
                                                {"a", "b"},
                                                {"a", "b", "b"},
                                                {"a", "b", "c", "c"},
                                                {"a", "b", "d"}}) {
    EXPECT_EQ(test::code_of([&] { require_each_once(stages, order, "stage"); }),
              "invalid_argument");
  }
}

TEST(Enrolment, ChoosesTheFirstSourceThatKnowsThePerson) {
  EXPECT_EQ(choose_person({"a", {}, "b", "c"}), "a");
  EXPECT_EQ(choose_person({"a", "a", "b", "c"}), "a");
  EXPECT_EQ(choose_person({{}, "a", "b", "c"}), "a");
  EXPECT_EQ(choose_person({{}, {}, "b", "c"}), "b");
  EXPECT_EQ(choose_person({"", "", "", "c"}), "c");
  EXPECT_EQ(choose_person({{}, {}, {}, {}}), std::nullopt);
  EXPECT_EQ(choose_person({"", "", "", ""}), std::nullopt);
  EXPECT_EQ(test::code_of([] { choose_person({"a", "b", {}, {}}); }), "check_failed");
}

}  // namespace
}  // namespace lad::leads
