#include "invoices/analytics.hpp"
#include "invoices/analytics_store.hpp"
#include "pg/args.hpp"
#include "pg/arrays.hpp"
#include "pg/context.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace invoices = lad::invoices;
namespace store = lad::invoices::store;
using lad::Error;
using lad::ErrorCode;
using lad::Uuid;
using lad::pg::Args;

namespace {

/// The tenant of the context; none in that of a service which named no tenant.
std::optional<Uuid> reported_tenant() {
  const lad::pg::TenantContext* const context = lad::pg::current_context();
  if (context == nullptr) return lad::pg::require_tenant().tenant_id;
  if (context->tenant_id.is_nil()) return std::nullopt;
  return context->tenant_id;
}

}  // namespace

LAD_FUNCTION(lad_cost_report) {
  const Args args{fcinfo};
  const auto from = args.get<lad::pg::Timestamp>(0, "from_time");
  const auto to = args.get<lad::pg::Timestamp>(1, "to_time");
  if (from > to) {
    throw Error{ErrorCode::invalid_argument, "from_time must not be after to_time"};
  }
  const std::vector<std::string> group_by = lad::pg::read_texts(args, 2, "group_by");
  invoices::require_dimensions(group_by);
  const auto tenant_id = reported_tenant();
  lad::pg::RowSet rows{fcinfo};
  for (const auto& row :
       lad::pg::with_spi([&] { return store::read_costs(tenant_id, from, to, group_by); })) {
    rows.add(row.tenant_id, row.feature_key, row.category, row.provider, row.model, row.unit,
             row.agent_id, row.campaign_id, row.currency, row.events, row.quantity, row.cost,
             row.known_cost, row.margin);
  }
  return rows.done();
}

LAD_FUNCTION(lad_forecast_balance) {
  const auto wallet_id = Args{fcinfo}.get<Uuid>(0, "wallet_id");
  const lad::pg::Timestamp now = lad::pg::transaction_now();
  constexpr std::int64_t kSpanUs = invoices::kForecastDays * 86'400'000'000;
  const store::Use use =
      lad::pg::with_spi([&] { return store::read_use(wallet_id, {now.us - kSpanUs}); });
  std::optional<lad::pg::Timestamp> end;
  if (const auto at = invoices::runs_out_at(use.available, use.used, lad::pg::unix_us(now))) {
    end = lad::pg::from_unix_us(*at);
  }
  return lad::pg::to_row(fcinfo, use.available, invoices::daily_use(use.used), end);
}
