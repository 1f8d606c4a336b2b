#include "calls/calls.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "calls/correction.hpp"
#include "calls/hours.hpp"
#include "calls/reconcile.hpp"
#include "calls/report.hpp"
#include "calls/start.hpp"
#include "expect_error.hpp"

namespace lad::calls {
namespace {

JsonNode word(std::string text, JsonNode::Kind kind = JsonNode::Kind::string) {
  JsonNode node;
  node.kind = kind;
  node.text = std::move(text);
  return node;
}

JsonNode number(std::string digits) {
  return word(std::move(digits), JsonNode::Kind::number);
}

JsonNode array(std::vector<JsonNode> elements) {
  JsonNode node;
  node.kind = JsonNode::Kind::array;
  node.children = std::move(elements);
  return node;
}

JsonNode object(std::vector<std::pair<std::string, JsonNode>> members) {
  JsonNode node;
  node.kind = JsonNode::Kind::object;
  for (auto& [key, value] : members) {
    node.keys.push_back(key);
    node.children.push_back(std::move(value));
  }
  return node;
}

JsonNode hours_of(std::vector<std::pair<std::string, JsonNode>> members) {
  return object({{"business_hours", object(std::move(members))}});
}

constexpr int kHour = 3600;

TEST(BusinessHours, AreMondayToFridayEightToTwentyTwoInDubaiUnlessSaid) {
  const BusinessHours hours = read_business_hours(object({}));
  EXPECT_EQ(hours.time_zone, "Asia/Dubai");
  EXPECT_FALSE(is_open(hours, 1, 8 * kHour - 1));
  EXPECT_TRUE(is_open(hours, 1, 8 * kHour));
  EXPECT_TRUE(is_open(hours, 5, 22 * kHour - 1));
  EXPECT_FALSE(is_open(hours, 5, 22 * kHour));
  EXPECT_FALSE(is_open(hours, 6, 12 * kHour));
  EXPECT_FALSE(is_open(hours, 7, 12 * kHour));
}

TEST(BusinessHours, ReadDaysTimesAndZonesInTheirUsualForms) {
  const BusinessHours hours =
      read_business_hours(hours_of({{"timezone", word("Europe/Berlin")},
                                    {"days", array({word("Sat"), word("sunday"), number("3")})},
                                    {"from", word("09:30")},
                                    {"to", number("17")}}));
  EXPECT_EQ(hours.time_zone, "Europe/Berlin");
  EXPECT_EQ(hours.days, (std::array<bool, 7>{false, false, true, false, false, true, true}));
  EXPECT_EQ(hours.from, 9 * kHour + 1800);
  EXPECT_EQ(hours.to, 17 * kHour);
  EXPECT_EQ(read_business_hours(hours_of({{"days", array({number("0"), number("7")})}})).days,
            (std::array<bool, 7>{false, false, false, false, false, false, true}));
  EXPECT_EQ(read_business_hours(hours_of({{"to", word("23:59:59")}})).to, 24 * kHour - 1);
  EXPECT_EQ(read_business_hours(object({{"timezone", word("UTC")}})).time_zone, "UTC");
}

TEST(BusinessHours, RunPastMidnightOnTheDayTheyStart) {
  const BusinessHours night = read_business_hours(
      hours_of({{"days", array({word("fri")})}, {"from", word("20:00")}, {"to", word("02:00")}}));
  EXPECT_FALSE(is_open(night, 5, 1 * kHour));
  EXPECT_FALSE(is_open(night, 5, 20 * kHour - 1));
  EXPECT_TRUE(is_open(night, 5, 20 * kHour));
  EXPECT_TRUE(is_open(night, 6, 2 * kHour - 1));
  EXPECT_FALSE(is_open(night, 6, 2 * kHour));
  const BusinessHours sunday = read_business_hours(
      hours_of({{"days", array({word("sun")})}, {"from", word("22:00")}, {"to", word("06:00")}}));
  EXPECT_TRUE(is_open(sunday, 1, 0));
  EXPECT_FALSE(is_open(sunday, 7, 0));
}

TEST(BusinessHours, MayLastADayOrNone) {
  const BusinessHours whole = read_business_hours(
      hours_of({{"days", array({word("mon")})}, {"from", word("00:00")}, {"to", word("24:00")}}));
  EXPECT_TRUE(is_open(whole, 1, 0));
  EXPECT_TRUE(is_open(whole, 1, 24 * kHour - 1));
  EXPECT_FALSE(is_open(whole, 2, 0));
  const BusinessHours round = read_business_hours(
      hours_of({{"days", array({word("mon")})}, {"from", word("06:00")}, {"to", word("06:00")}}));
  EXPECT_FALSE(is_open(round, 1, 6 * kHour - 1));
  EXPECT_TRUE(is_open(round, 2, 6 * kHour - 1));
  EXPECT_FALSE(is_open(round, 2, 6 * kHour));
  EXPECT_FALSE(is_open(read_business_hours(hours_of({{"days", array({})}})), 1, 12 * kHour));
}

TEST(BusinessHours, ThatCannotBeReadAllowNoCall) {
  for (const JsonNode& bad :
       {object({{"business_hours", word("always")}}), object({{"timezone", number("4")}}),
        hours_of({{"days", word("mon")}}), hours_of({{"days", array({word("today")})}}),
        hours_of({{"days", array({number("8")})}}), hours_of({{"days", array({number("1.5")})}}),
        hours_of({{"from", word("8:60")}}), hours_of({{"from", word("24:01")}}),
        hours_of({{"from", word("")}}), hours_of({{"to", word("8:")}}),
        hours_of({{"to", word(":30")}}), hours_of({{"to", word("8:00:00:00")}}),
        hours_of({{"to", number("-1")}}), hours_of({{"to", word("8 pm")}}),
        hours_of({{"timezone", array({})}})}) {
    EXPECT_EQ(test::code_of([&] { read_business_hours(bad); }), "call_refused");
  }
}

TEST(BusinessHours, LookUpOnlyNamesOfTheTimeZoneDatabase) {
  for (const char* name : {"Asia/Dubai", "America/Port-au-Prince", "UTC", "Etc/GMT+14", "Etc/GMT-1",
                           "EST5EDT", "America/Argentina/Buenos_Aires"}) {
    EXPECT_TRUE(is_time_zone_name(name)) << name;
  }
  for (const char* name :
       {"GST4", "Asia/Dubay4", "Etc/GMT+99", "<+04>-4", "EST5EDT,M3.2.0,M11.1.0"}) {
    EXPECT_FALSE(is_time_zone_name(name)) << name;
  }
}

Report held(const char* status, int seconds, std::int64_t end, const char* items = nullptr) {
  Report report{status, seconds, end, {}, {}, {}};
  if (items != nullptr) {
    report.items = items;
    report.items_seconds = seconds;
  }
  return report;
}

/// Every order of the deliveries, with some of them again, ends in the same call.
TEST(Report, ConvergesWhateverTheOrder) {
  std::vector<Report> deliveries{held("failed", 300, 5),        held("ended", 61, 20, "[1]"),
                                 held("completed", 61, 30),     held("busy", 0, 1),
                                 held("ended", 121, 40, "[2]"), held("ended", 121, 40, "[3]")};
  deliveries[0].recording_url = "b";
  deliveries[3].recording_url = "a";
  std::vector<std::size_t> order(deliveries.size());
  std::iota(order.begin(), order.end(), 0);
  const Report expected{"completed", 121, 20, "[3]", 121, "b"};
  std::size_t orders = 0;
  do {
    Report call{"ringing", 7, {}, "[0]", {}, {}};
    for (const std::size_t i : order) call = merge(call, deliveries[i]);
    ASSERT_EQ(call, expected);
    for (const std::size_t i : order) ASSERT_EQ(merge(call, deliveries[i]), call);
    ++orders;
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_EQ(orders, 720U);
}

TEST(Report, OfCallsThatWereNotHeldConvergesToo) {
  const Report failed = held("failed", 3, 9);
  const Report no_answer = held("no_answer", 20, 4);
  const Report expected = held("failed", 20, 4);
  EXPECT_EQ(merge(merge(Report{"in_queue", 0, {}, {}, {}, {}}, failed), no_answer), expected);
  EXPECT_EQ(merge(merge(Report{"in_queue", 0, {}, {}, {}, {}}, no_answer), failed), expected);
}

TEST(Report, KeepsComponentsThatNobodyContradicts) {
  const Report row{"ongoing", 0, {}, "[0]", {}, {}};
  EXPECT_EQ(merge(row, held("ended", 60, 1)).items, "[0]");
  EXPECT_EQ(merge(row, held("ended", 60, 1, "[1]")).items, "[1]");
}

TEST(Report, TakesAnEndWithinReason) {
  EXPECT_EQ(plausible_end(50, 10, 100), 50);
  EXPECT_EQ(plausible_end(5, 10, 100), 10);
  EXPECT_EQ(plausible_end(500, 10, 100), 100);
  EXPECT_EQ(plausible_end(5, 200, 100), 100);
}

Decimal amount(const char* text) {
  return Decimal::parse(text);
}

TEST(Refund, TakesTheNewestEventFirstAndNeverMoreThanIsLeft) {
  const std::vector<Charge> charges{
      {"charged", amount("6")}, {"failed", amount("50")}, {"charged", amount("9"), amount("1")}};
  const std::vector<Decimal> left{amount("6"), {}, amount("8")};
  using Parts = std::vector<Decimal>;
  EXPECT_EQ(total_net(charges), amount("14"));
  EXPECT_EQ(divide_refund(charges, left, amount("10")), (Parts{{}, {}, amount("4")}));
  EXPECT_EQ(divide_refund(charges, left, amount("3")), (Parts{amount("3"), {}, amount("8")}));
  EXPECT_EQ(divide_refund(charges, left, amount("14")), (Parts{{}, {}, {}}));
  EXPECT_EQ(divide_refund(charges, left, amount("20")), (Parts{{}, {}, {}}));
  const std::vector<Decimal> spent{amount("2"), {}, amount("1")};
  EXPECT_EQ(divide_refund(charges, spent, {}), (Parts{amount("2"), {}, amount("1")}));
}

TEST(Refund, CountsInWhatIsChargedLater) {
  const std::vector<Charge> charges{{"charged", amount("9"), amount("6")}};
  EXPECT_EQ(decide(charges, amount("5")).amount, amount("2"));
  EXPECT_EQ(decide(charges, amount("5")).before, amount("3"));
  EXPECT_TRUE(decide(charges, amount("3")).nothing);
}

JsonNode component(const char* unit, const char* quantity) {
  return object({{"unit", word(unit)}, {"quantity", number(quantity)}});
}

TEST(Correction, MovesTheComponentsThatCountTheDuration) {
  const JsonNode items = array({component("second", "61"), component("minute", "2"),
                                component("token", "61"), component("second", "30")});
  EXPECT_EQ(
      to_text(correct_items(items, 61, 300)),
      R"([{"unit":"second","quantity":300},{"unit":"minute","quantity":5},{"unit":"token","quantity":61},{"unit":"second","quantity":30}])");
  EXPECT_EQ(test::code_of([&] { correct_items(array({component("token", "61")}), 61, 300); }),
            "invalid_argument");
  EXPECT_EQ(test::code_of([&] { require_valid_correction(-1, "typo"); }), "invalid_argument");
  EXPECT_EQ(test::code_of([&] { require_valid_correction(1, ""); }), "invalid_argument");
  EXPECT_EQ(test::code_of([&] { require_valid_correction(1, std::string(501, 'x')); }),
            "invalid_argument");
}

TEST(Reconciliation, NamesWhatIsWrong) {
  const std::vector<Charge> none, paid{{"charged", amount("6")}}, failed{{"failed", amount("6")}};
  using Problems = std::vector<Problem>;
  const auto found = [](std::span<const Charge> charges, std::optional<Decimal> cost,
                        bool shown = true) {
    return examine({true, false, true, charges, cost, shown});
  };
  EXPECT_EQ(found(paid, amount("6")), Problems{});
  EXPECT_EQ(found(none, amount("6")), Problems{Problem::no_event});
  EXPECT_EQ(found(failed, amount("6")), Problems{Problem::failed_event});
  EXPECT_EQ(found(paid, amount("7")), Problems{Problem::undercharged});
  EXPECT_EQ(found(paid, amount("5"), false), Problems{Problem::overcharged});
  EXPECT_EQ(found(paid, amount("6"), false), Problems{Problem::wrong_display});
  EXPECT_EQ(found(paid, std::nullopt), Problems{});
  EXPECT_EQ(examine({false, true, true, none, std::nullopt, true}), Problems{Problem::open_hold});
  EXPECT_EQ(examine({true, true, false, paid, amount("1"), false}), Problems{Problem::open_hold});
}

StartRequest request() {
  StartRequest request;
  request.to_country_code = "+971";
  request.to_base_number = 501234567;
  request.idempotency_key = "k";
  request.metadata = "{}";
  return request;
}

TEST(Start, TakesNumbersThatCanBeDialled) {
  EXPECT_NO_THROW(require_valid(request()));
  for (const char* code : {"", "+", "971", "+97a", "+12345", "++1"}) {
    StartRequest bad = request();
    bad.to_country_code = code;
    EXPECT_EQ(test::code_of([&] { require_valid(bad); }), "invalid_argument");
  }
  for (const std::int64_t base : {0L, -1L, 9999999999999L}) {
    StartRequest bad = request();
    bad.to_base_number = base;
    EXPECT_EQ(test::code_of([&] { require_valid(bad); }), "invalid_argument");
  }
  StartRequest longest = request();
  longest.to_base_number = 999999999999L;
  EXPECT_NO_THROW(require_valid(longest));
  StartRequest debt = request();
  debt.estimated_credits = amount("-1");
  EXPECT_EQ(test::code_of([&] { require_valid(debt); }), "invalid_argument");
}

TEST(Start, KnowsItsRequestAgainWhateverTheKey) {
  StartRequest other = request();
  other.idempotency_key = "another";
  EXPECT_EQ(fingerprint(request()), fingerprint(other));
  other.to_base_number = 1;
  EXPECT_NE(fingerprint(request()), fingerprint(other));
  other = request();
  other.lead_id = Uuid{};
  EXPECT_NE(fingerprint(request()), fingerprint(other));
}

TEST(Start, NeedsFeatureNumberAndCapability) {
  EXPECT_NO_THROW(require_permitted({true, true, true, true}));
  EXPECT_EQ(test::code_of([&] { require_permitted({false, true, true, true}); }), "privilege");
  EXPECT_EQ(test::code_of([&] { require_permitted({true, false, true, true}); }), "privilege");
  EXPECT_EQ(test::code_of([&] { require_permitted({true, true, false, true}); }), "privilege");
  EXPECT_EQ(test::code_of([&] { require_permitted({true, true, true, false}); }), "privilege");
}

}  // namespace
}  // namespace lad::calls
