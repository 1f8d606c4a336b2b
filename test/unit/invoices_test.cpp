#include "invoices/invoices.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>
#include <set>

#include "expect_error.hpp"
#include "invoices/payment.hpp"

namespace lad::invoices {
namespace {

using test::code_of;

JsonNode text(const char* value, JsonNode::Kind kind = JsonNode::Kind::string) {
  JsonNode node;
  node.kind = kind;
  node.text = value;
  return node;
}

JsonNode number(const char* value) {
  return text(value, JsonNode::Kind::number);
}

JsonNode object(std::vector<std::pair<const char*, JsonNode>> members) {
  JsonNode node;
  node.kind = JsonNode::Kind::object;
  for (auto& [key, value] : members) {
    node.keys.emplace_back(key);
    node.children.push_back(std::move(value));
  }
  return node;
}

JsonNode array(std::vector<JsonNode> items) {
  JsonNode node;
  node.kind = JsonNode::Kind::array;
  node.children = std::move(items);
  return node;
}

Charge charge(const char* cost, const char* feature = "ai", const char* category = "llm") {
  return {feature,
          category,
          "openai",
          "gpt-4",
          "token",
          Rate::parse("0.5"),
          Decimal::parse("1"),
          Decimal::parse(cost)};
}

/// An account whose features cost what their components cost.
Account account_of(std::vector<Charge> charges, const char* currency = "USD") {
  Account account;
  account.currency = currency;
  std::map<std::string, Decimal> totals;
  for (const Charge& of : charges) totals[of.feature_key] += of.cost;
  for (const auto& [key, cost] : totals) account.totals.push_back({key, cost});
  account.charges = std::move(charges);
  return account;
}

std::vector<std::string> amounts(const Bill& bill) {
  std::vector<std::string> texts;
  for (const Line& line : bill.lines) texts.push_back(line.kind + " " + line.amount.to_string());
  return texts;
}

TEST(InvoiceStatus, GoesForwardOnly) {
  using enum Status;
  const std::set<std::pair<Status, Status>> allowed{
      {draft, pending},  {draft, voided}, {pending, paid},  {pending, overdue},
      {pending, voided}, {overdue, paid}, {overdue, voided}};
  for (const Status from : {draft, pending, paid, voided, overdue}) {
    EXPECT_EQ(parse_status(to_text(from)), from);
    for (const Status to : {draft, pending, paid, voided, overdue}) {
      EXPECT_EQ(may_become(from, to), allowed.contains({from, to})) << to_text(from) << to_text(to);
      EXPECT_EQ(code_of([&] { require_transition(from, to); }),
                allowed.contains({from, to}) ? "no error" : "invoice_refused");
    }
  }
  EXPECT_EQ(code_of([] { parse_status("lost"); }), "check_failed");
}

TEST(InvoiceNumber, HasSixDigitsOrMore) {
  EXPECT_EQ(invoice_number(1), "INV-000001");
  EXPECT_EQ(invoice_number(999999), "INV-999999");
  EXPECT_EQ(invoice_number(1234567), "INV-1234567");
  const Uuid id = Uuid::parse("a0000000-0000-4000-8000-00000000000a");
  EXPECT_EQ(draft_number(id), "DRAFT-a0000000-0000-4000-8000-00000000000a");
}

TEST(Rounding, IsHalfAwayFromZeroToTheCurrency) {
  EXPECT_EQ(currency_decimals("USD"), 2);
  EXPECT_EQ(currency_decimals("JPY"), 0);
  EXPECT_EQ(currency_decimals("KWD"), 3);
  EXPECT_EQ(currency_decimals("CREDIT"), 6);
  EXPECT_EQ(currency_decimals("XYZ"), 2);
  for (const auto& [exact, decimals, rounded] :
       std::vector<std::tuple<const char*, int, const char*>>{
           {"1.005", 2, "1.010000"},
           {"1.004999", 2, "1.000000"},
           {"-1.005", 2, "-1.010000"},
           {"0.5", 0, "1.000000"},
           {"0.499999", 0, "0.000000"},
           {"1.2345", 3, "1.235000"},
           {"1.234567", 6, "1.234567"},
           {"99999999999999.49", 0, "99999999999999.000000"}}) {
    EXPECT_EQ(round_amount(Decimal::parse(exact), decimals).to_string(), rounded) << exact;
  }
  EXPECT_EQ(code_of([] { round_amount(Decimal::parse("99999999999999.5"), 0); }), "out_of_range");
}

TEST(Bill, RoundsLinesByLargestRemainder) {
  // 3 × 0.333333 is 0.999999, rounded 1.00: the units left go to the largest remainders.
  const Bill bill =
      make_bill(account_of({charge("0.333333"), charge("0.333333"), charge("0.333333")}));
  EXPECT_EQ(amounts(bill),
            (std::vector<std::string>{"usage 0.340000", "usage 0.330000", "usage 0.330000"}));
  EXPECT_EQ(bill.subtotal.to_string(), "1.000000");
  EXPECT_EQ(bill.total, bill.subtotal);
  // Each alone would be 0.00.
  EXPECT_EQ(make_bill(account_of({charge("0.004"), charge("0.004")})).subtotal.to_string(),
            "0.010000");
  EXPECT_EQ(make_bill(account_of({charge("0.0061")}, "CREDIT")).subtotal.to_string(), "0.006100");
  EXPECT_EQ(make_bill(account_of({charge("1.5"), charge("1.4")}, "JPY")).subtotal.to_string(),
            "3.000000");
}

TEST(Bill, KeepsFreeAndOverageLines) {
  const Bill bill = make_bill(account_of({charge("0"), charge("2", "ai", "overage")}));
  EXPECT_EQ(amounts(bill), (std::vector<std::string>{"usage 0.000000", "overage 2.000000"}));
  EXPECT_TRUE(make_bill(account_of({})).lines.empty());
  EXPECT_TRUE(make_bill(account_of({})).total.is_zero());
}

TEST(Bill, TakesOffWhatWasChargedBefore) {
  Account account = account_of({charge("9", "voice-agent"), charge("1", "ai")});
  account.totals = {{"ai", Decimal::parse("1")}, {"voice-agent", Decimal::parse("6")}};
  const Bill bill = make_bill(account);
  EXPECT_EQ(amounts(bill),
            (std::vector<std::string>{"usage 9.000000", "usage 1.000000", "correction -3.000000"}));
  EXPECT_EQ(bill.lines.back().of.feature_key, "voice-agent");
  EXPECT_EQ(bill.subtotal.to_string(), "7.000000");
}

TEST(Bill, ShowsRefundsAndCreditsBelowZero) {
  Account account = account_of({charge("10")});
  account.refunds = Decimal::parse("2.5");
  account.credits = Decimal::parse("7.5");
  const Bill bill = make_bill(account);
  EXPECT_EQ(amounts(bill),
            (std::vector<std::string>{"usage 10.000000", "refund -2.500000", "credit -7.500000"}));
  EXPECT_TRUE(bill.subtotal.is_zero());
  account.credits = Decimal::parse("8");
  EXPECT_EQ(code_of([&] { make_bill(account); }), "invalid_argument");
}

TEST(Bill, TaxesTheSubtotalOnceEach) {
  Account account = account_of({charge("0.99")});
  account.tax_rates = {{"VAT", Rate::parse("0.05")}, {"City", Rate::parse("0.005")}};
  const Bill bill = make_bill(account);
  EXPECT_EQ(bill.taxes[0].amount.to_string(), "0.050000");  // 0.0495
  EXPECT_EQ(bill.taxes[1].amount.to_string(), "0.000000");  // 0.00495
  EXPECT_EQ(bill.tax.to_string(), "0.050000");
  EXPECT_EQ(bill.total.to_string(), "1.040000");
  // 0.0449999995 rounds to 0.04; rounded to six decimals first it would be 0.045 and then 0.05.
  account = account_of({charge("0.45")});
  account.tax_rates = {{"VAT", Rate::parse("0.0999999989")}};
  EXPECT_EQ(make_bill(account).tax.to_string(), "0.040000");
}

// Whatever the lines: they sum to the subtotal, none is a unit and a half of the currency off.
TEST(Bill, AlwaysSumsUp) {
  std::mt19937_64 random(20261124);
  for (int round = 0; round < 2000; ++round) {
    const char* const currency = std::array{"USD", "JPY", "KWD", "CREDIT"}[random() % 4];
    std::vector<Charge> charges;
    for (std::size_t n = random() % 12; n > 0; --n) {
      charges.push_back(charge("0", random() % 2 ? "ai" : "voice-agent"));
      charges.back().cost = Decimal::from_native(
          static_cast<long long>(random() % 3 ? random() % 30000 : random() % 5000000000));
    }
    Account account = account_of(std::move(charges), currency);
    Decimal gross;
    for (FeatureTotal& total : account.totals) {
      if (random() % 3 == 0) total.cost = Decimal::from_native(total.cost.native_units() * 2 / 3);
      gross += total.cost;
    }
    account.refunds = Decimal::from_native(gross.native_units() / 4);
    account.credits = Decimal::from_native(gross.native_units() / 2);
    account.tax_rates = {{"VAT", Rate::parse("0.05")}};
    const Bill bill = make_bill(account);
    Decimal sum;
    Decimal exact;
    const Decimal unit = round_amount(Decimal::from_native(1), 6);
    const int decimals = currency_decimals(currency);
    Decimal step = unit;
    for (int i = decimals; i < 6; ++i) step = Decimal::from_native(step.native_units() * 10);
    for (const Line& line : bill.lines) {
      sum += line.amount;
      exact += line.of.cost;
      const Decimal off = line.amount - line.of.cost;
      EXPECT_LT(off.is_negative() ? -(off + off) : off + off, step + step + step);
      EXPECT_EQ(round_amount(line.amount, decimals), line.amount);
    }
    EXPECT_EQ(sum, bill.subtotal);
    const Decimal off = exact - bill.subtotal;
    EXPECT_LE(off.is_negative() ? -off : off, step);
    EXPECT_EQ(bill.total, bill.subtotal + bill.tax);
  }
}

TEST(TaxRates, AreReadFromTheTenant) {
  EXPECT_TRUE(read_tax_rates(object({})).empty());
  EXPECT_TRUE(read_tax_rates(JsonNode{}).empty());
  EXPECT_EQ(read_tax_rates(object({{"tax_rate", number("0.05")}})).front().rate.to_string(),
            "0.0500000000");
  const auto rates = read_tax_rates(
      object({{"tax_rate", number("7")},
              {"tax_rates", array({object({{"name", text("VAT")}, {"rate", text("0.2")}}),
                                   object({{"name", text("City")}, {"rate", number("0")}})})}}));
  ASSERT_EQ(rates.size(), 2U);
  EXPECT_EQ(rates[0].name, "VAT");
  for (const JsonNode& bad :
       {object({{"tax_rate", number("1.01")}}), object({{"tax_rate", number("-0.1")}}),
        object({{"tax_rate", text("five")}}), object({{"tax_rate", array({})}}),
        object({{"tax_rates", number("0.05")}}), object({{"tax_rates", array({number("0.05")})}}),
        object({{"tax_rates", array({object({{"name", text("")}, {"rate", number("0")}})})}}),
        object({{"tax_rates", array({object({{"name", text("VAT")}})})}})}) {
    EXPECT_EQ(code_of([&] { read_tax_rates(bad); }), "invalid_argument") << to_text(bad);
  }
  EXPECT_EQ(code_of([] {
              read_tax_rates(object({{"tax_rate", number("0.00000000001")}}));
            }),
            "inexact_amount");
}

TEST(Lines, AreJson) {
  const Bill bill = make_bill(account_of({charge("1.234567")}));
  EXPECT_EQ(lines_json(bill.lines),
            R"([{"kind":"usage","feature_key":"ai","category":"llm","provider":"openai",)"
            R"("model":"gpt-4","unit":"token","quantity":1.000000,"unit_price":0.5000000000,)"
            R"("exact":1.234567,"amount":1.230000}])");
  EXPECT_EQ(lines_json({}), "[]");
  EXPECT_EQ(taxes_json({}), "[]");
}

TEST(Payment, IsOfTheTotal) {
  const Decimal total = Decimal::parse("12.5");
  Payment topup{"topup", total, "USD", false, false, {}};
  Payment debit{"debit", -total, "USD", true, false, {}};
  const auto outcome = [&](const std::optional<Payment>& payment) {
    return code_of([&] { require_payment(payment, total, "USD"); });
  };
  EXPECT_EQ(outcome(topup), "no error");
  EXPECT_EQ(outcome(debit), "no error");
  EXPECT_EQ(outcome(std::nullopt), "null_argument");
  EXPECT_EQ(code_of([] { require_payment(std::nullopt, Decimal{}, "USD"); }), "no error");
  debit.names_invoice = false;
  EXPECT_EQ(outcome(debit), "invoice_refused");
  EXPECT_EQ(outcome(Payment{"credit", total, "USD", true, false, {}}), "invoice_refused");
  EXPECT_EQ(outcome(Payment{"topup", Decimal::parse("12.51"), "USD", false, false, {}}),
            "invoice_refused");
  EXPECT_EQ(outcome(Payment{"topup", total, "EUR", false, false, {}}), "currency_mismatch");
  topup.is_reversed = true;
  EXPECT_EQ(outcome(topup), "invoice_refused");
  topup.is_reversed = false;
  topup.pays = "INV-000001";
  EXPECT_EQ(outcome(topup), "invoice_refused");
}

TEST(Arguments, AreChecked) {
  const std::vector<std::string> one{"USD"};
  const std::vector<std::string> two{"EUR", "USD"};
  EXPECT_EQ(only_currency(one), "USD");
  EXPECT_EQ(code_of([&] { only_currency(two); }), "currency_mismatch");
  EXPECT_EQ(code_of([] { require_free_period("INV-000001"); }), "invoice_refused");
  EXPECT_EQ(code_of([] { require_free_period(std::nullopt); }), "no error");
  for (const char* const bad : {"", "US", "usd", "DOLLARSIGNS", "US$"}) {
    EXPECT_EQ(code_of([&] { require_currency(bad); }), "invalid_argument") << bad;
  }
  EXPECT_EQ(code_of([] { require_currency("CREDIT"); }), "no error");
  EXPECT_EQ(code_of([] { require_due_in(0); }), "no error");
  EXPECT_EQ(code_of([] { require_due_in(-1); }), "invalid_argument");
  EXPECT_EQ(code_of([] { require_due_in(86'400'000'000 * 3661); }), "invalid_argument");
  EXPECT_EQ(code_of([] {
              require_details(
                  object({{"note", text("thanks")}, {"issuer", object({{"name", text("LAD")}})}}));
            }),
            "no error");
  for (const JsonNode& bad : {array({}), object({{"note", number("1")}}),
                              object({{"issuer", object({{"name", number("1")}})}}),
                              object({{"issuer", array({text("LAD")})}}),
                              object({{"note", text(std::string(5001, 'x').c_str())}})}) {
    EXPECT_EQ(code_of([&] { require_details(bad); }), "invalid_argument");
  }
  EXPECT_EQ(code_of([] { require_words("", "reason", 5); }), "invalid_argument");
  EXPECT_EQ(code_of([] { require_words("a\nb", "reason", 5); }), "invalid_argument");
  EXPECT_EQ(code_of([] { require_words("123456", "reason", 5); }), "invalid_argument");
  EXPECT_EQ(code_of([] { require_words("12345", "reason", 5); }), "no error");
}

}  // namespace
}  // namespace lad::invoices
