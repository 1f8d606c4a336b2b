#include "calls/reconcile.hpp"

namespace lad::calls {
namespace {

std::optional<Problem> problem_of_money(const Audit& audit) {
  if (audit.charges.empty()) return Problem::no_event;
  if (audit.charges.back().status != "charged") return Problem::failed_event;
  const Decimal net = total_net(audit.charges);
  if (!audit.cost || *audit.cost == net) return std::nullopt;
  return *audit.cost > net ? Problem::undercharged : Problem::overcharged;
}

}  // namespace

std::string_view to_string(Problem problem) {
  switch (problem) {
    case Problem::open_hold:
      return "open_hold";
    case Problem::no_event:
      return "no_event";
    case Problem::failed_event:
      return "failed_event";
    case Problem::undercharged:
      return "undercharged";
    case Problem::overcharged:
      return "overcharged";
    case Problem::wrong_display:
      break;
  }
  return "wrong_display";
}

std::vector<Problem> examine(const Audit& audit) {
  std::vector<Problem> problems;
  if (audit.has_hold) problems.push_back(Problem::open_hold);
  if (!audit.is_held || !audit.is_undisputed) return problems;
  const auto money = problem_of_money(audit);
  // Whoever moves the money shows it too.
  if (money) problems.push_back(*money);
  if (!money && !audit.is_shown) problems.push_back(Problem::wrong_display);
  return problems;
}

}  // namespace lad::calls
