#include "tenancy/access.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"

namespace lad::tenancy {
namespace {

constexpr std::size_t kMaxKey = 100;
constexpr std::array<std::string_view, 4> kRoleNames{"viewer", "member", "admin", "owner"};

[[noreturn]] void refuse(const char* message, const char* detail = "") {
  throw Error(ErrorCode::privilege, message, detail);
}

bool is_service(const Actor& actor) {
  return actor.kind == Actor::Kind::service;
}

bool is_person_of(const Actor& actor, Role least) {
  return actor.kind == Actor::Kind::person && actor.role && *actor.role >= least;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

void require_administers(const Actor& actor) {
  if (is_service(actor) || is_person_of(actor, Role::admin)) return;
  refuse("only owners, admins and services administer a tenant");
}

}  // namespace

Role parse_role(std::string_view text) {
  const auto at = std::ranges::find(kRoleNames, text);
  if (at == kRoleNames.end()) {
    throw Error(ErrorCode::invalid_argument, "role must be owner, admin, member or viewer");
  }
  return static_cast<Role>(at - kRoleNames.begin());
}

std::string_view to_string(Role role) {
  return kRoleNames[static_cast<std::size_t>(role)];
}

bool has_role(const Actor& actor, Role wanted) {
  return is_service(actor) || is_person_of(actor, wanted);
}

bool can_write(const Actor& actor) {
  return actor.kind == Actor::Kind::machine || has_role(actor, Role::member);
}

bool has_capability(const Actor& actor, const std::vector<Capability>& granted,
                    std::string_view key, const std::optional<std::string>& feature_key) {
  if (has_role(actor, Role::owner)) return true;
  if (has_role(actor, Role::admin) && key != kBillingAdmin) return true;
  if (!has_role(actor, Role::viewer)) return false;
  return std::ranges::any_of(granted, [&](const Capability& one) {
    return one.key == key && (!one.feature_key || one.feature_key == feature_key);
  });
}

bool is_on(const FeatureState& state) {
  if (state.licensed == false) return false;
  return state.switched.value_or(state.licensed.value_or(false));
}

bool may_use_all_lines(const Actor& actor) {
  return actor.kind == Actor::Kind::machine || has_role(actor, Role::admin);
}

void require_may_change_member(const Actor& actor, std::optional<Role> from, std::optional<Role> to,
                               bool is_oneself) {
  if (from == Role::owner && to != Role::owner) {
    refuse("the owner can neither leave nor be demoted",
           "A tenant has one owner. Somebody else becomes the owner first.");
  }
  if (is_service(actor)) return;
  if (is_oneself && !to && is_person_of(actor, Role::viewer)) return;
  require_administers(actor);
  if (is_oneself && from != to) refuse("nobody changes a role of his own");
  if (to && *to > *actor.role) refuse("nobody gives a role above his own");
  if (from && *from >= *actor.role && actor.role != Role::owner) {
    refuse("an admin changes weaker members only");
  }
}

void require_may_grant(const Actor& actor, const std::vector<Capability>& granted,
                       std::string_view key, const std::optional<std::string>& feature_key) {
  require_administers(actor);
  if (has_capability(actor, granted, key, feature_key)) return;
  refuse("nobody grants what he does not have");
}

void require_may_set_feature(const Actor& actor, bool enabled) {
  if (is_service(actor) || (!enabled && is_person_of(actor, Role::owner))) return;
  refuse("only a service switches features on",
         "What a tenant may use is its plan; its owner may switch features off.");
}

void require_may_invite(const Actor& actor, Role role) {
  if (!is_person_of(actor, Role::admin)) refuse("only owners and admins invite");
  if (role == Role::owner) {
    refuse("nobody is invited as the owner", "Invite an admin, then make him the owner.");
  }
}

void require_capability_key(std::string_view key) {
  const bool sound = !key.empty() && key.size() <= kMaxKey && std::ranges::all_of(key, [](char c) {
    return is_word(c) || c == '.' || c == '_' || c == '-';
  });
  if (sound) return;
  throw Error(ErrorCode::invalid_argument, "capability_key must have 1 to 100 of a-z 0-9 . _ -");
}

void require_feature_key(std::string_view key) {
  bool after_word = false;
  bool sound = !key.empty() && key.size() <= kMaxKey;
  for (const char c : key) {
    sound = sound && (is_word(c) || (c == '-' && after_word));
    after_word = is_word(c);
  }
  if (sound && after_word) return;
  throw Error(ErrorCode::invalid_argument, "feature key is not kebab-case",
              "Lower case letters and digits, joined by single hyphens, at most 100 characters.");
}

}  // namespace lad::tenancy
