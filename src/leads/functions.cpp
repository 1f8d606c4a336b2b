#include "leads/order.hpp"
#include "leads/store.hpp"
#include "pg/arrays.hpp"
#include "pg/context.hpp"
#include "pg/result.hpp"
#include "pg/spi.hpp"

namespace leads = lad::leads;
namespace store = lad::leads::store;
using lad::Error;
using lad::ErrorCode;
using lad::Uuid;

LAD_FUNCTION(lad_reorder_stages) {
  const auto keys = lad::pg::read_texts(lad::pg::Args{fcinfo}, 0, "keys");
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const std::uint64_t moved = lad::pg::with_spi([&] {
    leads::require_each_once(store::lock_stages(tenant_id), keys, "stage");
    return store::order_stages(tenant_id, keys);
  });
  return lad::pg::to_datum(static_cast<std::int32_t>(moved));
}

LAD_FUNCTION(lad_reorder_campaign_steps) {
  const lad::pg::Args args{fcinfo};
  const auto campaign_id = args.get<Uuid>(0, "campaign_id");
  const auto step_ids = lad::pg::read_uuids(args, 1, "step_ids");
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const std::uint64_t moved = lad::pg::with_spi([&] {
    if (!store::lock_campaign(tenant_id, campaign_id)) {
      throw Error{ErrorCode::not_found, "no such campaign"};
    }
    leads::require_each_once(store::lock_steps(tenant_id, campaign_id), step_ids, "live step");
    return store::order_steps(tenant_id, step_ids);
  });
  return lad::pg::to_datum(static_cast<std::int32_t>(moved));
}
