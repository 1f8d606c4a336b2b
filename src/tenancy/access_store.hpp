#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/uuid.hpp"
#include "tenancy/access.hpp"

/// SQL of roles, capabilities and features. Reads see what the tables' owner sees.
namespace lad::tenancy::store {

/// Who the context acts for. Looked up once a transaction. Throws no_tenant_context (LD001).
Actor current_actor();

/// What the acting person was granted and is not withheld. Looked up once a transaction.
std::vector<Capability> current_capabilities();

/// A live member's role; nothing for a stranger.
std::optional<Role> read_role(const Uuid& tenant_id, const Uuid& user_id);
std::vector<Capability> read_capabilities(const Uuid& tenant_id, const Uuid& user_id);

/// Of a feature, for a person of the tenant, or for a machine (nil).
FeatureState read_feature(const Uuid& tenant_id, const Uuid& user_id, const std::string& key);

/// Whether the tenant has the number or voice, and whether the person has a permission for it.
struct Line {
  bool exists = false;
  bool is_permitted = false;
};
Line read_number(const Uuid& tenant_id, const Uuid& user_id, const Uuid& number_id);
Line read_voice(const Uuid& tenant_id, const Uuid& user_id, const Uuid& voice_id);

/// A number or voice by the name people know it by.
struct NamedLine {
  Uuid id;
  std::string name;
};
std::vector<NamedLine> read_numbers(const Uuid& tenant_id);
std::vector<NamedLine> read_voices(const Uuid& tenant_id);

/// Every key of a feature that the tenant has a row or a switch for, sorted.
std::vector<std::string> read_feature_keys(const Uuid& tenant_id);

void write_capability(const Uuid& tenant_id, const Uuid& user_id, const Capability& capability);
bool delete_capability(const Uuid& tenant_id, const Uuid& user_id, const std::string& key);
void write_feature(const Uuid& tenant_id, const std::string& key, bool enabled);

}  // namespace lad::tenancy::store
