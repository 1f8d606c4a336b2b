#include "leads/store.hpp"

#include "pg/arrays.hpp"
#include "pg/spi.hpp"

namespace lad::leads::store {
namespace {

using Ids = std::vector<Uuid>;
using Texts = std::vector<std::string>;

constinit pg::Plan<Uuid, Uuid> kAssignee{
    "SELECT assigned_user_id FROM lad_data.leads WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, Uuid> kFirstOfChain{
    "WITH RECURSIVE up AS ("
    " SELECT id, parent_booking_id FROM lad_data.lead_bookings WHERE tenant_id = $1 AND id = $2"
    " UNION SELECT b.id, b.parent_booking_id FROM up JOIN lad_data.lead_bookings AS b"
    "  ON b.tenant_id = $1 AND b.id = up.parent_booking_id)"
    " SELECT id FROM up WHERE parent_booking_id IS NULL"};

constinit pg::Plan<Uuid, Uuid> kLockBooking{
    "SELECT 1 FROM lad_data.lead_bookings WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE"};

constinit pg::Plan<Uuid, Uuid, Uuid> kChain{
    "WITH RECURSIVE down AS ("
    " SELECT id FROM lad_data.lead_bookings WHERE tenant_id = $1 AND parent_booking_id = $3"
    " UNION SELECT b.id FROM down JOIN lad_data.lead_bookings AS b"
    "  ON b.tenant_id = $1 AND b.parent_booking_id = down.id)"
    " SELECT coalesce(retry_count, 0), (SELECT count(*) FROM down)"
    " FROM lad_data.lead_bookings WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<pg::JsonbDatum> kPersonIn{"SELECT $1->>'apollo_person_id'"};

// A lead from Apollo keeps Apollo's identifier as source_id.
constinit pg::Plan<Uuid, Uuid> kPersonOf{
    "SELECT coalesce(CASE WHEN source LIKE 'apollo%' THEN nullif(source_id, '') END,"
    " nullif(raw_data->>'apollo_person_id', ''))"
    " FROM lad_data.leads WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid> kLockStages{
    "SELECT key FROM lad_data.lead_stages WHERE tenant_id = $1 ORDER BY id FOR NO KEY UPDATE"};

constinit pg::Plan<Uuid, Texts> kOrderStages{
    "UPDATE lad_data.lead_stages AS s SET display_order = o.place"
    " FROM unnest($2) WITH ORDINALITY AS o (key, place)"
    " WHERE s.tenant_id = $1 AND s.key = o.key AND s.display_order <> o.place"};

constinit pg::Plan<Uuid, Uuid> kLockCampaign{
    "SELECT 1 FROM lad_data.campaigns WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE"};

constinit pg::Plan<Uuid, Uuid> kLockSteps{
    "SELECT id FROM lad_data.campaign_steps"
    " WHERE tenant_id = $1 AND campaign_id = $2 AND NOT is_deleted"
    " ORDER BY id FOR NO KEY UPDATE"};

constinit pg::Plan<Uuid, Ids> kOrderSteps{
    "UPDATE lad_data.campaign_steps AS s SET \"order\" = o.place"
    " FROM unnest($2) WITH ORDINALITY AS o (id, place)"
    " WHERE s.tenant_id = $1 AND s.id = o.id AND s.\"order\" <> o.place"};

template <class T>
std::vector<T> column_of(const pg::Rows& rows) {
  std::vector<T> values;
  for (std::uint64_t row = 0; row < rows.size(); ++row) values.push_back(rows.get<T>(row, 0));
  return values;
}

}  // namespace

Assignee assignee_of(const Uuid& tenant_id, const Uuid& lead_id) {
  const pg::Rows rows = kAssignee.run(tenant_id, lead_id);
  if (rows.empty()) return {};
  return {true, rows.get_optional<Uuid>(0, 0)};
}

std::optional<Chain> lock_chain(const Uuid& tenant_id, const Uuid& booking_id) {
  const pg::Rows first = kFirstOfChain.run(tenant_id, booking_id);
  if (first.empty()) return std::nullopt;
  const Uuid first_id = first.get<Uuid>(0, 0);
  kLockBooking.run(tenant_id, first_id);
  // Counted by a statement of its own, which sees what others committed while this one waited.
  const pg::Rows rows = kChain.run(tenant_id, booking_id, first_id);
  if (rows.empty()) return std::nullopt;
  return Chain{rows.get<std::int32_t>(0, 0), rows.get<std::int64_t>(0, 1)};
}

std::optional<std::string> person_in(const pg::JsonbDatum& lead_data) {
  return kPersonIn.run(lead_data).get_optional<std::string>(0, 0);
}

std::optional<std::string> person_of(const Uuid& tenant_id, const Uuid& lead_id) {
  const pg::Rows rows = kPersonOf.run(tenant_id, lead_id);
  return rows.empty() ? std::nullopt : rows.get_optional<std::string>(0, 0);
}

std::vector<std::string> lock_stages(const Uuid& tenant_id) {
  return column_of<std::string>(kLockStages.run(tenant_id));
}

std::uint64_t order_stages(const Uuid& tenant_id, const Texts& keys) {
  return kOrderStages.run(tenant_id, keys).processed();
}

bool lock_campaign(const Uuid& tenant_id, const Uuid& campaign_id) {
  return !kLockCampaign.run(tenant_id, campaign_id).empty();
}

std::vector<Uuid> lock_steps(const Uuid& tenant_id, const Uuid& campaign_id) {
  return column_of<Uuid>(kLockSteps.run(tenant_id, campaign_id));
}

std::uint64_t order_steps(const Uuid& tenant_id, const Ids& step_ids) {
  return kOrderSteps.run(tenant_id, step_ids).processed();
}

}  // namespace lad::leads::store
