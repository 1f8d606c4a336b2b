#pragma once

#include <optional>
#include <string>

#include "core/uuid.hpp"
#include "tenancy/access.hpp"

/// SQL that changes who belongs to a tenant: inside pg::ActAsOwner, with_spi and a service's
/// context, since a viewer may leave although he may not write.
namespace lad::tenancy::store {

/// The membership of a person, locked; somebody who has left has no role.
struct Membership {
  bool exists = false;
  std::optional<Role> role;
};
Membership lock_membership(const Uuid& tenant_id, const Uuid& user_id);

/// Locks the tenant's owner, so that two changes of the owner come one after the other.
void lock_owner(const Uuid& tenant_id);
/// Makes the owner, if there is one, an admin.
void demote_owner(const Uuid& tenant_id);

/// Writes a live membership; false when there is no such person.
bool write_membership(const Uuid& tenant_id, const Uuid& user_id, Role role,
                      const std::optional<Uuid>& invited_by);

/// Ends a membership and takes away what it granted.
void end_membership(const Uuid& tenant_id, const Uuid& user_id);

/// Writes an invitation, in place of one that is pending for the address.
void write_invitation(const Uuid& tenant_id, const std::string& email, Role role,
                      const Uuid& invited_by, const std::string& token_hash,
                      std::int64_t lifetime_us, const std::optional<std::string>& message);

/// An invitation that can be accepted now, locked.
struct Invitation {
  Uuid id;
  std::string email;
  Role role = Role::viewer;
  Uuid invited_by;
};
std::optional<Invitation> lock_invitation(const Uuid& tenant_id, const std::string& token_hash);

/// Whether the person is active and has the address.
bool has_address(const Uuid& user_id, const std::string& email);

void accept_invitation(const Uuid& tenant_id, const Uuid& invitation_id, const Uuid& user_id);

}  // namespace lad::tenancy::store
