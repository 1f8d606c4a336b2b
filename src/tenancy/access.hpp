#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Rules of access: what a role and its capabilities allow, and who may give them to whom.
namespace lad::tenancy {

/// Roles of a membership, weakest first.
enum class Role { viewer, member, admin, owner };

/// Throws invalid_argument (22023) for any other word.
Role parse_role(std::string_view text);
std::string_view to_string(Role role);

/// A capability granted to one member; without a feature it holds in all.
struct Capability {
  std::string key;
  std::optional<std::string> feature_key;
};

/// The right to pay in, to correct balances, and to change wallets and prices of one's tenant.
inline constexpr std::string_view kBillingAdmin = "billing.admin";

/// Who acts. A service stands above roles; a machine, the holder of a token without a user, writes
/// and debits but administers nothing; a person without a live membership may do nothing.
struct Actor {
  enum class Kind { service, machine, person };
  Kind kind = Kind::person;
  std::optional<Role> role = {};  ///< of a person who is a member
};

/// Whether the actor's role is at least the wanted one. Machines have none.
bool has_role(const Actor& actor, Role wanted);

/// Everyone but viewers and strangers.
bool can_write(const Actor& actor);

/// Owners have every capability, admins every one but billing.admin; others, and admins for that
/// one, what they were granted: for all features, or for the feature that is asked about.
bool has_capability(const Actor& actor, const std::vector<Capability>& granted,
                    std::string_view key, const std::optional<std::string>& feature_key);

/// What is known of a feature: the tenant's own row, and the most specific switch that is in force.
struct FeatureState {
  std::optional<bool> licensed;
  std::optional<bool> switched;
};

/// On when the switch says so, else when it is licensed; never when the tenant's row is off.
bool is_on(const FeatureState& state);

/// Whether everyone of that kind and role may use every number and voice of the tenant; others need
/// a permission.
bool may_use_all_lines(const Actor& actor);

/// Throws privilege (42501) unless the actor may set a member of role `from` (none: nobody yet, or
/// somebody who has left) to role `to` (none: remove). One acts on weaker members only, owners and
/// services on all, and on oneself to leave; nobody gives a role above his own. The owner's role
/// passes on only by making somebody else the owner.
void require_may_change_member(const Actor& actor, std::optional<Role> from, std::optional<Role> to,
                               bool is_oneself);

/// Throws privilege (42501) unless the actor is an admin, an owner or a service and, a service
/// apart, has the capability for that feature (none: for all) himself.
void require_may_grant(const Actor& actor, const std::vector<Capability>& granted,
                       std::string_view key, const std::optional<std::string>& feature_key);

/// Throws privilege (42501): features are switched on by services, off by owners too.
void require_may_set_feature(const Actor& actor, bool enabled);

/// Throws privilege (42501) unless a person who is an admin or the owner invites to a role that is
/// neither above his own nor owner.
void require_may_invite(const Actor& actor, Role role);

/// Throws invalid_argument (22023) unless a capability key is 1 to 100 of a-z 0-9 . _ -
void require_capability_key(std::string_view key);

/// Throws invalid_argument (22023) unless a feature key is kebab-case of at most 100 characters.
void require_feature_key(std::string_view key);

}  // namespace lad::tenancy
