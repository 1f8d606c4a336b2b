#pragma once

#include <optional>
#include <string>

#include "keyword/expansion.hpp"
#include "keyword/expansion_terms.hpp"
#include "pg/jsonb_image.hpp"
#include "pg/values.hpp"

/// SQL of the expansions that a model produced for a tenant, and of the claims on producing them.
/// Every function runs inside with_spi.
namespace lad::keyword::store {

/// A finished expansion.
struct Expansion {
  Uuid id;
  pg::JsonbImage terms;
  std::string prompt_version;
  std::optional<std::int64_t> expires_at_us;
};

/// The tenant's own expansion, and that of everyone.
std::optional<Expansion> find_own(const Uuid& tenant_id, const ExpansionKey& key);
std::optional<Expansion> find_global(const ExpansionKey& key);

/// What is known of the work on a key; locks nothing.
std::optional<Work> read_work(const Uuid& tenant_id, const ExpansionKey& key);

/// A claim to be made.
struct NewClaim {
  Uuid claim;
  const ExpansionKey& key;
  const std::string& prompt_version;
  std::int64_t lease_us;
  std::int64_t now_us;
};

/// Makes the key's first claim, waiting so long at most for a session that makes it too; false when
/// another has it.
bool start_claim(const Uuid& tenant_id, const NewClaim& claim, std::int32_t patience_ms);
/// Takes over what is known to be free, without waiting; false when another has it or looks at it.
bool take_over_claim(const Uuid& tenant_id, const NewClaim& claim);
void drop_claim(const Uuid& tenant_id, const Uuid& claim);

/// A claim in force.
struct Claim {
  Uuid id;  ///< of its row
  ExpansionKey key;
  std::string prompt_version;
  std::int64_t lease_us = 0;
  std::int32_t failures = 0;
};

/// Locks a claim of the tenant. Throws claim_lost (LD402) when there is none such, when its lease
/// is over, or when it was fulfilled or failed.
Claim lock_claim(const Uuid& tenant_id, const Uuid& claim);
/// The end of the lease, renewed from now on.
pg::Timestamp renew_lease(const Uuid& tenant_id, const Claim& claim);
void record_failure(const Uuid& tenant_id, const Claim& claim, const std::string& error_class,
                    std::int64_t retry_after_us);

/// Writes what a claim was made for.
void write_expansion(const Uuid& tenant_id, const Claim& claim, const CleanTerms& clean,
                     const std::string& model, std::int64_t ttl_us);

/// How long terms are fresh; a month counts 30 days. Throws invalid_argument (22023) and
/// out_of_range (22003).
std::int64_t ttl_us(const pg::Interval& ttl);

}  // namespace lad::keyword::store
