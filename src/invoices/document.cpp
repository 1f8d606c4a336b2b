#include "invoices/document.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/error.hpp"
#include "core/int128.hpp"
#include "invoices/invoices.hpp"

namespace lad::invoices {
namespace {

constexpr std::string_view kStyle = R"css(
*{box-sizing:border-box}
body{margin:0;background:#eef1f5;color:#1c2733;font:14px/1.5 "Helvetica Neue",Helvetica,Arial,sans-serif}
main{max-width:820px;margin:32px auto;padding:48px 52px;background:#fff;border-radius:6px;box-shadow:0 1px 6px rgba(20,30,50,.14)}
header{display:flex;justify-content:space-between;align-items:flex-start;border-bottom:3px solid #1f4e79;padding-bottom:18px}
h1{margin:0;font-size:28px;letter-spacing:.02em;color:#1f4e79}
.number{margin-top:2px;font-size:15px;color:#5b6b7b}
.status{padding:4px 14px;border-radius:14px;font-size:12px;font-weight:700;letter-spacing:.08em;text-transform:uppercase;background:#e3e8ee;color:#44525f}
.status.paid{background:#dff3e4;color:#1c6b34}
.status.overdue{background:#fbe3e1;color:#a3271c}
.status.pending{background:#fff2d6;color:#8a5a00}
.status.voided{text-decoration:line-through}
.sides{display:flex;gap:40px;margin:26px 0}
.sides>div{flex:1}
h2{margin:0 0 4px;font-size:11px;font-weight:700;letter-spacing:.1em;text-transform:uppercase;color:#7b8a99}
.name{font-weight:700}
dl{display:grid;grid-template-columns:auto 1fr;gap:2px 14px;margin:0}
dt{color:#7b8a99}
dd{margin:0;text-align:right;font-variant-numeric:tabular-nums}
table{width:100%;border-collapse:collapse}
th{padding:8px 6px;border-bottom:1px solid #b8c4d0;font-size:11px;letter-spacing:.08em;text-transform:uppercase;text-align:left;color:#7b8a99}
td{padding:7px 6px;border-bottom:1px solid #e8ecf0;vertical-align:top;overflow-wrap:anywhere}
th.n,td.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
tr{break-inside:avoid}
tr.feature td{padding-top:16px;font-weight:700;border-bottom-color:#b8c4d0}
td small{display:block;color:#7b8a99}
.sums{width:320px;margin:14px 0 0 auto}
.sums td{border:0;padding:4px 6px}
.sums tr.total td{border-top:2px solid #1f4e79;padding-top:9px;font-size:18px;font-weight:700;color:#1f4e79}
.note{margin-top:28px;padding:14px 16px;background:#f5f7fa;border-left:3px solid #b8c4d0;white-space:pre-line}
footer{margin-top:36px;font-size:12px;color:#7b8a99}
@page{margin:16mm}
@media print{body{background:#fff}main{margin:0;padding:0;max-width:none;box-shadow:none}.status,.note{print-color-adjust:exact;-webkit-print-color-adjust:exact}thead{display:table-header-group}}
)css";

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kCategories{{
    {"stt", "Speech to text"},
    {"tts", "Text to speech"},
    {"llm", "Language model"},
    {"telephony", "Telephony"},
    {"enrichment", "Enrichment"},
    {"vm_infrastructure", "Computing time"},
    {"overage", "Beyond the quota"},
}};

/// The member as text; empty when it is missing or no text.
std::string_view text_of(const JsonNode& object, std::string_view key) {
  const JsonNode* const value = object.find(key);
  if (value == nullptr ||
      (value->kind != JsonNode::Kind::string && value->kind != JsonNode::Kind::number)) {
    return {};
  }
  return value->text;
}

const JsonNode& array_of(const JsonNode& object, std::string_view key) {
  const JsonNode* const value = object.find(key);
  if (value == nullptr || value->kind != JsonNode::Kind::array) {
    throw Error{ErrorCode::invalid_argument, "the document has no " + std::string(key)};
  }
  return *value;
}

std::string sentence_case(std::string_view key) {
  std::string text(key);
  std::replace(text.begin(), text.end(), '-', ' ');
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

/// "2026-01-31T18:30:00Z" as "2026-01-31", with the time where it is not midnight.
std::string date_of(std::string_view time) {
  const std::size_t t = time.find('T');
  if (t == std::string_view::npos) return escape_html(time);
  const std::string_view clock = time.substr(t + 1, 5);
  const std::string date(time.substr(0, t));
  return escape_html(clock == "00:00" ? date : date + " " + std::string(clock) + " UTC");
}

/// Renders one document.
class Page {
 public:
  explicit Page(const JsonNode& document)
      : document_(document),
        decimals_(std::min(currency_decimals(text_of(document, "currency")), 2)) {}

  std::string run() {
    head();
    sides();
    lines();
    sums();
    end();
    return std::move(html_);
  }

 private:
  void add(std::string_view markup) { html_ += markup; }
  void add_text(std::string_view text) { html_ += escape_html(text); }

  std::string amount(std::string_view digits) const { return readable_number(digits, decimals_); }

  void head() {
    const std::string_view number = text_of(document_, "number");
    const std::string_view status = text_of(document_, "status");
    const std::string title = number.empty() ? "Draft invoice" : "Invoice " + std::string(number);
    add("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>");
    add_text(title);
    add("</title>\n<style>");
    add(kStyle);
    add("</style>\n</head>\n<body>\n<main>\n<header>\n<div><h1>Invoice</h1><div class=\"number\">");
    add_text(number.empty() ? "Draft: not an invoice yet" : number);
    add("</div></div>\n<div class=\"status ");
    add_text(status);
    add("\">");
    add_text(status);
    add("</div>\n</header>\n");
  }

  void side(const char* heading, const JsonNode* who) {
    if (who == nullptr || who->kind != JsonNode::Kind::object) return;
    add("<div>\n<h2>");
    add(heading);
    add("</h2>\n");
    for (const char* const key : {"name", "address", "tax_id", "email", "phone", "website"}) {
      const std::string_view text = text_of(*who, key);
      if (text.empty()) continue;
      add(key == std::string_view("name") ? "<div class=\"name\">" : "<div>");
      if (key == std::string_view("tax_id")) add("Tax number ");
      add_text(text);
      add("</div>\n");
    }
    add("</div>\n");
  }

  void fact(const char* name, const char* key) {
    const std::string_view time = text_of(document_, key);
    if (time.empty()) return;
    add("<dt>");
    add(name);
    add("</dt><dd>");
    add(date_of(time));
    add("</dd>\n");
  }

  void sides() {
    add("<section class=\"sides\">\n");
    side("From", document_.find("issuer"));
    side("Bill to", document_.find("buyer"));
    add("<div>\n<h2>Details</h2>\n<dl>\n");
    fact("Issued", "issued_at");
    fact("Due", "due_at");
    fact("Paid", "paid_at");
    fact("Voided", "voided_at");
    fact("Period from", "period_start");
    fact("to, excluded", "period_end");
    add("<dt>Currency</dt><dd>");
    add_text(text_of(document_, "currency"));
    add("</dd>\n</dl>\n</div>\n</section>\n");
  }

  void describe(const JsonNode& line) {
    const std::string_view kind = text_of(line, "kind");
    if (kind == "refund") return add("Refunds");
    if (kind == "credit") return add("Credits applied");
    if (kind == "correction") {
      return add(text_of(line, "amount").starts_with('-') ? "Charged before" : "Other charges");
    }
    const std::string_view category = text_of(line, "category");
    const auto* const known =
        std::find_if(kCategories.begin(), kCategories.end(),
                     [category](const auto& pair) { return pair.first == category; });
    add_text(known != kCategories.end() ? std::string(known->second) : sentence_case(category));
    if (kind == "overage") return;
    add("<small>");
    add_text(text_of(line, "provider"));
    add(" ");
    add_text(text_of(line, "model"));
    add("</small>");
  }

  void line(const JsonNode& line) {
    const std::string_view quantity = text_of(line, "quantity");
    const std::string_view unit_price = text_of(line, "unit_price");
    add("<tr><td>");
    describe(line);
    add("</td><td class=\"n\">");
    if (!quantity.empty()) {
      add(readable_number(quantity, 0));
      add(" ");
      add_text(text_of(line, "unit"));
    }
    add("</td><td class=\"n\">");
    if (!quantity.empty()) add(unit_price.empty() ? "various" : readable_number(unit_price, 0));
    add("</td><td class=\"n\">");
    add(amount(text_of(line, "amount")));
    add("</td></tr>\n");
  }

  void lines() {
    add("<table>\n<thead><tr><th>Description</th><th class=\"n\">Quantity</th>"
        "<th class=\"n\">Unit price</th><th class=\"n\">Amount</th></tr></thead>\n<tbody>\n");
    std::string_view feature;
    for (const JsonNode& node : array_of(document_, "lines").children) {
      const std::string_view key = text_of(node, "feature_key");
      if (key != feature) {
        add("<tr class=\"feature\"><td colspan=\"4\">");
        add_text(key.empty() ? "Deductions" : sentence_case(key));
        add("</td></tr>\n");
        feature = key;
      }
      line(node);
    }
    add("</tbody>\n</table>\n");
  }

  void sum(const char* row_class, const std::string& name, std::string_view digits) {
    add("<tr");
    add(row_class);
    add("><td>");
    add_text(name);
    add("</td><td class=\"n\">");
    add(amount(digits));
    add("</td></tr>\n");
  }

  void sums() {
    add("<table class=\"sums\">\n");
    sum("", "Subtotal", text_of(document_, "subtotal"));
    for (const JsonNode& tax : array_of(document_, "taxes").children) {
      const Rate percent = from_units<Rate>(units(Rate::parse(text_of(tax, "rate"))) * 100);
      sum("",
          std::string(text_of(tax, "name")) + " " + readable_number(percent.to_string(), 0) + " %",
          text_of(tax, "amount"));
    }
    sum(" class=\"total\"", "Total " + std::string(text_of(document_, "currency")),
        text_of(document_, "total"));
    add("</table>\n");
  }

  void paragraph(const char* heading, std::string_view text) {
    if (text.empty()) return;
    add("<div class=\"note\"><h2>");
    add(heading);
    add("</h2>");
    add_text(text);
    add("</div>\n");
  }

  void end() {
    if (const JsonNode* const payment = document_.find("payment")) {
      std::string paid(text_of(*payment, "method"));
      const std::string_view transaction = text_of(*payment, "transaction_id");
      if (!transaction.empty()) {
        paid += (paid.empty() ? "Transaction " : ", transaction ") + std::string(transaction);
      }
      paragraph("Payment", paid);
    }
    paragraph("Why it was voided", text_of(document_, "void_reason"));
    paragraph("Note", text_of(document_, "note"));
    add("<footer>Times are in UTC. Unit prices are exact; amounts are rounded so that they sum to "
        "the subtotal.</footer>\n</main>\n</body>\n</html>\n");
  }

  const JsonNode& document_;
  int decimals_;
  std::string html_;
};

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string readable_number(std::string_view digits, int min_decimals) {
  const bool negative = digits.starts_with('-');
  if (negative) digits.remove_prefix(1);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  std::string whole(digits.substr(0, point));
  std::string part(point < digits.size() ? digits.substr(point + 1) : std::string_view{});
  while (part.size() > static_cast<std::size_t>(min_decimals) && part.back() == '0') {
    part.pop_back();
  }
  if (part.size() < static_cast<std::size_t>(min_decimals)) part.resize(min_decimals, '0');
  for (std::size_t i = whole.size(); i > 3; i -= 3) whole.insert(i - 3, ",");
  // A real minus sign, which is as wide as a digit.
  std::string text = (negative ? "\u2212" : "") + whole;
  if (!part.empty()) text += "." + part;
  return escape_html(text);
}

std::string invoice_html(const JsonNode& document) {
  return Page{document}.run();
}

}  // namespace lad::invoices
