#include <algorithm>

#include "calls/hours.hpp"
#include "calls/start_store.hpp"
#include "calls/store.hpp"
#include "core/error.hpp"
#include "pg/args.hpp"
#include "pg/context.hpp"
#include "pg/durability.hpp"
#include "pg/json.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pg/time_zone.hpp"

namespace calls = lad::calls;
namespace store = lad::calls::store;
using lad::Error;
using lad::ErrorCode;
using lad::Uuid;

namespace {

calls::StartRequest read_request(const lad::pg::Args& args) {
  calls::StartRequest request;
  request.to_country_code = args.get<std::string>(0, "to_country_code");
  request.to_base_number = args.get<std::int64_t>(1, "to_base_number");
  request.idempotency_key = args.get<std::string>(2, "idempotency_key");
  request.agent_id = args.get_optional<std::int64_t>(3);
  request.from_number_id = args.get_optional<Uuid>(4);
  request.lead_id = args.get_optional<Uuid>(5);
  request.estimated_credits = args.get<lad::Decimal>(6, "estimated_credits");
  request.metadata = lad::pg::jsonb_text(args.get<lad::pg::JsonbDatum>(7, "metadata"));
  calls::require_valid(request);
  return request;
}

/// The call that the key has started before; LD101 when it was for another request.
std::optional<Uuid> find_started(const Uuid& tenant_id, const calls::StartRequest& request) {
  const auto started = store::find_start(tenant_id, request.idempotency_key);
  if (!started) return std::nullopt;
  // The hold may not be on disk yet.
  lad::pg::flush_visible_commits();
  const lad::crypto::Digest digest = calls::fingerprint(request);
  if (std::equal(digest.begin(), digest.end(), started->request_hash.begin(),
                 started->request_hash.end())) {
    return started->call_id;
  }
  throw Error{ErrorCode::idempotency_conflict, "idempotency key was used for another request",
              "The key has started another call before."};
}

void require_open(const Uuid& tenant_id) {
  const auto metadata = lad::pg::read_json(store::read_hours(tenant_id));
  const calls::BusinessHours hours = calls::read_business_hours(metadata);
  const auto clock = calls::is_time_zone_name(hours.time_zone)
                         ? lad::pg::wall_clock(hours.time_zone, lad::pg::clock_now())
                         : std::nullopt;
  if (!clock) {
    throw Error{ErrorCode::call_refused, "the tenant's time zone is unknown",
                "Time zones are those of pg_timezone_names, such as Asia/Dubai."};
  }
  if (calls::is_open(hours, clock->iso_weekday, clock->second_of_day)) return;
  throw Error{ErrorCode::call_refused, "outside of the tenant's business hours",
              "They are kept in tenants.metadata.business_hours."};
}

/// Key, permissions, hours, lead, wallet, call: whoever comes second waits at the key or the lead,
/// which are locked before the wallet.
Uuid start(const lad::pg::TenantContext& context, const calls::StartRequest& request) {
  const Uuid& tenant_id = context.tenant_id;
  if (const auto known = find_started(tenant_id, request)) return *known;
  const Uuid call_id = lad::pg::random_uuid();
  if (!store::claim_start(tenant_id, request, call_id)) {
    if (const auto known = find_started(tenant_id, request)) return *known;
    throw Error{ErrorCode::internal, "a started call with this key vanished"};
  }
  store::require_lines(tenant_id, request);
  calls::require_permitted(store::read_permissions(tenant_id, request.from_number_id));
  require_open(tenant_id);
  if (request.lead_id && !store::lock_lead(tenant_id, *request.lead_id)) {
    throw Error{ErrorCode::not_found, "no such lead"};
  }
  const auto user_id =
      context.user_id.is_nil() ? std::nullopt : std::optional<Uuid>{context.user_id};
  if (!request.estimated_credits.is_zero()) {
    const auto wallet_id = store::find_payer(tenant_id, user_id);
    if (!wallet_id) throw Error{ErrorCode::wallet_not_found, "no wallet to charge"};
    store::hold(tenant_id, *wallet_id, request, call_id);
  }
  if (request.lead_id && store::is_lead_called(tenant_id, *request.lead_id)) {
    throw Error{ErrorCode::call_refused, "a call to this lead is going on",
                "Repeat a request with its own key; end the call with lad.finish_call."};
  }
  store::insert_call(tenant_id, user_id, request, call_id);
  return call_id;
}

}  // namespace

LAD_FUNCTION(lad_start_call) {
  const lad::pg::TenantContext context = lad::pg::require_tenant();
  const calls::StartRequest request = read_request(lad::pg::Args{fcinfo});
  return lad::pg::to_datum(lad::pg::with_spi([&] { return start(context, request); }));
}
