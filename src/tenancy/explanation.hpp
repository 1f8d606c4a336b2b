#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/access.hpp"

/// Why something is allowed or not, in words.
namespace lad::tenancy {

struct Verdict {
  bool allowed = false;
  std::string reason;
};

/// The capabilities every tenant knows, sorted; tenants may grant others of their own.
std::span<const std::string_view> known_capabilities();

/// The known capabilities and those that were granted, each once, sorted.
std::vector<std::string> capabilities_to_explain(const std::vector<Capability>& granted);

Verdict explain_writing(const Actor& actor);
Verdict explain_capability(const Actor& actor, const std::vector<Capability>& granted,
                           std::string_view key);
Verdict explain_feature(const FeatureState& state);
Verdict explain_line(const Actor& actor, bool is_permitted);

}  // namespace lad::tenancy
