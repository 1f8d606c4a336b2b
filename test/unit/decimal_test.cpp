#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/int128.hpp"
#include "expect_error.hpp"

namespace lad {
namespace {

using test::code_of;

Decimal amount(const char* text) {
  return Decimal::parse(text);
}
Rate rate(const char* text) {
  return Rate::parse(text);
}

constexpr const char* kLargest = "99999999999999.999999";

struct Reading {
  const char* text;
  const char* expected;
};

TEST(DecimalParse, ReadsExactly) {
  for (const auto& [text, expected] : std::vector<Reading>{
           {"0", "0.000000"},
           {"-0", "0.000000"},
           {"-0.0000000", "0.000000"},
           {"12.5", "12.500000"},
           {"+12.5", "12.500000"},
           {"-12.5", "-12.500000"},
           {".5", "0.500000"},
           {"5.", "5.000000"},
           {"007", "7.000000"},
           {"0.000001", "0.000001"},
           {"-0.000001", "-0.000001"},
           {"1.0000000", "1.000000"},
           {"1.2345670000000000000000000000000000", "1.234567"},
           {"00000000000000000000000000000000000000000001", "1.000000"},
           {"99999999999999.999999", "99999999999999.999999"},
           {"-99999999999999.999999", "-99999999999999.999999"},
           {"1e3", "1000.000000"},
           {"1E+3", "1000.000000"},
           {"1234567e-6", "1.234567"},
           {"12345670e-7", "1.234567"},
           {"0.00001e5", "1.000000"},
           {"100000000000000e-1", "10000000000000.000000"},
           {"0e99999999999999999999", "0.000000"},
           {"0.000e-99999999999999999999", "0.000000"},
       }) {
    EXPECT_EQ(amount(text).to_string(), expected) << text;
  }
}

TEST(DecimalParse, RefusesWhatIsNoDecimalNumber) {
  for (const char* text :
       {"",      " ",        " 1",        "1 ",  "+",   "-",   ".",     "-.",    "--1", "+-1",
        "1.2.3", "1,5",      "0x1",       "1e",  "1e+", "e5",  "1e5.0", "1e5e5", "NaN", "nan",
        "inf",   "Infinity", "-Infinity", "1_0", "١",   "1\n", "1-",    "$1"}) {
    EXPECT_EQ(code_of([&] { amount(text); }), "invalid_argument") << '"' << text << '"';
  }
  EXPECT_EQ(code_of([] { Decimal::parse(std::string_view("1\0", 2)); }), "invalid_argument");
}

TEST(DecimalParse, RefusesExcessDecimals) {
  for (const char* text : {"0.0000001", "1.0000005", "-1.2345678", "1e-7", "1.5e-6",
                           "0.00000000000000000000000000000000000000000000001", "1e-999999999999",
                           "12345678901234.1234567"}) {
    EXPECT_EQ(code_of([&] { amount(text); }), "inexact_amount") << text;
  }
}

TEST(DecimalParse, RefusesWhatIsTooLarge) {
  for (const char* text : {"100000000000000", "-100000000000000", "1e14", "1e999999999999999999999",
                           "100000000000000.0000001", "123456789012345678901234567890"}) {
    EXPECT_EQ(code_of([&] { amount(text); }), "out_of_range") << text;
  }
}

TEST(DecimalParse, ErrorShowsAClippedPrintableValue) {
  const auto error =
      test::error_of([] { amount("bad \"quote\"\n\xc3\xa4 and then very much more of it"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message(), "amount is not a decimal number");
  EXPECT_EQ(error->detail(), "The value given is \"bad ?quote???? and then very much more o...\".");
}

TEST(RateParse, HasTenDecimalsAndTenDigitsBefore) {
  EXPECT_EQ(rate("0.00000015").to_string(), "0.0000001500");
  EXPECT_EQ(rate("9999999999.9999999999").to_string(), "9999999999.9999999999");
  EXPECT_EQ(code_of([] { rate("0.00000000001"); }), "inexact_amount");
  EXPECT_EQ(code_of([] { rate("10000000000"); }), "out_of_range");
  EXPECT_EQ(test::error_of([] { rate("x"); })->message(), "rate is not a decimal number");
}

TEST(Decimal, UnitsAreMillionths) {
  EXPECT_EQ(units(amount("1.5")), Int128(1'500'000));
  EXPECT_EQ(from_units<Decimal>(Int128(-1)).to_string(), "-0.000001");
  const Int128 limit("100000000000000000000");
  EXPECT_EQ(from_units<Decimal>(limit - 1), amount(kLargest));
  EXPECT_EQ(from_units<Decimal>(1 - limit), -amount(kLargest));
  EXPECT_EQ(code_of([&] { from_units<Decimal>(limit); }), "out_of_range");
  EXPECT_EQ(code_of([&] { from_units<Decimal>(-limit); }), "out_of_range");
}

TEST(Decimal, SumsAndDifferencesAreChecked) {
  EXPECT_EQ(amount("0.1") + amount("0.2"), amount("0.3"));
  EXPECT_EQ(amount("0.1") - amount("0.3"), amount("-0.2"));
  EXPECT_EQ(amount(kLargest) - amount(kLargest), Decimal());
  EXPECT_EQ(code_of([] { return amount(kLargest) + amount("0.000001"); }), "out_of_range");
  EXPECT_EQ(code_of([] { return -amount(kLargest) - amount("0.000001"); }), "out_of_range");
  EXPECT_EQ(code_of([] { return amount(kLargest) + amount(kLargest); }), "out_of_range");
}

TEST(Decimal, OrderAndSigns) {
  EXPECT_LT(amount("-2"), amount("-1"));
  EXPECT_LT(amount("-1"), amount("0"));
  EXPECT_GT(amount("0.000001"), Decimal());
  EXPECT_GE(amount("1.0"), amount("1"));
  EXPECT_TRUE(Decimal().is_zero());
  EXPECT_FALSE(Decimal().is_negative());
  EXPECT_TRUE(amount("-0.000001").is_negative());
}

struct Product {
  const char* quantity;
  const char* rate;
  const char* expected;
};

TEST(MultiplyHalfAway, WorkedExamples) {
  for (const auto& [quantity, price, expected] : std::vector<Product>{
           {"1000000", "0.00000015", "0.150000"},
           {"3", "0.00000015", "0.000000"},
           {"1", "0.0000005", "0.000001"},
           {"-1", "0.0000005", "-0.000001"},
           {"1", "0.0000004999", "0.000000"},
           {"-1", "0.0000004999", "0.000000"},
           {"0.5", "0.000001", "0.000001"},
           {"1.5", "0.000001", "0.000002"},
           {"2.5", "0.000001", "0.000003"},
           {"-2.5", "0.000001", "-0.000003"},
           {"0.000001", "0.5", "0.000001"},
           {"0.000001", "0.4999999999", "0.000000"},
           {"99999999999999.999999", "1", "99999999999999.999999"},
           {"99999999999999.999999", "0.9999999999", "99999999989999.999999"},
           {"0.000099", "9999999999.9999999999", "990000.000000"},
           {"0", "9999999999.9999999999", "0.000000"},
       }) {
    EXPECT_EQ(multiply_half_away(amount(quantity), rate(price)).to_string(), expected)
        << quantity << " x " << price;
  }
}

TEST(MultiplyHalfAway, RefusesAProductTooLarge) {
  const auto product = [](const char* a, const char* b) {
    return code_of([&] { multiply_half_away(amount(a), rate(b)); });
  };
  EXPECT_EQ(product("99999999999999.999999", "1.0000000001"), "out_of_range");
  EXPECT_EQ(product("99999999999999.999999", "9999999999.9999999999"), "out_of_range");
  EXPECT_EQ(product("-99999999999999.999999", "9999999999.9999999999"), "out_of_range");
  EXPECT_EQ(product("10000", "9999999999.9999999999"), "no error");
  EXPECT_EQ(product("10001", "9999999999.9999999999"), "out_of_range");
}

std::vector<std::string> shares(const char* total, const std::vector<const char*>& weights) {
  std::vector<Decimal> values;
  for (const char* weight : weights) values.push_back(amount(weight));
  std::vector<std::string> texts;
  for (const Decimal part : allocate(amount(total), values)) texts.push_back(part.to_string());
  return texts;
}

TEST(Allocate, GivesTheRestToTheLargestRemainders) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(shares("1", {"1", "1", "1"}), (Texts{"0.333334", "0.333333", "0.333333"}));
  EXPECT_EQ(shares("-1", {"1", "1", "1"}), (Texts{"-0.333334", "-0.333333", "-0.333333"}));
  EXPECT_EQ(shares("0.000002", {"1", "2", "2"}), (Texts{"0.000000", "0.000001", "0.000001"}));
  EXPECT_EQ(shares("10", {"0", "3", "1"}), (Texts{"0.000000", "7.500000", "2.500000"}));
  EXPECT_EQ(shares("0", {"1", "2"}), (Texts{"0.000000", "0.000000"}));
  EXPECT_EQ(shares(kLargest, {kLargest}), (Texts{kLargest}));
}

TEST(Allocate, RefusesWeightsWithoutASum) {
  EXPECT_EQ(code_of([] { shares("1", {}); }), "invalid_argument");
  EXPECT_EQ(code_of([] { shares("1", {"0", "0"}); }), "invalid_argument");
  EXPECT_EQ(code_of([] { shares("1", {"2", "-1"}); }), "invalid_argument");
}

}  // namespace
}  // namespace lad
