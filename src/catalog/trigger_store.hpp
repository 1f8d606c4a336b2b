#pragma once

#include <string>

#include "core/uuid.hpp"

/// What the trigger functions look up in other tables and change there.
namespace lad::catalog::store {

/// Whether the tenant has the call; locks it against deletion until the transaction ends.
bool lock_call(const Uuid& tenant_id, const Uuid& call_id);
bool call_exists(const Uuid& tenant_id, const Uuid& call_id);

/// Removes what was understood from the call and releases its batch entries.
void delete_call_children(const Uuid& tenant_id, const Uuid& call_id);

bool has_stage(const Uuid& tenant_id, const std::string& key);
bool has_status(const Uuid& tenant_id, const std::string& key);

}  // namespace lad::catalog::store
