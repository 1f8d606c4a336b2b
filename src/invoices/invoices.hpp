#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/decimal.hpp"
#include "core/json.hpp"
#include "core/uuid.hpp"

/// Rules of invoices: states, numbers, lines, rounding and tax.
namespace lad::invoices {

/// draft -> pending -> paid | voided, with overdue between pending and both; a draft can be voided
/// too. Paid and voided are final.
enum class Status { draft, pending, paid, voided, overdue };

/// Throws check_failed (23514) for any other word.
Status parse_status(std::string_view text);
std::string_view to_text(Status status);

/// Whether an invoice may go from one state to the other; none goes to itself.
bool may_become(Status from, Status to);

/// Throws invoice_refused (LD310) unless the invoice may become that.
void require_transition(Status from, Status to);

/// `INV-000042`, at least six digits.
std::string invoice_number(std::int64_t serial);

/// What stands in for the number until the invoice is finalised; no two drafts share it.
std::string draft_number(const Uuid& invoice_id);

/// Decimals an amount of the currency is invoiced with: those of ISO 4217 (USD 2, JPY 0, KWD 3; 2
/// for a code it does not list), and 6 for CREDIT, which the ledger counts itself.
int currency_decimals(std::string_view currency);

/// Rounds to the decimals, half away from zero.
Decimal round_amount(Decimal exact, int decimals);

struct TaxRate {
  std::string name;
  Rate rate;  ///< fraction of the subtotal: 0.05 for 5 %
};

/// The tax rates in a tenant's metadata: `tax_rates [{"name", "rate"}]`, or `tax_rate` alone, which
/// is named Tax; each is a fraction from 0 to 1 and is taken of the subtotal, none of another tax.
/// Throws invalid_argument (22023) for anything else.
std::vector<TaxRate> read_tax_rates(const JsonNode& metadata);

/// What was charged for one component of a feature at one price.
struct Charge {
  std::string feature_key;
  std::string category;  ///< "overage" for use beyond a quota
  std::string provider;
  std::string model;
  std::string unit;
  std::optional<Rate> unit_price;  ///< none: more prices than are told apart
  Decimal quantity;
  Decimal cost;
};

/// What the events of one feature were charged in all.
struct FeatureTotal {
  std::string feature_key;
  Decimal cost;
};

/// A line as it is printed: what was charged exactly, and rounded.
struct Line {
  std::string kind;  ///< usage, overage, correction, refund or credit
  Charge of;
  Decimal amount;  ///< rounded to the currency; below zero where money is given back
};

struct Tax {
  TaxRate of;
  Decimal amount;
};

struct Bill {
  std::vector<Line> lines;
  Decimal subtotal;
  std::vector<Tax> taxes;
  Decimal tax;
  Decimal total;
};

/// What an invoice is made of; refunds and credits are at least 0.
struct Account {
  std::string currency;
  std::vector<Charge> charges;
  std::vector<FeatureTotal> totals;
  Decimal refunds;  ///< given back by reversals
  Decimal credits;  ///< paid by credit grants
  std::vector<TaxRate> tax_rates;
};

/// Makes the lines and sums them up. The events of a feature may cost less than their components,
/// where a part was charged before: the difference is a correction line. Charges are rounded
/// together, deductions together, each by largest remainder, so the lines sum to the subtotal; each
/// tax is rounded once. Throws out_of_range (22003), and invalid_argument (22023) when the
/// deductions exceed the charges.
Bill make_bill(const Account& account);

/// The lines and taxes as JSON arrays, as the invoice keeps them.
std::string lines_json(std::span<const Line> lines);
std::string taxes_json(std::span<const Tax> taxes);

}  // namespace lad::invoices
