#include "usage/quota.hpp"

#include "expect_error.hpp"
#include "usage/items.hpp"
#include "usage/lifecycle.hpp"

namespace lad {
namespace {

Decimal amount(const char* text) {
  return Decimal::parse(text);
}

usage::Entitlement quota(const char* month, const char* day, const char* rate = nullptr) {
  usage::Entitlement entitlement;
  if (month != nullptr) entitlement.monthly_quota = amount(month);
  if (day != nullptr) entitlement.daily_quota = amount(day);
  if (rate != nullptr) entitlement.overage_rate = Rate::parse(rate);
  entitlement.allow_overages = rate != nullptr;
  return entitlement;
}

TEST(Quota, LimitsEachWindow) {
  const usage::Entitlement entitlement = quota("100", "10");
  const usage::Used used{amount("95"), amount("2")};
  EXPECT_TRUE(usage::judge(entitlement, used, amount("5")).allowed);
  EXPECT_FALSE(usage::judge(entitlement, used, amount("5.000001")).allowed);
  const usage::Allowance early = usage::judge(entitlement, {amount("0"), amount("2")}, amount("9"));
  EXPECT_FALSE(early.allowed);
  EXPECT_EQ(early.remaining_month, amount("100"));
  EXPECT_EQ(early.remaining_day, amount("8"));
  EXPECT_EQ(early.overage, amount("1"));
}

TEST(Quota, KnowsNoLimitWhereThereIsNone) {
  EXPECT_FALSE(usage::has_quota({}));
  const usage::Allowance any = usage::judge({}, {}, amount("99999999999999.999999"));
  EXPECT_TRUE(any.allowed);
  EXPECT_EQ(any.remaining_month, std::nullopt);
  EXPECT_TRUE(usage::judge(quota("0", nullptr), {}, Decimal{}).allowed);
  EXPECT_FALSE(usage::judge(quota("0", nullptr), {}, amount("0.000001")).allowed);
}

TEST(Quota, LeavesNothingWhereMoreWasUsed) {
  const auto allowance =
      usage::judge(quota("10", nullptr, "2"), {amount("25"), amount("25")}, amount("3"));
  EXPECT_EQ(allowance.remaining_month, Decimal{});
  EXPECT_EQ(allowance.overage, amount("3"));
}

TEST(Quota, ChargesAUnitOverBothWindowsOnce) {
  const usage::Entitlement entitlement = quota("100", "10", "0.0000015");
  const auto allowance = usage::judge(entitlement, {amount("98"), amount("9")}, amount("5"));
  EXPECT_TRUE(allowance.allowed);
  EXPECT_EQ(allowance.overage, amount("4"));
  EXPECT_EQ(usage::overage_cost(entitlement, allowance), amount("0.000006"));
  EXPECT_EQ(usage::overage_item("ai", entitlement, allowance),
            R"({"category":"overage","provider":"lad","model":"ai","unit":"event",)"
            R"("quantity":4.000000,"unit_price":0.0000015000,"cost":0.000006})");
  EXPECT_EQ(usage::append_item("[1]", "2"), "[1,2]");
}

TEST(Quota, RefusesWithAReason) {
  const auto refuse = [](const usage::Entitlement& entitlement, const char* quantity) {
    return test::code_of([&] {
      const auto allowance = usage::judge(entitlement, {}, amount(quantity));
      usage::require_allowed(entitlement, allowance, amount(quantity));
    });
  };
  EXPECT_EQ(refuse(quota("1", nullptr), "1"), "no error");
  EXPECT_EQ(refuse(quota("1", nullptr), "2"), "quota_exceeded");
  usage::Entitlement no_rate = quota("1", nullptr);
  no_rate.allow_overages = true;
  EXPECT_EQ(refuse(no_rate, "2"), "quota_exceeded");
  usage::Entitlement off;
  off.enabled = false;
  EXPECT_EQ(refuse(off, "0"), "privilege");
}

TEST(Quota, CountsTheUnitOfTheEntitlement) {
  const std::vector<pricing::UsageItem> items{{"stt", "p", "m", "second", amount("60.5")},
                                              {"llm", "p", "m", "token", amount("1000")},
                                              {"tts", "p", "m", "second", amount("1")}};
  EXPECT_EQ(usage::counted_quantity(items, "second"), amount("61.5"));
  EXPECT_EQ(usage::counted_quantity(items, "minute"), Decimal{});
  EXPECT_EQ(usage::counted_quantity(items, std::nullopt), amount("1"));
}

TEST(UsageItems, KeepWhatTheCallerSaysButPrices) {
  JsonNode item;
  item.kind = JsonNode::Kind::object;
  for (const char* const key : {"note", "quantity", "cost", "unitPrice", "unit"}) {
    item.keys.emplace_back(key);
    item.children.push_back({.kind = JsonNode::Kind::string, .text = "a\"}{"});
  }
  JsonNode bare;
  bare.kind = JsonNode::Kind::object;
  JsonNode items;
  items.kind = JsonNode::Kind::array;
  items.children = {item, bare};
  EXPECT_EQ(usage::merge_prices(items, R"([{"cost":1,"terms":{"a":"}"}},{"cost":2}])"),
            R"([{"note":"a\"}{","unit":"a\"}{","cost":1,"terms":{"a":"}"}},{"cost":2}])");
  EXPECT_EQ(test::code_of([&] { usage::merge_prices(items, R"([{"cost":1}])"); }), "internal");
}

TEST(UsageLife, GoesForwardOnly) {
  const auto step = [](const char* before, const char* after) {
    return test::code_of([&] { usage::require_step(before, after); });
  };
  EXPECT_EQ(step("pending", "failed"), "no error");
  EXPECT_EQ(step("failed", "charged"), "no error");
  EXPECT_EQ(step("charged", "charged"), "no error");
  EXPECT_EQ(step("charged", "voided"), "no error");
  EXPECT_EQ(step("charged", "failed"), "immutable_record");
  EXPECT_EQ(step("charged", "pending"), "immutable_record");
  EXPECT_EQ(step("voided", "charged"), "immutable_record");
  EXPECT_EQ(step("voided", "pending"), "immutable_record");
}

TEST(UsageLife, EndsWithAFinalInvoice) {
  const auto on = [](std::optional<std::string> status) {
    return test::code_of([&] { usage::require_not_invoiced(status); });
  };
  EXPECT_EQ(on(std::nullopt), "no error");
  EXPECT_EQ(on("draft"), "no error");
  EXPECT_EQ(on("voided"), "no error");
  EXPECT_EQ(on("pending"), "usage_not_chargeable");
  EXPECT_EQ(on("paid"), "usage_not_chargeable");
  EXPECT_EQ(on("overdue"), "usage_not_chargeable");
}

}  // namespace
}  // namespace lad
