#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "expect_error.hpp"
#include "price_examples.hpp"
#include "pricing/cost.hpp"
#include "pricing/terms.hpp"

namespace lad::pricing {
namespace {

using test::code_of;
using test::number;
using test::object;
using test::text;
using test::tiers;

struct Example {
  const char* quantity;
  const char* cost;
  const char* unit_price;
};

void expect_costs(const JsonNode& metadata, const char* unit_price,
                  const std::vector<Example>& examples, const char* exchange_rate = nullptr) {
  const auto rate = exchange_rate ? std::optional{Rate::parse(exchange_rate)} : std::nullopt;
  for (const auto& [quantity, cost, unit] : examples) {
    const Cost got =
        cost_of(Decimal::parse(quantity), Rate::parse(unit_price), read_terms(metadata), rate);
    EXPECT_EQ(got.amount, Decimal::parse(cost)) << quantity << ": " << got.amount.to_string();
    EXPECT_EQ(got.unit_price, Rate::parse(unit)) << quantity;
  }
}

TEST(Terms, PackagesCountStartedBlocks) {
  // A call of so many seconds at three credits a started minute.
  expect_costs(object({{"model", text("package")}, {"package_size", number("60")}}), "3",
               {{"0", "0", "3"},
                {"0.000001", "3", "3"},
                {"1", "3", "3"},
                {"60", "3", "3"},
                {"60.000001", "6", "3"},
                {"61", "6", "3"},
                {"3600", "180", "3"}});
  expect_costs(object({{"model", text("package")}, {"package_size", text("0.5")}}), "0.0000004",
               {{"0.5", "0", "0.0000004"}, {"0.6", "0.000001", "0.0000004"}});
}

TEST(Terms, GraduatedPricesEachUnitInItsTier) {
  const JsonNode metadata =
      object({{"model", text("graduated")},
              {"tiers", tiers({{"100", "0.02"}, {"1000", "0.015"}, {nullptr, "0.01"}})}});
  expect_costs(metadata, "9",
               {{"0", "0", "0.02"},
                {"1", "0.02", "0.02"},
                {"100", "2", "0.02"},
                {"100.000001", "2", "0.015"},
                {"101", "2.015", "0.015"},
                {"1000", "15.5", "0.015"},
                {"1001", "15.51", "0.01"},
                {"10000", "105.5", "0.01"}});
}

TEST(Terms, VolumePricesAllUnitsInTheTierOfTheQuantity) {
  const JsonNode metadata =
      object({{"model", text("volume")},
              {"tiers", tiers({{"100", "0.02"}, {"1000", "0.015"}, {nullptr, "0"}})}});
  expect_costs(metadata, "9",
               {{"0", "0", "0.02"},
                {"100", "2", "0.02"},
                {"100.000001", "1.5", "0.015"},
                {"101", "1.515", "0.015"},
                {"1000", "15", "0.015"},
                {"1000.5", "0", "0"}});
}

TEST(Terms, TheSumOfTiersIsRoundedOnceNotEachTier) {
  // Each tier costs 0.4 millionths; rounded alone it would be nothing.
  const JsonNode metadata =
      object({{"model", text("graduated")},
              {"tiers", tiers({{"1", "0.0000004"}, {"2", "0.0000004"}, {nullptr, "0.0000004"}})}});
  expect_costs(
      metadata, "1",
      {{"1", "0", "0.0000004"}, {"2", "0.000001", "0.0000004"}, {"3", "0.000001", "0.0000004"}});
}

TEST(Terms, AFreeQuantityIsTakenOffBeforeBlocksAndTiers) {
  expect_costs(object({{"free_quantity", number("10")}}), "0.5",
               {{"0", "0", "0.5"},
                {"10", "0", "0.5"},
                {"10.000001", "0.000001", "0.5"},
                {"12", "1", "0.5"}});
  expect_costs(object({{"model", text("package")},
                       {"package_size", number("60")},
                       {"free_quantity", number("30")}}),
               "3", {{"30", "0", "3"}, {"31", "3", "3"}, {"90", "3", "3"}, {"91", "6", "3"}});
  expect_costs(object({{"model", text("graduated")},
                       {"free_quantity", number("5")},
                       {"tiers", tiers({{"10", "1"}, {nullptr, "0.1"}})}}),
               "1", {{"5", "0", "1"}, {"15", "10", "1"}, {"16", "10.1", "0.1"}});
  const Cost cost = cost_of(Decimal::parse("7"), Rate::parse("1"),
                            read_terms(object({{"free_quantity", number("5")}})), {});
  EXPECT_EQ(cost.free_quantity, Decimal::parse("5"));
}

TEST(Terms, TheMinimumIsForItemsOfWhichAnythingIsBilled) {
  const JsonNode metadata =
      object({{"minimum_charge", number("1")}, {"free_quantity", number("10")}});
  expect_costs(metadata, "0.5",
               {{"10", "0", "0.5"},
                {"10.000001", "1", "0.5"},
                {"12", "1", "0.5"},
                {"12.000001", "1.000001", "0.5"},
                {"14", "2", "0.5"}});
  const Terms terms = read_terms(metadata);
  EXPECT_TRUE(cost_of(Decimal::parse("11.999999"), Rate::parse("0.5"), terms, {}).is_minimum);
  EXPECT_FALSE(cost_of(Decimal::parse("12"), Rate::parse("0.5"), terms, {}).is_minimum);
  EXPECT_FALSE(cost_of(Decimal::parse("1"), Rate::parse("0.5"), terms, {}).is_minimum);
  // It is in the currency of the price, and converted with it.
  expect_costs(metadata, "0.5", {{"11", "1.25", "0.5"}, {"16", "3.75", "0.5"}}, "1.25");
}

TEST(Terms, ConversionRoundsTheProductOfThreeOnce) {
  expect_costs({}, "0.0000005", {{"1", "0", "0.0000005"}, {"3", "0.000001", "0.0000005"}}, "0.9");
  expect_costs({}, "0.3333333333", {{"3", "3.333333", "0.3333333333"}}, "3.3333333333");
}

TEST(Terms, ProductsOf38DigitsAreExactUntilTheRangeCheck) {
  constexpr const char* kMost = "99999999999999.999999";
  constexpr const char* kRate = "9999999999.9999999999";
  expect_costs(object({{"minimum_charge", number("0")}}), "0.0000000001",
               {{kMost, "10000", "0.0000000001"}});
  // Quantity × price is 10^24, beyond any amount; the rate makes it one.
  expect_costs({}, kRate, {{kMost, "99999999999999.999998", kRate}}, "0.0000000001");
  const auto cost = [&](const JsonNode& metadata, const char* rate) {
    return code_of([&] {
      cost_of(Decimal::parse(kMost), Rate::parse(kRate), read_terms(metadata), Rate::parse(rate));
    });
  };
  EXPECT_EQ(cost({}, "0.0000000002"), "out_of_range");
  EXPECT_EQ(cost({}, kRate), "out_of_range");
  const JsonNode blocks =
      object({{"model", text("package")}, {"package_size", number("0.000001")}});
  EXPECT_EQ(cost(blocks, kRate), "out_of_range");
  const JsonNode graduated =
      object({{"model", text("graduated")},
              {"tiers", tiers({{"0.000001", kRate}, {kMost, kRate}, {nullptr, kRate}})}});
  expect_costs(graduated, "0", {{kMost, "99999999999999.999998", kRate}}, "0.0000000001");
  EXPECT_EQ(cost(graduated, kRate), "out_of_range");
}

TEST(Terms, OfTheLargestAmountTheLastHalfDecides) {
  // 99999999999999.9999994 is the most that is rounded down into the range.
  expect_costs({}, "1.0000000001", {{"99999999990000", "99999999999999.999999", "1.0000000001"}},
               "1");
  const Terms plain;
  EXPECT_EQ(code_of([&] {
              cost_of(Decimal::parse("99999999999999.999999"), Rate::parse("1.0000000001"), plain,
                      {});
            }),
            "out_of_range");
}

struct Refused {
  JsonNode metadata;
  const char* code;
  const char* message;
};

std::vector<Refused> refused_terms() {
  const auto graduated = [](JsonNode list) {
    return object({{"model", text("graduated")}, {"tiers", std::move(list)}});
  };
  JsonNode odd_tier = tiers({{nullptr, "1"}});
  odd_tier.children[0] = number("1");
  JsonNode no_price = tiers({{nullptr, "1"}});
  no_price.children[0].keys[1] = "price";
  return {
      {number("1"), "invalid_argument", "must be an object"},
      {object({{"model", text("flat")}}), "invalid_argument",
       "model must be per_unit, package, graduated or volume"},
      {object({{"model", number("1")}}), "invalid_argument",
       "model must be per_unit, package, graduated or volume"},
      {object({{"model", text("package")}}), "invalid_argument", "package_size is missing"},
      {object({{"package_size", number("1")}}), "invalid_argument",
       "package_size is for the model package"},
      {object({{"model", text("package")}, {"package_size", number("0")}}), "invalid_argument",
       "package_size must be above 0"},
      {object({{"model", text("package")}, {"package_size", number("-1")}}), "invalid_argument",
       "package_size is negative"},
      {object({{"model", text("package")}, {"package_size", text("NaN")}}), "invalid_argument",
       "package_size is not a number"},
      {object({{"model", text("volume")}}), "invalid_argument", "tiers is missing"},
      {object({{"tiers", tiers({{nullptr, "1"}})}}), "invalid_argument",
       "tiers is for the models graduated and volume"},
      {graduated(tiers({})), "invalid_argument", "tiers must be an array of 1 to 100"},
      {graduated(text("1")), "invalid_argument", "tiers must be an array of 1 to 100"},
      {graduated(odd_tier), "invalid_argument", "tier 1 must be an object"},
      {graduated(no_price), "invalid_argument", "tier 1: unit_price is missing"},
      {graduated(tiers({{"1", "1"}})), "invalid_argument",
       "the last tier must have up_to null, as no quantity is beyond it"},
      {graduated(tiers({{nullptr, "1"}, {nullptr, "1"}})), "invalid_argument",
       "tier 1 has up_to null and is not the last"},
      {graduated(tiers({{"2", "1"}, {"1", "1"}, {nullptr, "1"}})), "invalid_argument",
       "tier 2: up_to must be above that of the tier before"},
      {graduated(tiers({{"2", "1"}, {"2", "1"}, {nullptr, "1"}})), "invalid_argument",
       "tier 2: up_to must be above that of the tier before"},
      {graduated(tiers({{"0", "1"}, {nullptr, "1"}})), "invalid_argument",
       "tier 1: up_to must be above that of the tier before"},
      {graduated(tiers({{nullptr, "-0.1"}})), "invalid_argument", "tier 1: unit_price is negative"},
      {graduated(tiers({{nullptr, "0.00000000001"}})), "inexact_amount",
       "tier 1: unit_price has more than 10 decimals"},
      {graduated(tiers({{nullptr, "10000000000"}})), "out_of_range",
       "tier 1: unit_price is too large"},
      {object({{"minimum_charge", number("-1")}}), "invalid_argument",
       "minimum_charge is negative"},
      {object({{"minimum_charge", number("0.0000001")}}), "inexact_amount",
       "minimum_charge has more than 6 decimals"},
      {object({{"free_quantity", object({})}}), "invalid_argument",
       "free_quantity must be a number, or a string that holds one"},
      {object({{"free_quantity", number("100000000000000")}}), "out_of_range",
       "free_quantity is too large"},
  };
}

TEST(Terms, EveryFlawIsNamed) {
  for (const Refused& refused : refused_terms()) {
    const auto error = test::error_of([&] { read_terms(refused.metadata); });
    ASSERT_TRUE(error) << refused.message;
    EXPECT_EQ(error->message(), std::string("metadata of a price: ") + refused.message);
    EXPECT_EQ(error_info(error->code()).name, std::string(refused.code)) << refused.message;
    const auto stored = test::error_of([&] { read_stored_terms(refused.metadata, "x y z per u"); });
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->code(), ErrorCode::no_price);
    EXPECT_EQ(stored->message(), "the price for x y z per u cannot be used");
    EXPECT_EQ(stored->detail(), std::string("Its metadata: ") + refused.message + ".");
  }
}

TEST(Terms, NullIsAbsentAndOtherKeysAreNotLookedAt) {
  const JsonNode null;
  const Terms terms = read_terms(object({{"model", null},
                                         {"package_size", null},
                                         {"tiers", null},
                                         {"minimum_charge", null},
                                         {"free_quantity", null},
                                         {"unit_cost", text("x")}}));
  EXPECT_EQ(terms.model, Model::per_unit);
  EXPECT_TRUE(terms.tiers.empty());
  std::vector<std::pair<const char*, const char*>> many;
  std::vector<std::string> ends;
  for (std::size_t i = 1; i < kMaxTiers; ++i) ends.push_back(std::to_string(i));
  for (const std::string& end : ends) many.emplace_back(end.c_str(), "1");
  many.emplace_back(nullptr, "1");
  const auto read = [&] {
    return read_terms(object({{"model", text("volume")}, {"tiers", tiers(many)}}));
  };
  EXPECT_EQ(read().tiers.size(), kMaxTiers);
  many.insert(many.begin(), {"0.5", "1"});
  EXPECT_EQ(code_of(read), "invalid_argument");
}

}  // namespace
}  // namespace lad::pricing
