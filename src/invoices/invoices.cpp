#include "invoices/invoices.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "core/int128.hpp"

namespace lad::invoices {
namespace {

constexpr std::array<std::string_view, 5> kStatuses{"draft", "pending", "paid", "voided",
                                                    "overdue"};
constexpr std::size_t kSerialDigits = 6;
constexpr std::size_t kMaxTaxes = 10;
constexpr std::size_t kMaxTaxName = 50;

[[noreturn]] void refuse_tax(const std::string& what) {
  throw Error{ErrorCode::invalid_argument, "the tax rates of the tenant are not valid: " + what,
              "tenants.metadata has tax_rates, an array of {\"name\", \"rate\"}, or tax_rate; a "
              "rate is a fraction from 0 to 1."};
}

Rate read_rate(const JsonNode* node) {
  if (node == nullptr ||
      (node->kind != JsonNode::Kind::number && node->kind != JsonNode::Kind::string)) {
    refuse_tax("a rate must be a number");
  }
  const Rate rate = Rate::parse(node->text);
  if (rate.is_negative() || rate > Rate::parse("1")) refuse_tax("a rate must be from 0 to 1");
  return rate;
}

TaxRate read_tax(const JsonNode& node) {
  const JsonNode* const name = node.find("name");
  if (name == nullptr || name->kind != JsonNode::Kind::string || name->text.empty() ||
      name->text.size() > kMaxTaxName) {
    refuse_tax("a name must have 1 to 50 characters");
  }
  return {name->text, read_rate(node.find("rate"))};
}

std::string_view kind_of(const Charge& charge) {
  return charge.category == "overage" ? "overage" : "usage";
}

/// What the features were charged beyond their components, or less.
void add_corrections(const Account& account, std::vector<Line>& lines) {
  for (const FeatureTotal& total : account.totals) {
    Decimal rest = total.cost;
    for (const Charge& charge : account.charges) {
      if (charge.feature_key == total.feature_key) rest -= charge.cost;
    }
    if (rest.is_zero()) continue;
    lines.push_back({"correction", {total.feature_key, "", "", "", "", {}, {}, rest}, {}});
  }
}

void add_deduction(const char* kind, Decimal amount, std::vector<Line>& lines) {
  if (amount.is_zero()) return;
  lines.push_back({kind, {"", "", "", "", "", {}, {}, -amount}, {}});
}

/// Rounds the lines of one sign together and returns their sum, without its sign.
Decimal round_lines(std::vector<Line>& lines, bool negative, int decimals) {
  std::vector<Decimal> exact;
  Decimal sum;
  for (const Line& line : lines) {
    const bool counts = !line.of.cost.is_zero() && line.of.cost.is_negative() == negative;
    exact.push_back(!counts ? Decimal{} : negative ? -line.of.cost : line.of.cost);
    sum += exact.back();
  }
  if (sum.is_zero()) return sum;
  const Decimal rounded = round_amount(sum, decimals);
  Int128 step = 1;
  for (int i = decimals; i < Decimal::kScale; ++i) step *= 10;
  const auto parts = allocate(from_units<Decimal>(units(rounded) / step), exact);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (exact[i].is_zero()) continue;
    const Decimal amount = from_units<Decimal>(units(parts[i]) * step);
    lines[i].amount = negative ? -amount : amount;
  }
  return rounded;
}

/// round(subtotal × rate) to the decimals: the product is taken in the currency's smallest unit,
/// so that it is rounded once.
Decimal tax_on(Decimal subtotal, Rate rate, int decimals) {
  Int128 step = 1;
  for (int i = decimals; i < Decimal::kScale; ++i) step *= 10;
  const Decimal smallest = from_units<Decimal>(units(subtotal) / step);
  return from_units<Decimal>(units(multiply_half_away(smallest, rate)) * step);
}

JsonNode text_node(std::string text) {
  JsonNode node;
  node.kind = JsonNode::Kind::string;
  node.text = std::move(text);
  return node;
}

JsonNode number_node(std::string text) {
  JsonNode node = text_node(std::move(text));
  node.kind = JsonNode::Kind::number;
  return node;
}

void add(JsonNode& object, const char* key, JsonNode value) {
  object.keys.emplace_back(key);
  object.children.push_back(std::move(value));
}

JsonNode to_json(const Line& line) {
  JsonNode node;
  node.kind = JsonNode::Kind::object;
  add(node, "kind", text_node(line.kind));
  const Charge& of = line.of;
  if (!of.feature_key.empty()) add(node, "feature_key", text_node(of.feature_key));
  if (!of.category.empty()) {
    add(node, "category", text_node(of.category));
    add(node, "provider", text_node(of.provider));
    add(node, "model", text_node(of.model));
    add(node, "unit", text_node(of.unit));
    add(node, "quantity", number_node(of.quantity.to_string()));
    add(node, "unit_price", of.unit_price ? number_node(of.unit_price->to_string()) : JsonNode{});
  }
  add(node, "exact", number_node(of.cost.to_string()));
  add(node, "amount", number_node(line.amount.to_string()));
  return node;
}

}  // namespace

Status parse_status(std::string_view text) {
  const auto found = std::find(kStatuses.begin(), kStatuses.end(), text);
  if (found == kStatuses.end()) {
    throw Error{ErrorCode::check_failed, "an invoice has no such status"};
  }
  return static_cast<Status>(found - kStatuses.begin());
}

std::string_view to_text(Status status) {
  return kStatuses[static_cast<std::size_t>(status)];
}

bool may_become(Status from, Status to) {
  switch (from) {
    case Status::draft:
      return to == Status::pending || to == Status::voided;
    case Status::pending:
      return to == Status::paid || to == Status::overdue || to == Status::voided;
    case Status::overdue:
      return to == Status::paid || to == Status::voided;
    default:
      return false;
  }
}

void require_transition(Status from, Status to) {
  if (may_become(from, to)) return;
  throw Error{ErrorCode::invoice_refused, "the invoice is " + std::string(to_text(from)) +
                                              " and cannot become " + std::string(to_text(to))};
}

std::string invoice_number(std::int64_t serial) {
  std::string digits = std::to_string(serial);
  if (digits.size() < kSerialDigits) digits.insert(0, kSerialDigits - digits.size(), '0');
  return "INV-" + digits;
}

std::string draft_number(const Uuid& invoice_id) {
  return "DRAFT-" + invoice_id.to_string();
}

int currency_decimals(std::string_view currency) {
  constexpr std::array<std::string_view, 16> kNone{"BIF", "CLP", "DJF", "GNF", "ISK", "JPY",
                                                   "KMF", "KRW", "PYG", "RWF", "UGX", "VND",
                                                   "VUV", "XAF", "XOF", "XPF"};
  constexpr std::array<std::string_view, 7> kThree{"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
  const auto is_in = [currency](const auto& list) {
    return std::find(list.begin(), list.end(), currency) != list.end();
  };
  if (currency == "CREDIT") return Decimal::kScale;
  return is_in(kNone) ? 0 : is_in(kThree) ? 3 : 2;
}

Decimal round_amount(Decimal exact, int decimals) {
  Int128 step = 1;
  for (int i = decimals; i < Decimal::kScale; ++i) step *= 10;
  const Rate inverse = from_units<Rate>(units(Rate::parse("1")) / step);
  return from_units<Decimal>(units(multiply_half_away(exact, inverse)) * step);
}

std::vector<TaxRate> read_tax_rates(const JsonNode& metadata) {
  const JsonNode* const several = metadata.find("tax_rates");
  if (several == nullptr || several->kind == JsonNode::Kind::null) {
    const JsonNode* const one = metadata.find("tax_rate");
    if (one == nullptr || one->kind == JsonNode::Kind::null) return {};
    return {{"Tax", read_rate(one)}};
  }
  if (several->kind != JsonNode::Kind::array) refuse_tax("tax_rates must be an array");
  if (several->children.size() > kMaxTaxes) refuse_tax("there are more than 10");
  std::vector<TaxRate> rates;
  for (const JsonNode& node : several->children) rates.push_back(read_tax(node));
  return rates;
}

Bill make_bill(const Account& account) {
  const int decimals = currency_decimals(account.currency);
  Bill bill;
  for (const Charge& charge : account.charges) {
    bill.lines.push_back({std::string(kind_of(charge)), charge, {}});
  }
  add_corrections(account, bill.lines);
  add_deduction("refund", account.refunds, bill.lines);
  add_deduction("credit", account.credits, bill.lines);
  const Decimal charged = round_lines(bill.lines, false, decimals);
  bill.subtotal = charged - round_lines(bill.lines, true, decimals);
  if (bill.subtotal.is_negative()) {
    throw Error{ErrorCode::invalid_argument, "more is given back than was charged"};
  }
  for (const TaxRate& rate : account.tax_rates) {
    bill.taxes.push_back({rate, tax_on(bill.subtotal, rate.rate, decimals)});
    bill.tax += bill.taxes.back().amount;
  }
  bill.total = bill.subtotal + bill.tax;
  return bill;
}

std::string lines_json(std::span<const Line> lines) {
  JsonNode array;
  array.kind = JsonNode::Kind::array;
  for (const Line& line : lines) array.children.push_back(to_json(line));
  return lad::to_text(array);
}

std::string taxes_json(std::span<const Tax> taxes) {
  JsonNode array;
  array.kind = JsonNode::Kind::array;
  for (const Tax& tax : taxes) {
    JsonNode node;
    node.kind = JsonNode::Kind::object;
    add(node, "name", text_node(tax.of.name));
    add(node, "rate", number_node(tax.of.rate.to_string()));
    add(node, "amount", number_node(tax.amount.to_string()));
    array.children.push_back(std::move(node));
  }
  return lad::to_text(array);
}

}  // namespace lad::invoices
