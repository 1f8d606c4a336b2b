#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/uuid.hpp"
#include "pg/values.hpp"

/// SQL of bookings, enrolments and orders. It runs with the caller's rights, behind row-level
/// security.
namespace lad::leads::store {

/// Member who works on the lead; nothing when nobody does. `exists` is false without such a lead.
struct Assignee {
  bool exists = false;
  std::optional<Uuid> user_id;
};
Assignee assignee_of(const Uuid& tenant_id, const Uuid& lead_id);

/// The chain of repeats a booking is in.
struct Chain {
  std::int32_t retry_count = 0;  ///< of the booking itself
  std::int64_t repeats = 0;      ///< of the first booking, all in all
};

/// Locks the first booking of the chain, so that repeats are made one after the other; nothing when
/// the tenant has no such booking.
std::optional<Chain> lock_chain(const Uuid& tenant_id, const Uuid& booking_id);

/// lead_data.apollo_person_id as text.
std::optional<std::string> person_in(const pg::JsonbDatum& lead_data);

/// Apollo's identifier of a lead that came from there.
std::optional<std::string> person_of(const Uuid& tenant_id, const Uuid& lead_id);

/// The keys of the tenant's stages, locked in the order of their ids.
std::vector<std::string> lock_stages(const Uuid& tenant_id);
/// Numbers the stages from 1 in the order of the keys; returns how many changed their place.
std::uint64_t order_stages(const Uuid& tenant_id, const std::vector<std::string>& keys);

/// Locks the campaign; false when the tenant has no such campaign.
bool lock_campaign(const Uuid& tenant_id, const Uuid& campaign_id);
/// The live steps of a campaign, locked in the order of their ids.
std::vector<Uuid> lock_steps(const Uuid& tenant_id, const Uuid& campaign_id);
/// Numbers the steps from 1 in the order of the ids; returns how many changed their place.
std::uint64_t order_steps(const Uuid& tenant_id, const std::vector<Uuid>& step_ids);

}  // namespace lad::leads::store
