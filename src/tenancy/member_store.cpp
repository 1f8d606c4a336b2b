#include "tenancy/member_store.hpp"

#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::tenancy::store {
namespace {

using OptionalUuid = std::optional<Uuid>;
using OptionalText = std::optional<std::string>;

constinit pg::Plan<Uuid, Uuid> kLock{
    "SELECT CASE WHEN deleted_at IS NULL THEN role END FROM lad_data.memberships"
    " WHERE tenant_id = $1 AND user_id = $2 FOR NO KEY UPDATE"};

constinit pg::Plan<Uuid> kLockOwner{
    "SELECT FROM lad_data.memberships"
    " WHERE tenant_id = $1 AND role = 'owner' AND deleted_at IS NULL FOR NO KEY UPDATE"};

constinit pg::Plan<Uuid> kDemote{
    "UPDATE lad_data.memberships SET role = 'admin'"
    " WHERE tenant_id = $1 AND role = 'owner' AND deleted_at IS NULL"};

constinit pg::Plan<Uuid, Uuid, std::string, OptionalUuid> kWrite{
    "INSERT INTO lad_data.memberships (tenant_id, user_id, role, invited_by)"
    " SELECT $1, id, $3, $4 FROM lad_data.users WHERE id = $2 AND deleted_at IS NULL"
    " ON CONFLICT (tenant_id, user_id) DO UPDATE SET role = EXCLUDED.role, deleted_at = NULL"};

constinit pg::Plan<Uuid, Uuid> kEnd{
    "UPDATE lad_data.memberships SET deleted_at = now() WHERE tenant_id = $1 AND user_id = $2"};

constinit pg::Plan<Uuid, Uuid> kTakeAllAway{
    "DELETE FROM lad_data.user_capabilities WHERE tenant_id = $1 AND user_id = $2"};

constinit pg::Plan<Uuid, std::string, std::string, Uuid, std::string, pg::Timestamp, OptionalText>
    kInvite{
        "INSERT INTO lad_data.tenant_invitations"
        " (tenant_id, email, role, invited_by, invitation_token, expires_at, message)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (tenant_id, lower(email)) WHERE accepted_at IS NULL AND deleted_at IS NULL"
        " DO UPDATE SET role = EXCLUDED.role, invited_by = EXCLUDED.invited_by,"
        " invitation_token = EXCLUDED.invitation_token, expires_at = EXCLUDED.expires_at,"
        " message = EXCLUDED.message"};

constinit pg::Plan<Uuid, std::string> kLockInvitation{
    "SELECT id, email, role, invited_by FROM lad_data.tenant_invitations"
    " WHERE tenant_id = $1 AND invitation_token = $2 AND accepted_at IS NULL"
    " AND deleted_at IS NULL AND expires_at > now() FOR UPDATE"};

constinit pg::Plan<Uuid, std::string> kHasAddress{
    "SELECT FROM lad_data.users"
    " WHERE id = $1 AND lower(email) = lower($2) AND deleted_at IS NULL AND is_active"};

constinit pg::Plan<Uuid, Uuid, Uuid> kAccept{
    "UPDATE lad_data.tenant_invitations SET accepted_at = now(), accepted_by = $3"
    " WHERE tenant_id = $1 AND id = $2"};

}  // namespace

Membership lock_membership(const Uuid& tenant_id, const Uuid& user_id) {
  const pg::Rows rows = kLock.run(tenant_id, user_id);
  if (rows.empty()) return {};
  const auto role = rows.get_optional<std::string>(0, 0);
  return {true, role ? std::optional{parse_role(*role)} : std::nullopt};
}

void lock_owner(const Uuid& tenant_id) {
  kLockOwner.run(tenant_id);
}

void demote_owner(const Uuid& tenant_id) {
  kDemote.run(tenant_id);
}

bool write_membership(const Uuid& tenant_id, const Uuid& user_id, Role role,
                      const std::optional<Uuid>& invited_by) {
  return kWrite.run(tenant_id, user_id, std::string{to_string(role)}, invited_by).processed() > 0;
}

void end_membership(const Uuid& tenant_id, const Uuid& user_id) {
  kEnd.run(tenant_id, user_id);
  kTakeAllAway.run(tenant_id, user_id);
}

void write_invitation(const Uuid& tenant_id, const std::string& email, Role role,
                      const Uuid& invited_by, const std::string& token_hash,
                      std::int64_t lifetime_us, const std::optional<std::string>& message) {
  const pg::Timestamp expires_at{pg::transaction_now().us + lifetime_us};
  kInvite.run(tenant_id, email, std::string{to_string(role)}, invited_by, token_hash, expires_at,
              message);
}

std::optional<Invitation> lock_invitation(const Uuid& tenant_id, const std::string& token_hash) {
  const pg::Rows rows = kLockInvitation.run(tenant_id, token_hash);
  if (rows.empty()) return std::nullopt;
  return Invitation{rows.get<Uuid>(0, 0), rows.get<std::string>(0, 1),
                    parse_role(rows.get<std::string>(0, 2)), rows.get<Uuid>(0, 3)};
}

bool has_address(const Uuid& user_id, const std::string& email) {
  return !kHasAddress.run(user_id, email).empty();
}

void accept_invitation(const Uuid& tenant_id, const Uuid& invitation_id, const Uuid& user_id) {
  kAccept.run(tenant_id, invitation_id, user_id);
}

}  // namespace lad::tenancy::store
