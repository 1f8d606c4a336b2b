#pragma once

#include <optional>
#include <vector>

#include "keyword/expansion.hpp"
#include "keyword/expansion_terms.hpp"
#include "pg/tallies.hpp"
#include "pg/values.hpp"

/// SQL of services over the expansions of all tenants. Every function runs inside with_spi.
namespace lad::keyword::store {

/// What tenants have for a key, fresh, the newest first and 1000 at most.
std::vector<Contribution> read_contributions(const ExpansionKey& key);

/// Writes the expansion of everyone.
void write_global(const ExpansionKey& key, const Consensus& consensus, std::int64_t ttl_us);

/// Deletes expansions stale for too long: the tenant's, or without one everybody's. Returns how
/// many.
std::int64_t delete_stale(const std::optional<Uuid>& tenant_id, std::int64_t max_rows);

/// Deletes claims that nobody comes back to.
std::int64_t delete_dead_claims(const std::optional<Uuid>& tenant_id, std::int64_t max_rows);

/// Adds uses to their rows, but for rows that others have locked: those it returns.
std::vector<Uuid> write_tallies(const std::vector<pg::Tally>& tallies);

}  // namespace lad::keyword::store
