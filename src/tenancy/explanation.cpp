#include "tenancy/explanation.hpp"

#include <algorithm>
#include <array>

namespace lad::tenancy {
namespace {

std::string role_name(const Actor& actor) {
  return actor.role ? std::string(to_string(*actor.role)) : "no member";
}

}  // namespace

std::span<const std::string_view> known_capabilities() {
  static constexpr std::array<std::string_view, 18> kKnown{
      "admin_access",        "apollo.email_reveal", "apollo.search",  "billing.admin",
      "billing.view",        "make_calls",          "manage_billing", "manage_campaigns",
      "manage_integrations", "manage_leads",        "manage_team",    "view_ai_assistant",
      "view_call_logs",      "view_campaigns",      "view_make_call", "view_overview",
      "view_pipeline",       "view_scraper"};
  return kKnown;
}

std::vector<std::string> capabilities_to_explain(const std::vector<Capability>& granted) {
  std::vector<std::string> keys(known_capabilities().begin(), known_capabilities().end());
  for (const Capability& one : granted) keys.push_back(one.key);
  std::ranges::sort(keys);
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

Verdict explain_writing(const Actor& actor) {
  const bool allowed = can_write(actor);
  return {allowed, "role: " + role_name(actor) + (allowed ? "" : ", who does not write")};
}

Verdict explain_capability(const Actor& actor, const std::vector<Capability>& granted,
                           std::string_view key) {
  if (!has_role(actor, Role::viewer)) return {false, "no member"};
  if (has_role(actor, Role::owner)) return {true, "owners have every capability"};
  if (has_capability(actor, {}, key, std::nullopt))
    return {true, "admins have all but billing.admin"};
  const auto grant = std::ranges::find(granted, key, &Capability::key);
  if (grant == granted.end()) return {false, "not granted"};
  if (!grant->feature_key) return {true, "granted"};
  return {true, "granted within the feature " + *grant->feature_key + " only"};
}

Verdict explain_feature(const FeatureState& state) {
  const bool on = is_on(state);
  if (state.licensed == false) return {on, "switched off for the tenant"};
  if (state.switched) return {on, on ? "switched on by a flag" : "switched off by a flag"};
  return {on, on ? "part of the plan" : "not part of the plan"};
}

Verdict explain_line(const Actor& actor, bool is_permitted) {
  if (may_use_all_lines(actor)) return {true, "owners and admins use every one"};
  if (!has_role(actor, Role::viewer)) return {false, "no member"};
  return {is_permitted, is_permitted ? "permitted" : "no permission"};
}

}  // namespace lad::tenancy
