#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/uuid.hpp"

/// SQL of tenants and their members.
namespace lad::tenancy::store {

/// What a token is minted from.
struct Tenant {
  bool is_open;  ///< neither suspended nor cancelled nor deleted
  std::int64_t epoch;
};

/// The tenant, which must be the current one; nothing when it does not exist.
std::optional<Tenant> read(const Uuid& tenant_id);

/// As read, but as committed at this moment; inside pg::with_latest_snapshot.
std::optional<Tenant> read_latest(const Uuid& tenant_id);

/// Revokes the tokens of a tenant that are in use: its epoch grows by one.
void raise_epoch(const Uuid& tenant_id);

/// Whether the user is a live member of the tenant and himself active.
bool is_member(const Uuid& tenant_id, const Uuid& user_id);

/// Records that a service acts for the tenant.
void record_service(const Uuid& tenant_id, const std::string& role, const std::string& reason);

/// A new tenant with its epoch and, if there is one, its owner.
void create(const Uuid& tenant_id, const std::string& name, const std::string& slug,
            const std::string& plan_tier, const std::optional<Uuid>& owner_user_id);

}  // namespace lad::tenancy::store
