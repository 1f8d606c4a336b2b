#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/decimal.hpp"
#include "core/json.hpp"

/// What an invoice is asked for and paid with: rules over the arguments of its functions.
namespace lad::invoices {

/// A row of the ledger that is to pay an invoice.
struct Payment {
  std::string type;
  Decimal amount;
  std::string currency;
  bool names_invoice = false;       ///< it refers to this invoice
  bool is_reversed = false;         ///< wholly or in part
  std::optional<std::string> pays;  ///< number of another invoice that it pays
};

/// A topup of the total in the currency pays an invoice, and so does a debit of it that refers to
/// the invoice; an invoice of nothing needs no payment. Throws currency_mismatch (LD204) or
/// invoice_refused (LD310).
void require_payment(const std::optional<Payment>& payment, Decimal total,
                     std::string_view currency);

/// The one currency there is; throws currency_mismatch (LD204) when there are several.
std::string only_currency(std::span<const std::string> currencies);

/// Throws invoice_refused (LD310) when an invoice of that number overlaps the period.
void require_free_period(const std::optional<std::string>& overlapping);

/// Throws invalid_argument (22023): 3 to 10 capital letters; 0 to 3,660 days in µs; an object whose
/// members are texts, or objects of texts; 1 to `most` bytes without control characters.
void require_currency(std::string_view currency);
void require_due_in(std::int64_t us);
void require_details(const JsonNode& details);
void require_words(std::string_view text, const char* name, std::size_t most);

}  // namespace lad::invoices
