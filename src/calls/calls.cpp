#include "calls/calls.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"

namespace lad::calls {

void require_terminal(std::string_view status) {
  constexpr std::array<std::string_view, 10> kTerminal{
      "ended",    "completed", "failed",    "error", "not_reachable",
      "declined", "rejected",  "no_answer", "busy",  "cancelled"};
  if (std::find(kTerminal.begin(), kTerminal.end(), status) == kTerminal.end()) {
    throw Error{ErrorCode::invalid_argument, "status is not one that a call ends with"};
  }
}

bool is_charged_status(std::string_view status) {
  return status == "ended" || status == "completed";
}

std::string event_key(const Uuid& call_id, int number) {
  const std::string key = "call:" + call_id.to_string();
  return number == 1 ? key : key + ":" + std::to_string(number);
}

Decision decide(std::span<const Charge> charges, Decimal cost) {
  Decision decision;
  for (const Charge& charge : charges) {
    if (charge.status == "voided") decision.nothing = true;
    if (charge.status == "charged") decision.before += charge.cost;
  }
  decision.reopen = !charges.empty() && charges.back().status != "charged";
  decision.number = static_cast<int>(charges.size()) + (decision.reopen ? 0 : 1);
  if (cost > decision.before) {
    decision.amount = cost - decision.before;
  } else if (!charges.empty() && !decision.reopen) {
    decision.nothing = true;
  }
  return decision;
}

std::string minutes_json(std::int64_t minutes, std::string_view provider) {
  return "[{\"category\":\"telephony\",\"provider\":\"" + std::string(provider) +
         "\",\"model\":\"voice\",\"unit\":\"minute\",\"quantity\":" + std::to_string(minutes) +
         "}]";
}

}  // namespace lad::calls
