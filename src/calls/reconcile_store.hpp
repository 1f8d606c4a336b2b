#pragma once

#include <vector>

#include "pg/values.hpp"

/// SQL of reconciliation.
namespace lad::calls::store {

/// The calls of the tenant that were created from one time until before another and are over, in
/// the order of their identifiers.
std::vector<Uuid> ended_calls(const Uuid& tenant_id, pg::Timestamp from, pg::Timestamp to);

}  // namespace lad::calls::store
