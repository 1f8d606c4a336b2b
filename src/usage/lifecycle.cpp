#include "usage/lifecycle.hpp"

namespace lad::usage {

void require_step(std::string_view before, std::string_view after) {
  if (before == after || (before == "charged" && after == "voided")) return;
  if (before != "charged" && before != "voided") return;
  throw Error{ErrorCode::immutable_record, "a " + std::string(before) + " usage event stays so",
              "It is part of the books; what was charged is taken back by voiding it."};
}

void require_not_invoiced(const std::optional<std::string>& invoice_status) {
  if (!invoice_status || *invoice_status == "draft" || *invoice_status == "voided") return;
  throw Error{ErrorCode::usage_not_chargeable, "usage event is on a finalised invoice",
              "What was invoiced is corrected by a credit, not by a void."};
}

void require_reason(std::string_view reason) {
  constexpr std::size_t kMaxReason = 2000;
  if (!reason.empty() && reason.size() <= kMaxReason) return;
  throw Error{ErrorCode::invalid_argument, "reason must have 1 to 2000 bytes"};
}

std::string failure_text(std::string_view sqlstate, std::string_view message) {
  return std::string(sqlstate).append(": ").append(message);
}

}  // namespace lad::usage
