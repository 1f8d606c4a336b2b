#include "keyword/expansion_upkeep_store.hpp"

#include <map>

#include "core/error.hpp"
#include "pg/as_owner.hpp"
#include "pg/json.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::keyword::store {
namespace {

using pg::Json;
using pg::Timestamp;
using Text = std::string;
using OptionalUuid = std::optional<Uuid>;

/// By the policies of services, which see the rows of every tenant and of everyone.
constexpr const char* kService = "lad_service";
/// Nobody but the owner writes claims.
constexpr const char* kOwner = "lad_owner";

// The application may have written anything: what is no array of short texts counts for nothing,
// and is in nobody's way.
constinit pg::Plan<Text, Text, Timestamp> kContributions{
    "SELECT tenant_id, prompt_version, (SELECT coalesce(jsonb_agg(t), '[]') FROM ("
    "  SELECT t FROM jsonb_array_elements(CASE jsonb_typeof(expanded_keywords) WHEN 'array'"
    "   THEN expanded_keywords ELSE '[]' END) AS t"
    "  WHERE jsonb_typeof(t) = 'string' AND octet_length(t::text) <= 1000 LIMIT 32) AS s)"
    " FROM lad_data.ai_keyword_expansions"
    " WHERE tenant_id IS NOT NULL AND normalized_keyword = $1 AND context = $2"
    " AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > $3)"
    " ORDER BY created_at DESC, id LIMIT 1000"};

constinit pg::Plan<Text, Text, Text, Json, Text, Timestamp> kRefreshGlobal{
    "UPDATE lad_data.ai_keyword_expansions SET normalized_keyword = $1, expanded_keywords = $4,"
    " prompt_version = $5, expires_at = $6, model = NULL, rejected = NULL,"
    " is_deleted = false, deleted_at = NULL"
    " WHERE tenant_id IS NULL AND context = $2"
    " AND (normalized_keyword = $1 OR original_keyword = $3)"};

constinit pg::Plan<Text, Text, Text, Json, Text, Timestamp> kInsertGlobal{
    "INSERT INTO lad_data.ai_keyword_expansions (tenant_id, organization_id, normalized_keyword,"
    " context, original_keyword, expanded_keywords, prompt_version, expires_at)"
    " VALUES (NULL, NULL, $1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"};

constinit pg::Plan<OptionalUuid, Timestamp, std::int64_t> kDeleteStale{
    "DELETE FROM lad_data.ai_keyword_expansions WHERE id IN ("
    " SELECT id FROM lad_data.ai_keyword_expansions WHERE expires_at <= $2 AND expires_at"
    "  + least(interval '30 days', greatest(interval '0', expires_at - created_at)) <= $2"
    " AND ($1 IS NULL OR tenant_id = $1) ORDER BY expires_at LIMIT $3 FOR UPDATE SKIP LOCKED)"};

// An abandoned claim is of no use once its lease is over; a failure still says how long to wait
// after the next one.
#define DEAD_CLAIM                                                                        \
  "coalesce(lease_until, '-infinity') <= $2::timestamptz - interval '1 hour'"             \
  " AND coalesce(retry_at, CASE WHEN failure_count > 0 THEN updated_at END, '-infinity')" \
  "  <= $2::timestamptz - interval '1 day'"

constinit pg::Plan<OptionalUuid, Timestamp, std::int64_t> kFindDeadClaims{
    "SELECT tenant_id, id FROM lad_data.ai_keyword_claims WHERE " DEAD_CLAIM
    " AND ($1 IS NULL OR tenant_id = $1) ORDER BY tenant_id, id LIMIT $3"};

constinit pg::Plan<Uuid, Timestamp, std::vector<Uuid>> kDeleteDeadClaims{
    "DELETE FROM lad_data.ai_keyword_claims WHERE tenant_id = $1 AND id IN ("
    " SELECT id FROM lad_data.ai_keyword_claims WHERE tenant_id = $1 AND id = ANY ($3)"
    " AND " DEAD_CLAIM " FOR UPDATE SKIP LOCKED)"};

#undef DEAD_CLAIM

constinit pg::Plan<std::vector<Uuid>, std::vector<std::int64_t>, std::vector<Timestamp>> kTally{
    "WITH free AS (SELECT id FROM lad_data.ai_keyword_expansions WHERE id = ANY ($1) ORDER BY id"
    "  FOR NO KEY UPDATE SKIP LOCKED),"
    " counted AS (UPDATE lad_data.ai_keyword_expansions e"
    "  SET usage_count = least(2147483647, coalesce(e.usage_count, 0)::bigint + t.uses),"
    "  last_used_at = greatest(e.last_used_at, t.at)"
    "  FROM free, unnest($1, $2, $3) AS t (id, uses, at)"
    "  WHERE e.id = free.id AND t.id = free.id RETURNING e.id)"
    " SELECT id FROM lad_data.ai_keyword_expansions WHERE id = ANY ($1)"
    " EXCEPT SELECT id FROM counted"};

std::vector<Uuid> first_column(const pg::Rows& rows) {
  std::vector<Uuid> ids(rows.size());
  for (std::uint64_t row = 0; row < rows.size(); ++row) ids[row] = rows.get<Uuid>(row, 0);
  return ids;
}

}  // namespace

std::vector<Contribution> read_contributions(const ExpansionKey& key) {
  const pg::ActAsOwner service{kService};
  const pg::Rows rows = kContributions.run(key.normal, Text{name_of(key.context)}, pg::clock_now());
  std::vector<Contribution> contributions;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    contributions.push_back({rows.get<Uuid>(row, 0), rows.get<Text>(row, 1),
                             pg::read_json(rows.get<pg::JsonbDatum>(row, 2))});
  }
  return contributions;
}

void write_global(const ExpansionKey& key, const Consensus& consensus, std::int64_t ttl_us) {
  const pg::ActAsOwner service{kService};
  const auto write = [&](auto& plan) {
    return plan
        .run(key.normal, Text{name_of(key.context)}, key.original, Json{to_json(consensus.terms)},
             consensus.prompt_version, Timestamp{pg::clock_now().us + ttl_us})
        .processed();
  };
  // Another publication may insert between the two statements; the second turn finds its row.
  constexpr int kAttempts = 3;
  for (int i = 0; i < kAttempts; ++i) {
    if (write(kRefreshGlobal) > 0 || write(kInsertGlobal) > 0) return;
  }
  throw Error{ErrorCode::duplicate, "the expansion is being written by others at the same time"};
}

std::int64_t delete_stale(const OptionalUuid& tenant_id, std::int64_t max_rows) {
  const pg::ActAsOwner service{kService};
  return static_cast<std::int64_t>(
      kDeleteStale.run(tenant_id, pg::clock_now(), max_rows).processed());
}

std::int64_t delete_dead_claims(const OptionalUuid& tenant_id, std::int64_t max_rows) {
  const pg::ActAsOwner owner{kOwner};
  const Timestamp now = pg::clock_now();
  const pg::Rows rows = kFindDeadClaims.run(tenant_id, now, max_rows);
  std::map<Uuid, std::vector<Uuid>> claims;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    claims[rows.get<Uuid>(row, 0)].push_back(rows.get<Uuid>(row, 1));
  }
  std::int64_t deleted = 0;
  for (const auto& [tenant, ids] : claims) {
    deleted += static_cast<std::int64_t>(kDeleteDeadClaims.run(tenant, now, ids).processed());
  }
  return deleted;
}

std::vector<Uuid> write_tallies(const std::vector<pg::Tally>& tallies) {
  const pg::ActAsOwner service{kService};
  std::vector<Uuid> ids;
  std::vector<std::int64_t> uses;
  std::vector<Timestamp> times;
  for (const pg::Tally& tally : tallies) {
    ids.push_back(tally.id);
    uses.push_back(tally.uses);
    times.push_back(tally.last_used_at);
  }
  return first_column(kTally.run(ids, uses, times));
}

}  // namespace lad::keyword::store
