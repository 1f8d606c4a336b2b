#include "invoices/analytics.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "expect_error.hpp"

namespace lad::invoices {
namespace {

constexpr std::int64_t kDay = 86'400'000'000;

TEST(Forecast, IsLinearOverFourteenDays) {
  const auto days = [](const char* available, const char* used) -> std::optional<std::int64_t> {
    const auto at = runs_out_at(Decimal::parse(available), Decimal::parse(used), 5 * kDay);
    if (!at) return std::nullopt;
    return *at - 5 * kDay;
  };
  EXPECT_EQ(days("10", "14"), 10 * kDay);
  EXPECT_EQ(days("10", "28"), 5 * kDay);
  EXPECT_EQ(days("0.000001", "14"), kDay / 1'000'000);
  EXPECT_EQ(days("1", "99999999999999.999999"), 0);
  EXPECT_EQ(days("0", "14"), 0);
  EXPECT_EQ(days("-3", "14"), 0);
  EXPECT_EQ(days("10", "0"), std::nullopt);
  EXPECT_EQ(days("10", "-1"), std::nullopt) << "more came back than was used";
  EXPECT_EQ(days("36525", "14"), 36525 * kDay);
  EXPECT_EQ(days("36525.000001", "14"), std::nullopt);
  EXPECT_EQ(days("99999999999999.999999", "0.000001"), std::nullopt);
}

TEST(Forecast, RoundsTheAverageOfADay) {
  for (const auto& [used, daily] :
       std::vector<std::pair<const char*, const char*>>{{"14", "1.000000"},
                                                        {"1", "0.071429"},
                                                        {"0.000007", "0.000001"},
                                                        {"0.000006", "0.000000"},
                                                        {"0", "0.000000"},
                                                        {"-0.000007", "-0.000001"}}) {
    EXPECT_EQ(daily_use(Decimal::parse(used)).to_string(), daily) << used;
  }
}

TEST(Report, KnowsItsDimensions) {
  const auto outcome = [](const std::vector<std::string>& group_by) {
    return test::code_of([&] { require_dimensions(group_by); });
  };
  EXPECT_EQ(outcome({}), "no error");
  EXPECT_EQ(outcome({"tenant", "feature", "component", "agent", "campaign"}), "no error");
  EXPECT_EQ(outcome({"feature", "feature"}), "invalid_argument");
  EXPECT_EQ(outcome({"day"}), "invalid_argument");
}

}  // namespace
}  // namespace lad::invoices
