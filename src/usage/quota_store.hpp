#pragma once

#include <optional>
#include <string>

#include "core/uuid.hpp"
#include "pg/values.hpp"
#include "usage/quota.hpp"
#include "usage/store.hpp"

/// SQL of entitlements and of what was used of them.
namespace lad::usage::store {

std::optional<Entitlement> find_entitlement(const Uuid& tenant_id, const std::string& feature_key);

/// What a use is recorded by: who pays, and what may be used.
struct Terms {
  std::optional<Payer> payer;
  std::optional<Entitlement> entitlement;
};

/// Both by one statement.
Terms find_terms(const Uuid& tenant_id, const std::optional<Uuid>& user_id,
                 const std::string& feature_key);

/// The entitlement under its lock: uses of a feature with a quota are judged one after the other.
std::optional<Entitlement> lock_entitlement(const Uuid& tenant_id, const std::string& feature_key);

/// What was used of the feature in the calendar month and day of a time, in the tenant's zone, by
/// events that are not voided. Sees what has committed until now, whatever the transaction's
/// isolation. Throws invalid_argument (22023) when tenants.metadata.timezone is no zone.
Used used_at(const Uuid& tenant_id, const std::string& feature_key, pg::Timestamp at);

/// Writes an entitlement, also over the one that is there. Returns its identifier.
Uuid save_entitlement(const Uuid& tenant_id, const std::string& feature_key,
                      const Entitlement& entitlement, pg::JsonbDatum metadata);

/// Throws privilege (42501) unless the caller is a service, the owner or a billing.admin.
void require_billing_admin(const char* action);

}  // namespace lad::usage::store
