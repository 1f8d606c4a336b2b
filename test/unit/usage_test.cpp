#include "usage/usage.hpp"

#include "calls/calls.hpp"
#include "expect_error.hpp"

namespace lad {
namespace {

JsonNode text(JsonNode::Kind kind, std::string value) {
  JsonNode node;
  node.kind = kind;
  node.text = std::move(value);
  return node;
}

JsonNode one_item(const std::string& quantity) {
  JsonNode item;
  item.kind = JsonNode::Kind::object;
  item.keys = {"category", "provider", "model", "unit", "quantity"};
  for (int i = 0; i < 4; ++i) item.children.push_back(text(JsonNode::Kind::string, "x"));
  item.children.push_back(text(JsonNode::Kind::number, quantity));
  JsonNode items;
  items.kind = JsonNode::Kind::array;
  items.children.push_back(item);
  return items;
}

std::string code_for(const std::string& quantity) {
  return test::code_of([&] { usage::read_items(one_item(quantity)); });
}

TEST(Usage, ReadsExactQuantitiesOnly) {
  EXPECT_EQ(usage::read_items(one_item("1.5000000")).at(0).quantity, Decimal::parse("1.5"));
  EXPECT_EQ(code_for("99999999999999.999999"), "no error");
  EXPECT_EQ(code_for("100000000000000"), "out_of_range");
  EXPECT_EQ(code_for("0.0000001"), "inexact_amount");
  EXPECT_EQ(code_for("-1"), "invalid_argument");
  EXPECT_EQ(code_for("NaN"), "invalid_argument");
  EXPECT_EQ(code_for(""), "invalid_argument");
}

TEST(Usage, ReservesTheKeysOfTheExtension) {
  EXPECT_EQ(test::code_of([] { usage::require_usable_key("call:1"); }), "invalid_argument");
  EXPECT_EQ(test::code_of([] { usage::require_usable_key("charge_usage_1"); }), "invalid_argument");
  EXPECT_EQ(test::code_of([] { usage::require_usable_key("recall:1"); }), "no error");
}

TEST(Calls, ChargesOnceAndThenTheDifference) {
  const Decimal six = Decimal::parse("6");
  const Decimal nine = Decimal::parse("9");
  const std::vector<calls::Charge> paid{{"charged", six}};
  EXPECT_EQ(calls::decide({}, six).amount, six);
  EXPECT_TRUE(calls::decide(paid, six).nothing);
  EXPECT_TRUE(calls::decide(paid, Decimal::parse("3")).nothing);
  EXPECT_EQ(calls::decide(paid, nine).amount, Decimal::parse("3"));
  EXPECT_EQ(calls::decide(paid, nine).number, 2);
  const std::vector<calls::Charge> failed{{"failed", six}};
  EXPECT_TRUE(calls::decide(failed, nine).reopen);
  EXPECT_EQ(calls::decide(failed, nine).amount, nine);
  const std::vector<calls::Charge> voided{{"voided", six}};
  EXPECT_TRUE(calls::decide(voided, nine).nothing);
}

}  // namespace
}  // namespace lad
