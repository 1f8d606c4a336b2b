#include <gtest/gtest.h>

#include "partitions/leaf.hpp"
#include "partitions/range.hpp"

namespace lad::partitions {
namespace {

std::int64_t us_of(const Date& date) {
  return days_of(date) * kDayUs;
}

TEST(Calendar, KnowsDaysOfEveryYear) {
  EXPECT_EQ(days_of({1970, 1, 1}), 0);
  EXPECT_EQ(days_of({2000, 2, 29}), 11016);
  EXPECT_EQ(days_of({1969, 12, 31}), -1);
  EXPECT_EQ(days_of({-4712, 1, 1}), -2440550);
}

TEST(Calendar, EveryDayComesBack) {
  Date last = date_of_days(-800'001);
  for (std::int64_t day = -800'000; day <= 800'000; ++day) {
    const Date date = date_of_days(day);
    ASSERT_EQ(days_of(date), day);
    ASSERT_LT(last, date);
    last = date;
  }
}

TEST(Calendar, AMomentBelongsToItsDay) {
  EXPECT_EQ(date_of(us_of({2026, 3, 1}) - 1), (Date{2026, 2, 28}));
  EXPECT_EQ(date_of(us_of({2028, 3, 1}) - 1), (Date{2028, 2, 29}));
  EXPECT_EQ(date_of(us_of({1969, 12, 31})), (Date{1969, 12, 31}));
}

TEST(MomentText, SaysTheZoneWhereTheTypeHasOne) {
  const std::int64_t moment = us_of({2026, 2, 1}) + 5 * kHourUs + 1'500'000;
  EXPECT_EQ(moment_text(moment, ColumnKind::timestamptz), "2026-02-01 05:00:01.500000+00");
  EXPECT_EQ(moment_text(moment, ColumnKind::timestamp), "2026-02-01 05:00:01.500000");
  EXPECT_EQ(moment_text(moment, ColumnKind::date), "2026-02-01");
}

TEST(MomentText, CountsYearsBeforeChristAsPostgresDoes) {
  EXPECT_EQ(moment_text(us_of({0, 12, 31}), ColumnKind::timestamptz), "0001-12-31 00:00:00+00 BC");
  EXPECT_EQ(moment_text(us_of({-43, 3, 15}), ColumnKind::date), "0044-03-15 BC");
}

TEST(BoundClause, LeavesAnEndOpen) {
  const std::int64_t from = us_of({2026, 12, 1});
  const std::int64_t to = us_of({2027, 1, 1});
  EXPECT_EQ(bound_clause({from, to}, ColumnKind::date),
            "FOR VALUES FROM ('2026-12-01') TO ('2027-01-01')");
  EXPECT_EQ(bound_clause({{}, to}, ColumnKind::timestamp),
            "FOR VALUES FROM (MINVALUE) TO ('2027-01-01 00:00:00')");
  EXPECT_EQ(bound_clause({from, {}}, ColumnKind::date),
            "FOR VALUES FROM ('2026-12-01') TO (MAXVALUE)");
}

TEST(RangeCheck, SaysWhatTheBoundSays) {
  const Range range{us_of({2026, 12, 1}), us_of({2027, 1, 1})};
  EXPECT_EQ(range_check("\"at\"", range, ColumnKind::timestamptz),
            "CHECK (\"at\" IS NOT NULL AND \"at\" >= '2026-12-01 00:00:00+00'::timestamptz AND "
            "\"at\" < '2027-01-01 00:00:00+00'::timestamptz)");
  EXPECT_EQ(range_check("at", {{}, range.to}, ColumnKind::date),
            "CHECK (at IS NOT NULL AND at < '2027-01-01'::date)");
}

TEST(LeafPartName, PutsTheLeafInThePlaceOfTheTable) {
  EXPECT_EQ(leaf_part_name("calls_tenant", "calls", "calls_2026_02"), "calls_2026_02_tenant");
  EXPECT_EQ(leaf_part_name("own rows", "calls", "calls_2026_02"), "own rows");
  EXPECT_EQ(leaf_part_name("calls_", "calls", "calls_2026_02"), "calls_");
}

TEST(LeafPartName, KnowsNamesThatWereCut) {
  const std::string table(63, 't');
  const std::string leaf = std::string(55, 't') + "_2026_02";
  EXPECT_EQ(leaf_part_name(std::string(56, 't') + "_tenant", table, leaf),
            std::string(55, 't') + "_" + "_tenant");
  EXPECT_LE(range_check_name(leaf).size(), 63u);
}

}  // namespace
}  // namespace lad::partitions
