#pragma once

#include <optional>
#include <string>

#include "core/uuid.hpp"

/// SQL of people and their passwords, across tenants: inside pg::ActAsOwner and with_spi.
namespace lad::tenancy::store {

struct NewPerson {
  std::string email;
  std::optional<std::string> password;
  std::optional<std::string> first_name;
  std::optional<std::string> last_name;
};

/// Writes a person with the hash of the password; nothing when the address is taken.
std::optional<Uuid> register_person(const NewPerson& person);

/// An active person by address, and the hash as it is stored.
struct Credentials {
  Uuid user_id;
  std::optional<std::string> password_hash;
};
std::optional<Credentials> find_credentials(const std::string& email);

/// Whether the password is the one of the hash. Without a usable hash it takes as long.
bool matches(const std::string& password, const std::optional<std::string>& stored_hash);

/// Where a person lands after signing in.
struct Home {
  std::optional<Uuid> tenant_id;
  std::optional<std::string> role;
};
Home sign_in(const Uuid& user_id);

}  // namespace lad::tenancy::store
