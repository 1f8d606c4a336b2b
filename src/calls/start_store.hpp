#pragma once

#include <optional>

#include "calls/start.hpp"
#include "pg/values.hpp"

/// SQL of starting a call.
namespace lad::calls::store {

/// The call that a key has started, and what was asked then.
struct Started {
  Uuid call_id;
  pg::Bytes request_hash;
};
std::optional<Started> find_start(const Uuid& tenant_id, const std::string& idempotency_key);

/// Takes the key for a call to come; false when another session has started one with it. Waits for
/// a session that is just doing so.
bool claim_start(const Uuid& tenant_id, const StartRequest& request, const Uuid& call_id);

/// Throws not_found (P0002) for an agent or number that the tenant has not.
void require_lines(const Uuid& tenant_id, const StartRequest& request);

Permissions read_permissions(const Uuid& tenant_id, const std::optional<Uuid>& from_number_id);

/// What the tenant's metadata say of its time zone and business hours.
pg::JsonbDatum read_hours(const Uuid& tenant_id);

/// Locks a live lead, so that two sessions do not call him at once; false when there is none.
bool lock_lead(const Uuid& tenant_id, const Uuid& lead_id);

/// Whether a call to the lead other than this one may be going on.
bool is_lead_called(const Uuid& tenant_id, const Uuid& lead_id);

/// Holds credits for the call; throws insufficient_funds (LD201) and what else lad.reserve says.
Uuid hold(const Uuid& tenant_id, const Uuid& wallet_id, const StartRequest& request,
          const Uuid& call_id);

void insert_call(const Uuid& tenant_id, const std::optional<Uuid>& user_id,
                 const StartRequest& request, const Uuid& call_id);

}  // namespace lad::calls::store
