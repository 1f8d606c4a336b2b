#include <cstring>

#include "pg/args.hpp"
#include "pg/as_owner.hpp"
#include "pg/context.hpp"
#include "pg/key_file.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "tenancy/store.hpp"
#include "tenancy/token.hpp"

namespace tenancy = lad::tenancy;
using lad::Error;
using lad::ErrorCode;
using lad::Uuid;
using lad::pg::Args;

namespace {

std::string mint_token(const Uuid& tenant_id, const Uuid& user_id, std::int64_t epoch,
                       std::int64_t ttl_us) {
  tenancy::KeyRing ring;
  std::memcpy(&ring, lad::pg::current_keys(), sizeof(ring));
  const tenancy::Key* const key = ring.signing_key();
  if (key == nullptr) throw Error{ErrorCode::key_unavailable, "no key can sign tokens"};
  tenancy::Claims claims;
  claims.tenant = tenant_id;
  claims.user = user_id;
  claims.issued_at_us = lad::pg::unix_us(lad::pg::clock_now());
  claims.expires_at_us = claims.issued_at_us + ttl_us;
  claims.epoch = epoch;
  const std::string token = tenancy::mint(claims, *key, lad::pg::token_audience());
  ring.cleanse();
  return token;
}

tenancy::store::Tenant require_open(const Uuid& tenant_id) {
  const auto tenant = tenancy::store::read(tenant_id);
  if (!tenant) throw Error{ErrorCode::not_found, "tenant not found"};
  if (!tenant->is_open) throw Error{ErrorCode::privilege, "tenant is suspended or cancelled"};
  return *tenant;
}

/// The revocation state of a genuine token's tenant where no shared entry has it.
std::optional<lad::pg::TenantEpoch> read_epoch(const std::string& token) {
  const auto claimed = tenancy::peek_tenant(token);
  if (claimed && lad::pg::find_epoch(*claimed)) return std::nullopt;
  const Uuid tenant_id = lad::pg::verify_token(token).context.tenant_id;
  const std::uint64_t generation = lad::pg::epoch_generation();
  const lad::pg::ActAsOwner owner{"lad_owner"};
  const auto tenant =
      lad::pg::with_latest_snapshot([&] { return tenancy::store::read_latest(tenant_id); });
  if (!tenant) {
    throw Error{ErrorCode::token_invalid, "token is not valid", "Its tenant does not exist."};
  }
  const lad::pg::TenantEpoch read{tenant->epoch, tenant->is_open};
  lad::pg::load_epoch(tenant_id, read, generation);
  return read;
}

Datum context_uuid(FunctionCallInfo fcinfo, Uuid lad::pg::TenantContext::*member) {
  const lad::pg::TenantContext* const context = lad::pg::current_context();
  if (context != nullptr && !(context->*member).is_nil()) {
    return PointerGetDatum((context->*member).bytes.data());
  }
  if (lad::pg::context_is_required() && (context == nullptr || context->tenant_id.is_nil())) {
    throw Error{ErrorCode::no_tenant_context, "no tenant context"};
  }
  return lad::pg::null_datum(fcinfo);
}

}  // namespace

LAD_FUNCTION(lad_current_tenant_id) {
  return context_uuid(fcinfo, &lad::pg::TenantContext::tenant_id);
}

LAD_FUNCTION(lad_current_user_id) {
  return context_uuid(fcinfo, &lad::pg::TenantContext::user_id);
}

LAD_FUNCTION(lad_authenticate) {
  const auto token = Args{fcinfo}.get_optional<std::string>(0);
  if (!token || token->empty()) throw Error{ErrorCode::token_invalid, "token is missing"};
  lad::pg::hide_token_statement();
  lad::pg::enter_context(*token, read_epoch(*token));
  return lad::pg::void_datum();
}

LAD_FUNCTION(lad_authenticate_service) {
  const Args args{fcinfo};
  lad::pg::require_caller("lad_service", "act as a service");
  const auto tenant_id = args.get_optional<Uuid>(0);
  const auto reason = args.get<std::string>(1, "reason");
  if (reason.empty()) throw Error{ErrorCode::invalid_argument, "reason must not be empty"};
  lad::pg::enter_service_context(tenant_id.value_or(Uuid{}));
  const std::string role = lad::pg::log_service(reason);
  if (!tenant_id) return lad::pg::void_datum();
  lad::pg::with_spi([&] {
    if (!tenancy::store::read(*tenant_id)) {
      throw Error{ErrorCode::not_found, "tenant not found"};
    }
    tenancy::store::record_service(*tenant_id, role, reason);
  });
  return lad::pg::void_datum();
}

LAD_FUNCTION(lad_issue_token) {
  const Args args{fcinfo};
  const auto tenant_id = args.get<Uuid>(0, "tenant_id");
  const auto user_id = args.get_optional<Uuid>(1);
  const std::int64_t ttl_us = args.get<lad::pg::Interval>(2, "ttl").exact_us("ttl");
  if (ttl_us <= 0 || ttl_us > lad::pg::max_token_ttl_us()) {
    throw Error{ErrorCode::invalid_argument,
                "ttl must be above zero and at most lad.max_token_ttl"};
  }
  const lad::pg::ContextLoan loan{tenant_id};
  const std::int64_t epoch = lad::pg::with_spi([&] {
    const tenancy::store::Tenant tenant = require_open(tenant_id);
    if (user_id && !tenancy::store::is_member(tenant_id, *user_id)) {
      throw Error{ErrorCode::privilege, "user is no member of the tenant"};
    }
    return tenant.epoch;
  });
  return lad::pg::to_datum(mint_token(tenant_id, user_id.value_or(Uuid{}), epoch, ttl_us));
}

LAD_FUNCTION(lad_tenant_epoch) {
  const auto tenant_id = Args{fcinfo}.get<Uuid>(0, "tenant_id");
  const lad::pg::ContextLoan loan{tenant_id};
  return Int64GetDatum(lad::pg::with_spi([&] { return require_open(tenant_id).epoch; }));
}

LAD_FUNCTION(lad_create_tenant) {
  const Args args{fcinfo};
  const auto name = args.get<std::string>(0, "name");
  const auto slug = args.get<std::string>(1, "slug");
  const auto owner_user_id = args.get_optional<Uuid>(2);
  const auto plan_tier = args.get<std::string>(3, "plan_tier");
  const Uuid tenant_id = lad::pg::random_uuid();
  const lad::pg::ContextLoan loan{tenant_id};
  lad::pg::with_spi(
      [&] { tenancy::store::create(tenant_id, name, slug, plan_tier, owner_user_id); });
  return lad::pg::to_datum(tenant_id);
}
