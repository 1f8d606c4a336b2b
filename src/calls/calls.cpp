#include "calls/calls.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace lad::calls {

std::string event_key(const Uuid& call_id, int number) {
  const std::string key = "call:" + call_id.to_string();
  return number == 1 ? key : key + ":" + std::to_string(number);
}

Decimal total_net(std::span<const Charge> charges) {
  Decimal total;
  for (const Charge& charge : charges) total += charge.net();
  return total;
}

Decision decide(std::span<const Charge> charges, Decimal cost) {
  Decision decision;
  for (const Charge& charge : charges) {
    if (charge.status == "voided") decision.nothing = true;
  }
  decision.before = total_net(charges);
  decision.reopen = !charges.empty() && charges.back().status != "charged";
  decision.number = static_cast<int>(charges.size()) + (decision.reopen ? 0 : 1);
  if (cost > decision.before) {
    decision.amount = cost - decision.before;
  } else if (!charges.empty() && !decision.reopen) {
    decision.nothing = true;
  }
  return decision;
}

std::vector<Decimal> divide_refund(std::span<const Charge> charges, std::span<const Decimal> left,
                                   Decimal cost) {
  std::vector<Decimal> parts(charges.size());
  const Decimal net = total_net(charges);
  Decimal rest = net > cost ? net - cost : Decimal{};
  for (std::size_t i = charges.size(); i-- > 0;) {
    parts[i] = std::min({rest, charges[i].net(), left[i]});
    rest -= parts[i];
  }
  return parts;
}

std::string minutes_json(std::int64_t minutes, std::string_view provider) {
  return "[{\"category\":\"telephony\",\"provider\":\"" + std::string(provider) +
         "\",\"model\":\"voice\",\"unit\":\"minute\",\"quantity\":" + std::to_string(minutes) +
         "}]";
}

}  // namespace lad::calls
