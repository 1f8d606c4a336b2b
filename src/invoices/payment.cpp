#include "invoices/payment.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace lad::invoices {
namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;
constexpr std::int64_t kMaxDueDays = 3660;
constexpr std::size_t kMaxDetail = 5000;

[[noreturn]] void refuse(std::string message, std::string detail = {}) {
  throw Error{ErrorCode::invoice_refused, std::move(message), std::move(detail)};
}

bool is_text(const JsonNode& node) {
  return node.kind == JsonNode::Kind::string && node.text.size() <= kMaxDetail;
}

}  // namespace

void require_payment(const std::optional<Payment>& payment, Decimal total,
                     std::string_view currency) {
  if (!payment) {
    if (total.is_zero()) return;
    throw Error{ErrorCode::null_argument, "transaction_id must not be null",
                "An invoice with a total is paid by a row of the ledger."};
  }
  if (payment->currency != currency) {
    throw Error{ErrorCode::currency_mismatch, "payment and invoice differ in currency"};
  }
  const bool is_topup = payment->type == "topup" && payment->amount == total;
  const bool is_debit =
      payment->type == "debit" && -payment->amount == total && payment->names_invoice;
  if (!is_topup && !is_debit) {
    refuse("the transaction does not pay the invoice",
           "A topup of the total pays it, or a debit of the total that refers to it.");
  }
  if (payment->is_reversed) refuse("the payment was reversed");
  if (payment->pays)
    refuse("the transaction pays another invoice", "It pays " + *payment->pays + ".");
}

std::string only_currency(std::span<const std::string> currencies) {
  if (currencies.size() == 1) return currencies.front();
  std::string all;
  for (const std::string& currency : currencies) all += (all.empty() ? "" : ", ") + currency;
  throw Error{ErrorCode::currency_mismatch, "there is more than one currency to invoice",
              "An invoice is in one currency; there are " + all + ".",
              "Name the currency as the third argument, one invoice for each."};
}

void require_free_period(const std::optional<std::string>& overlapping) {
  if (overlapping) {
    refuse("the period overlaps that of another invoice", "It overlaps " + *overlapping + ".");
  }
}

void require_currency(std::string_view currency) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (currency.size() < 3 || currency.size() > 10 ||
      !std::all_of(currency.begin(), currency.end(), is_capital)) {
    throw Error{ErrorCode::invalid_argument, "currency must be 3 to 10 capital letters"};
  }
}

void require_due_in(std::int64_t us) {
  if (us < 0 || us > kMaxDueDays * kDayUs) {
    throw Error{ErrorCode::invalid_argument, "due_in must be 0 to 3660 days"};
  }
}

void require_details(const JsonNode& details) {
  bool valid = details.kind == JsonNode::Kind::object;
  for (const JsonNode& member : details.children) {
    valid = valid && (is_text(member) ||
                      (member.kind == JsonNode::Kind::object &&
                       std::all_of(member.children.begin(), member.children.end(), is_text)));
  }
  if (!valid) {
    throw Error{ErrorCode::invalid_argument, "details must be an object of texts",
                "issuer is an object of name, address, tax_id, email, phone and website; note is a "
                "text; a text has at most 5000 bytes."};
  }
}

void require_words(std::string_view text, const char* name, std::size_t most) {
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (text.empty() || text.size() > most || std::any_of(text.begin(), text.end(), is_control)) {
    throw Error{ErrorCode::invalid_argument, std::string(name) + " must have 1 to " +
                                                 std::to_string(most) +
                                                 " characters and no control characters"};
  }
}

}  // namespace lad::invoices
