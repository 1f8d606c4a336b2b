#include <gtest/gtest.h>

#include "expect_error.hpp"
#include "invoices/document.hpp"

namespace lad::invoices {
namespace {

using Kind = JsonNode::Kind;

JsonNode node(Kind kind, std::string text = {}) {
  JsonNode made;
  made.kind = kind;
  made.text = std::move(text);
  return made;
}

JsonNode object(std::vector<std::pair<std::string, JsonNode>> members) {
  JsonNode made = node(Kind::object);
  for (auto& [key, value] : members) {
    made.keys.push_back(key);
    made.children.push_back(std::move(value));
  }
  return made;
}

JsonNode array(std::vector<JsonNode> items) {
  JsonNode made = node(Kind::array);
  made.children = std::move(items);
  return made;
}

/// A document whose every text is the given one.
JsonNode document_of(const std::string& text, const std::string& number = "INV-000042") {
  const auto say = [&] { return node(Kind::string, text); };
  const auto count = [](const char* digits) { return node(Kind::number, digits); };
  const JsonNode who = object({{"name", say()}, {"address", say()}, {"tax_id", say()}});
  return object({
      {"number", number.empty() ? node(Kind::null) : node(Kind::string, number)},
      {"status", say()},
      {"currency", say()},
      {"period_start", node(Kind::string, "2026-01-01T00:00:00Z")},
      {"period_end", node(Kind::string, "2026-02-01T04:30:00Z")},
      {"issued_at", say()},
      {"buyer", who},
      {"issuer", who},
      {"note", say()},
      {"void_reason", say()},
      {"lines",
       array({object({{"kind", node(Kind::string, "usage")},
                      {"feature_key", say()},
                      {"category", say()},
                      {"provider", say()},
                      {"model", say()},
                      {"unit", say()},
                      {"quantity", count("1234567.500000")},
                      {"unit_price", count("0.0000001500")},
                      {"amount", count("1234.500000")}}),
              object({{"kind", node(Kind::string, "credit")}, {"amount", count("-34.500000")}})})},
      {"subtotal", count("1200.000000")},
      {"taxes", array({object(
                    {{"name", say()}, {"rate", count("0.0500000000")}, {"amount", count("60")}})})},
      {"tax", count("60.000000")},
      {"total", count("1260.000000")},
      {"payment", object({{"method", say()}, {"transaction_id", say()}})},
  });
}

TEST(Html, EscapesEveryText) {
  EXPECT_EQ(escape_html("<a href=\"x\" onclick='y'>&amp;"),
            "&lt;a href=&quot;x&quot; onclick=&#39;y&#39;&gt;&amp;amp;");
  const std::string hostile = "\"><script>alert('x')</script><img src=x onerror=alert(1)>&";
  const std::string page = invoice_html(document_of(hostile, hostile));
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("<img"), std::string::npos);
  EXPECT_NE(page.find("&lt;script&gt;alert(&#39;x&#39;)"), std::string::npos);
  // Every tag is one of ours: nothing else begins with <.
  std::size_t tags = 0;
  for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1))
    ++tags;
  const std::string tame = invoice_html(document_of("Acme", "INV-000042"));
  std::size_t tame_tags = 0;
  for (std::size_t at = tame.find('<'); at != std::string::npos; at = tame.find('<', at + 1)) {
    ++tame_tags;
  }
  EXPECT_EQ(tags, tame_tags);
}

TEST(Html, SaysWhatTheInvoiceSays) {
  const std::string page = invoice_html(document_of("USD"));
  for (const char* const part :
       {"<title>Invoice INV-000042</title>", "2026-01-01</dd>", "2026-02-01 04:30 UTC",
        "1,234,567.5 USD", "0.00000015", "1,234.50", "\u221234.50", "Credits applied", "5 %",
        "60.00", "Total USD", "1,260.00", "Deductions"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(page.find("http"), std::string::npos) << "it needs no other file";
  EXPECT_NE(invoice_html(document_of("x", "")).find("<title>Draft invoice</title>"),
            std::string::npos);
}

TEST(Html, NeedsADocument) {
  EXPECT_EQ(test::code_of([] { invoice_html(JsonNode{}); }), "invalid_argument");
}

TEST(Numbers, AreReadable) {
  EXPECT_EQ(readable_number("0.000000", 2), "0.00");
  EXPECT_EQ(readable_number("999.100000", 2), "999.10");
  EXPECT_EQ(readable_number("1000", 0), "1,000");
  EXPECT_EQ(readable_number("1000", 2), "1,000.00");
  EXPECT_EQ(readable_number("-1234567.123456", 2), "\u22121,234,567.123456");
  EXPECT_EQ(readable_number("12.000000", 0), "12");
}

}  // namespace
}  // namespace lad::invoices
