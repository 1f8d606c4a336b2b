#include "tenancy/people_store.hpp"

#include "pg/bcrypt.hpp"
#include "pg/spi.hpp"
#include "tenancy/people.hpp"

namespace lad::tenancy::store {
namespace {

using OptionalText = std::optional<std::string>;

constinit pg::Plan<std::string, OptionalText, OptionalText, OptionalText> kRegister{
    "INSERT INTO lad_data.users (email, password_hash, password_changed_at, first_name, last_name)"
    " VALUES ($1, $2, CASE WHEN $2 IS NOT NULL THEN now() END, $3, $4)"
    " ON CONFLICT DO NOTHING RETURNING id"};

constinit pg::Plan<std::string> kFind{
    "SELECT id, password_hash FROM lad_data.users"
    " WHERE lower(email) = lower($1) AND deleted_at IS NULL AND is_active"};

constinit pg::Plan<Uuid> kSignIn{
    "UPDATE lad_data.users SET last_login_at = now() WHERE id = $1 RETURNING primary_tenant_id"};

// The primary tenant comes first, then the oldest membership.
constinit pg::Plan<Uuid, std::optional<Uuid>> kHome{
    "SELECT m.tenant_id, m.role FROM lad_data.memberships m"
    " JOIN lad_data.tenants t ON t.id = m.tenant_id"
    " WHERE m.user_id = $1 AND m.deleted_at IS NULL"
    " AND t.deleted_at IS NULL AND t.status IN ('active', 'trial')"
    " ORDER BY m.tenant_id IS DISTINCT FROM $2, m.created_at, m.tenant_id LIMIT 1"};

}  // namespace

std::optional<Uuid> register_person(const NewPerson& person) {
  OptionalText hash;
  if (person.password) hash = pg::bcrypt(*person.password, pg::bcrypt_salt(kBcryptCost));
  const pg::Rows rows = kRegister.run(person.email, hash, person.first_name, person.last_name);
  if (rows.empty()) return std::nullopt;
  return rows.get<Uuid>(0, 0);
}

std::optional<Credentials> find_credentials(const std::string& email) {
  const pg::Rows rows = kFind.run(email);
  if (rows.empty()) return std::nullopt;
  return Credentials{rows.get<Uuid>(0, 0), rows.get_optional<std::string>(0, 1)};
}

bool matches(const std::string& password, const std::optional<std::string>& stored_hash) {
  const OptionalText hash = stored_hash ? normal_hash(*stored_hash) : std::nullopt;
  const std::string computed = pg::bcrypt(password, hash.value_or(std::string{decoy_setting()}));
  return hash && same_hash(computed, *hash);
}

Home sign_in(const Uuid& user_id) {
  const auto primary = kSignIn.run(user_id).get_optional<Uuid>(0, 0);
  const pg::Rows rows = kHome.run(user_id, primary);
  if (rows.empty()) return {};
  return {rows.get<Uuid>(0, 0), rows.get<std::string>(0, 1)};
}

}  // namespace lad::tenancy::store
