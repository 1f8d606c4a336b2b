#include "tenancy/access_store.hpp"

#include "core/error.hpp"
#include "pg/as_owner.hpp"
#include "pg/context.hpp"
#include "pg/spi.hpp"
#include "pg/transaction_memo.hpp"

namespace lad::tenancy::store {
namespace {

constinit pg::Plan<Uuid, Uuid> kRole{
    "SELECT role FROM lad_data.memberships"
    " WHERE tenant_id = $1 AND user_id = $2 AND deleted_at IS NULL"};

constinit pg::Plan<Uuid, Uuid> kCapabilities{
    "SELECT capability_key, feature_key FROM lad_data.user_capabilities"
    " WHERE tenant_id = $1 AND user_id = $2 AND enabled ORDER BY capability_key"};

constinit pg::Plan<Uuid, Uuid, std::string> kFeature{
    "SELECT (SELECT enabled FROM lad_data.tenant_features"
    "  WHERE tenant_id = $1 AND feature_key = $3),"
    " (SELECT is_enabled FROM lad_data.feature_flags"
    "  WHERE feature_key = $3 AND (tenant_id = $1 OR tenant_id IS NULL)"
    "  AND (user_id = $2 OR user_id IS NULL) AND (expires_at IS NULL OR expires_at > now())"
    "  ORDER BY user_id NULLS LAST, tenant_id NULLS LAST LIMIT 1)"};

#define PERMISSION(column)                                                         \
  "(SELECT FROM lad_data.voice_permissions p WHERE p.tenant_id = $1 AND p." column \
  " = $3 AND p.user_id = $2 AND p.is_active AND p.deleted_at IS NULL)"

constinit pg::Plan<Uuid, Uuid, Uuid> kNumber{
    "SELECT EXISTS (SELECT FROM lad_data.voice_agent_numbers WHERE tenant_id = $1 AND id = $3),"
    " EXISTS " PERMISSION("number_id")};

constinit pg::Plan<Uuid, Uuid, Uuid> kVoice{
    "SELECT EXISTS (SELECT FROM lad_data.voice_agent_voices WHERE tenant_id = $1 AND id = $3),"
    " EXISTS " PERMISSION("voice_id")};

#undef PERMISSION

constinit pg::Plan<Uuid> kNumbers{
    "SELECT id, country_code || base_number FROM lad_data.voice_agent_numbers WHERE tenant_id = $1"
    " ORDER BY 2, 1"};

constinit pg::Plan<Uuid> kVoices{
    "SELECT id, coalesce(description, provider_voice_id, id::text)"
    " FROM lad_data.voice_agent_voices WHERE tenant_id = $1 ORDER BY 2, 1"};

constinit pg::Plan<Uuid> kFeatureKeys{
    "SELECT feature_key::text FROM lad_data.tenant_features WHERE tenant_id = $1"
    " UNION SELECT feature_key::text FROM lad_data.feature_flags"
    " WHERE tenant_id = $1 OR tenant_id IS NULL ORDER BY 1"};

constinit pg::Plan<Uuid, Uuid, std::string, std::optional<std::string>> kGrant{
    "INSERT INTO lad_data.user_capabilities (tenant_id, user_id, capability_key, feature_key)"
    " VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, user_id, capability_key)"
    " DO UPDATE SET feature_key = EXCLUDED.feature_key, enabled = true"};

constinit pg::Plan<Uuid, Uuid, std::string> kTakeAway{
    "DELETE FROM lad_data.user_capabilities"
    " WHERE tenant_id = $1 AND user_id = $2 AND capability_key = $3"};

constinit pg::Plan<Uuid, std::string, bool> kSetFeature{
    "INSERT INTO lad_data.tenant_features (tenant_id, feature_key, enabled) VALUES ($1, $2, $3)"
    " ON CONFLICT (tenant_id, feature_key) DO UPDATE SET enabled = EXCLUDED.enabled"};

/// What is remembered holds for one party; a service may change its tenant.
struct KnownActor {
  Uuid tenant_id;
  Uuid user_id;
  Actor actor;
};
struct KnownCapabilities {
  Uuid tenant_id;
  Uuid user_id;
  std::vector<Capability> granted;
};
constinit pg::Memo<KnownActor> actor_memo;
constinit pg::Memo<KnownCapabilities> capabilities_memo;

const pg::TenantContext& context_of_person() {
  const pg::TenantContext* const context = pg::current_context();
  if (context == nullptr) throw Error{ErrorCode::no_tenant_context, "no tenant context"};
  return *context;
}

template <class Known>
bool is_about(const Known* known, const pg::TenantContext& context) {
  return known != nullptr && known->tenant_id == context.tenant_id &&
         known->user_id == context.user_id;
}

template <class Body>
auto as_owner(Body&& body) {
  const pg::ActAsOwner owner{"lad_owner"};
  return pg::with_spi(std::forward<Body>(body));
}

Line to_line(const pg::Rows& rows) {
  return {rows.get<bool>(0, 0), rows.get<bool>(0, 1)};
}

std::vector<NamedLine> to_lines(const pg::Rows& rows) {
  std::vector<NamedLine> lines;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    lines.push_back({rows.get<Uuid>(row, 0), rows.get<std::string>(row, 1)});
  }
  return lines;
}

}  // namespace

Actor current_actor() {
  const pg::TenantContext context = context_of_person();
  if (context.is_service) return {Actor::Kind::service};
  if (context.user_id.is_nil()) return {Actor::Kind::machine};
  if (is_about(actor_memo.find(), context)) return actor_memo.find()->actor;
  const Actor actor{Actor::Kind::person, read_role(context.tenant_id, context.user_id)};
  return actor_memo.keep({context.tenant_id, context.user_id, actor}).actor;
}

std::vector<Capability> current_capabilities() {
  const pg::TenantContext context = context_of_person();
  if (context.is_service || context.user_id.is_nil()) return {};
  if (is_about(capabilities_memo.find(), context)) return capabilities_memo.find()->granted;
  return capabilities_memo
      .keep({context.tenant_id, context.user_id,
             read_capabilities(context.tenant_id, context.user_id)})
      .granted;
}

std::optional<Role> read_role(const Uuid& tenant_id, const Uuid& user_id) {
  return as_owner([&]() -> std::optional<Role> {
    const pg::Rows rows = kRole.run(tenant_id, user_id);
    if (rows.empty()) return std::nullopt;
    return parse_role(rows.get<std::string>(0, 0));
  });
}

std::vector<Capability> read_capabilities(const Uuid& tenant_id, const Uuid& user_id) {
  return as_owner([&] {
    const pg::Rows rows = kCapabilities.run(tenant_id, user_id);
    std::vector<Capability> granted;
    for (std::uint64_t row = 0; row < rows.size(); ++row) {
      granted.push_back({rows.get<std::string>(row, 0), rows.get_optional<std::string>(row, 1)});
    }
    return granted;
  });
}

FeatureState read_feature(const Uuid& tenant_id, const Uuid& user_id, const std::string& key) {
  return as_owner([&] {
    const pg::Rows rows = kFeature.run(tenant_id, user_id, key);
    return FeatureState{rows.get_optional<bool>(0, 0), rows.get_optional<bool>(0, 1)};
  });
}

Line read_number(const Uuid& tenant_id, const Uuid& user_id, const Uuid& number_id) {
  return as_owner([&] { return to_line(kNumber.run(tenant_id, user_id, number_id)); });
}

Line read_voice(const Uuid& tenant_id, const Uuid& user_id, const Uuid& voice_id) {
  return as_owner([&] { return to_line(kVoice.run(tenant_id, user_id, voice_id)); });
}

std::vector<NamedLine> read_numbers(const Uuid& tenant_id) {
  return as_owner([&] { return to_lines(kNumbers.run(tenant_id)); });
}

std::vector<NamedLine> read_voices(const Uuid& tenant_id) {
  return as_owner([&] { return to_lines(kVoices.run(tenant_id)); });
}

std::vector<std::string> read_feature_keys(const Uuid& tenant_id) {
  return as_owner([&] {
    const pg::Rows rows = kFeatureKeys.run(tenant_id);
    std::vector<std::string> keys;
    for (std::uint64_t row = 0; row < rows.size(); ++row) {
      keys.push_back(rows.get<std::string>(row, 0));
    }
    return keys;
  });
}

void write_capability(const Uuid& tenant_id, const Uuid& user_id, const Capability& capability) {
  as_owner([&] { kGrant.run(tenant_id, user_id, capability.key, capability.feature_key); });
}

bool delete_capability(const Uuid& tenant_id, const Uuid& user_id, const std::string& key) {
  return as_owner([&] { return kTakeAway.run(tenant_id, user_id, key).processed() > 0; });
}

void write_feature(const Uuid& tenant_id, const std::string& key, bool enabled) {
  as_owner([&] { kSetFeature.run(tenant_id, key, enabled); });
}

}  // namespace lad::tenancy::store
