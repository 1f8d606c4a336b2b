#include "core/json.hpp"
#include "pg/args.hpp"
#include "pg/context.hpp"
#include "pg/json.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "tenancy/access.hpp"
#include "usage/quota_store.hpp"

namespace usage = lad::usage;
namespace store = lad::usage::store;
using lad::Decimal;
using lad::Error;
using lad::ErrorCode;
using lad::JsonNode;
using lad::Uuid;
using lad::pg::Args;

namespace {

void require_settings(const JsonNode& metadata) {
  if (metadata.kind != JsonNode::Kind::object) {
    throw Error{ErrorCode::invalid_argument, "metadata must be a json object"};
  }
  const JsonNode* const unit = metadata.find("unit");
  if (unit == nullptr || (unit->kind == JsonNode::Kind::string && !unit->text.empty())) return;
  throw Error{ErrorCode::invalid_argument, "metadata.unit must be a string that is not empty"};
}

}  // namespace

LAD_FUNCTION(lad_set_entitlement) {
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const Args args{fcinfo};
  const auto feature_key = args.get<std::string>(0, "feature_key");
  usage::Entitlement entitlement;
  entitlement.enabled = args.get<bool>(1, "enabled");
  entitlement.monthly_quota = args.get_optional<Decimal>(2);
  entitlement.daily_quota = args.get_optional<Decimal>(3);
  entitlement.allow_overages = args.get<bool>(4, "allow_overages");
  entitlement.overage_rate = args.get_optional<lad::Rate>(5);
  const auto metadata = args.get<lad::pg::JsonbDatum>(6, "metadata");
  lad::tenancy::require_feature_key(feature_key);
  usage::require_valid(entitlement);
  require_settings(lad::pg::read_json(metadata));
  return lad::pg::to_datum(lad::pg::with_spi([&] {
    store::require_billing_admin("set what a tenant may use");
    return store::save_entitlement(tenant_id, feature_key, entitlement, metadata);
  }));
}

LAD_FUNCTION(lad_check_quota) {
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const Args args{fcinfo};
  const auto feature_key = args.get<std::string>(0, "feature_key");
  const auto quantity = args.get<Decimal>(1, "quantity");
  lad::tenancy::require_feature_key(feature_key);
  if (quantity.is_negative()) {
    throw Error{ErrorCode::invalid_argument, "quantity must not be negative"};
  }
  const usage::Allowance allowance = lad::pg::with_spi([&] {
    const auto entitlement =
        store::find_entitlement(tenant_id, feature_key).value_or(usage::Entitlement{});
    usage::Used used;
    if (usage::has_quota(entitlement)) {
      used = store::used_at(tenant_id, feature_key, lad::pg::transaction_now());
    }
    return usage::judge(entitlement, used, quantity);
  });
  return lad::pg::to_row(fcinfo, allowance.allowed, allowance.remaining_month,
                         allowance.remaining_day, allowance.overage);
}
