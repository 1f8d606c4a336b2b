#include "keyword/expansion_store.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "pg/duration.hpp"
#include "pg/lock_timeout.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::keyword::store {
namespace {

using pg::Duration;
using pg::Json;
using pg::Timestamp;
using Text = std::string;

#define EXPANSION                                            \
  "SELECT id, expanded_keywords, prompt_version, expires_at" \
  " FROM lad_data.ai_keyword_expansions WHERE deleted_at IS NULL AND"

constinit pg::Plan<Text, Text, Uuid> kOwn{
    EXPANSION " tenant_id = $3 AND normalized_keyword = $1 AND context = $2 LIMIT 1"};

constinit pg::Plan<Text, Text> kGlobal{
    EXPANSION " tenant_id IS NULL AND normalized_keyword = $1 AND context = $2 LIMIT 1"};

#undef EXPANSION

#define OF_KEY " tenant_id = $1 AND normalized_keyword = $2 AND context = $3"

constinit pg::Plan<Uuid, Text, Text> kWork{
    "SELECT prompt_version, CASE WHEN claim IS NOT NULL THEN lease_until END, retry_at"
    " FROM lad_data.ai_keyword_claims WHERE" OF_KEY};

constinit pg::Plan<Uuid, Text, Text, Text, Text, Uuid, Duration, Timestamp> kStart{
    "INSERT INTO lad_data.ai_keyword_claims (tenant_id, normalized_keyword, context,"
    " original_keyword, prompt_version, claim, lease, lease_until)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    " ON CONFLICT (tenant_id, normalized_keyword, context) DO NOTHING"};

// Whoever finds the row locked leaves it to the other. Failures of another prompt do not count.
constinit pg::Plan<Uuid, Text, Text, Text, Text, Uuid, Duration, Timestamp, Timestamp> kTakeOver{
    "UPDATE lad_data.ai_keyword_claims c SET original_keyword = $4, prompt_version = $5,"
    " claim = $6, lease = $7, lease_until = $8, retry_at = NULL,"
    " failure_count = CASE WHEN c.prompt_version = $5 THEN c.failure_count ELSE 0 END"
    " FROM (SELECT id FROM lad_data.ai_keyword_claims WHERE" OF_KEY
    "  AND (claim IS NULL OR lease_until <= $9)"
    "  AND (retry_at IS NULL OR retry_at <= $9 OR prompt_version <> $5)"
    "  FOR UPDATE SKIP LOCKED) AS f WHERE c.tenant_id = $1 AND c.id = f.id"};

constinit pg::Plan<Uuid, Uuid> kDrop{
    "DELETE FROM lad_data.ai_keyword_claims WHERE tenant_id = $1 AND claim = $2"};

constinit pg::Plan<Uuid, Uuid> kLock{
    "SELECT id, original_keyword, normalized_keyword, context, prompt_version, lease, lease_until,"
    " failure_count FROM lad_data.ai_keyword_claims WHERE tenant_id = $1 AND claim = $2"
    " FOR UPDATE"};

constinit pg::Plan<Uuid, Uuid, Timestamp> kRenew{
    "UPDATE lad_data.ai_keyword_claims SET lease_until = $3 WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, Uuid, Text, Timestamp> kFail{
    "UPDATE lad_data.ai_keyword_claims SET claim = NULL, lease_until = NULL,"
    " failure_count = failure_count + 1, error_class = $3, retry_at = $4"
    " WHERE tenant_id = $1 AND id = $2"};

// Rows that the application wrote under other spellings of the keyword change along, so that it
// does not matter which of them is found.
constinit pg::Plan<Uuid, Text, Text, Text, Json, Text, Text, Timestamp, Json> kRefresh{
    "UPDATE lad_data.ai_keyword_expansions SET normalized_keyword = $2, expanded_keywords = $5,"
    " model = $6, prompt_version = $7, expires_at = $8, rejected = nullif($9, '[]'),"
    " is_deleted = false, deleted_at = NULL"
    " WHERE tenant_id = $1 AND context = $3 AND (normalized_keyword = $2 OR original_keyword = "
    "$4)"};

// Two unique keys guard the same: without a target each of them is looked at.
constinit pg::Plan<Uuid, Text, Text, Text, Json, Text, Text, Timestamp, Json> kInsert{
    "INSERT INTO lad_data.ai_keyword_expansions (tenant_id, normalized_keyword, context,"
    " original_keyword, expanded_keywords, model, prompt_version, expires_at, rejected)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, nullif($9, '[]')) ON CONFLICT DO NOTHING"};

#undef OF_KEY

Text context_text(const ExpansionKey& key) {
  return Text{name_of(key.context)};
}

std::optional<Expansion> to_expansion(const pg::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  Expansion expansion{
      rows.get<Uuid>(0, 0), rows.get<pg::JsonbImage>(0, 1), rows.get<Text>(0, 2), {}};
  if (const auto expires_at = rows.get_optional<Timestamp>(0, 3)) {
    expansion.expires_at_us = expires_at->us;
  }
  return expansion;
}

std::optional<std::int64_t> optional_us(const pg::Rows& rows, int column) {
  const auto at = rows.get_optional<Timestamp>(0, column);
  return at ? std::optional{at->us} : std::nullopt;
}

}  // namespace

std::optional<Expansion> find_own(const Uuid& tenant_id, const ExpansionKey& key) {
  return to_expansion(kOwn.run(key.normal, context_text(key), tenant_id));
}

std::optional<Expansion> find_global(const ExpansionKey& key) {
  return to_expansion(kGlobal.run(key.normal, context_text(key)));
}

std::optional<Work> read_work(const Uuid& tenant_id, const ExpansionKey& key) {
  const pg::Rows rows = kWork.run(tenant_id, key.normal, context_text(key));
  if (rows.empty()) return std::nullopt;
  return Work{rows.get<Text>(0, 0), optional_us(rows, 1), optional_us(rows, 2)};
}

bool start_claim(const Uuid& tenant_id, const NewClaim& claim, std::int32_t patience_ms) {
  bool is_new = false;
  const bool was_free = pg::keep_unless_locked(patience_ms, [&] {
    const pg::Rows rows =
        kStart.run(tenant_id, claim.key.normal, context_text(claim.key), claim.key.original,
                   claim.prompt_version, claim.claim, Duration{claim.lease_us},
                   Timestamp{claim.now_us + claim.lease_us});
    is_new = rows.processed() == 1;
  });
  return was_free && is_new;
}

bool take_over_claim(const Uuid& tenant_id, const NewClaim& claim) {
  const pg::Rows rows =
      kTakeOver.run(tenant_id, claim.key.normal, context_text(claim.key), claim.key.original,
                    claim.prompt_version, claim.claim, Duration{claim.lease_us},
                    Timestamp{claim.now_us + claim.lease_us}, Timestamp{claim.now_us});
  return rows.processed() == 1;
}

void drop_claim(const Uuid& tenant_id, const Uuid& claim) {
  kDrop.run(tenant_id, claim);
}

Claim lock_claim(const Uuid& tenant_id, const Uuid& claim) {
  const pg::Rows rows = kLock.run(tenant_id, claim);
  // The clock is read after the wait for the lock.
  if (rows.empty() || rows.get<Timestamp>(0, 6) <= pg::clock_now()) {
    throw Error{ErrorCode::claim_lost, "the claim is not in force",
                "Its lease is over, or it was fulfilled, failed or never made."};
  }
  return {rows.get<Uuid>(0, 0),
          {rows.get<Text>(0, 1), rows.get<Text>(0, 2), parse_context(rows.get<Text>(0, 3))},
          rows.get<Text>(0, 4),
          rows.get<pg::Interval>(0, 5).exact_us("lease"),
          rows.get<std::int32_t>(0, 7)};
}

Timestamp renew_lease(const Uuid& tenant_id, const Claim& claim) {
  const Timestamp until{pg::clock_now().us + claim.lease_us};
  kRenew.run(tenant_id, claim.id, until);
  return until;
}

void record_failure(const Uuid& tenant_id, const Claim& claim, const Text& error_class,
                    std::int64_t retry_after_us) {
  kFail.run(tenant_id, claim.id, error_class, Timestamp{pg::clock_now().us + retry_after_us});
}

void write_expansion(const Uuid& tenant_id, const Claim& claim, const CleanTerms& clean,
                     const Text& model, std::int64_t ttl_us) {
  const auto write = [&](auto& plan) {
    return plan
        .run(tenant_id, claim.key.normal, context_text(claim.key), claim.key.original,
             Json{to_json(clean.terms)}, model, claim.prompt_version,
             Timestamp{pg::clock_now().us + ttl_us}, Json{to_text(clean.rejected)})
        .processed();
  };
  // The claim keeps other producers away; the application may insert and delete beside it.
  constexpr int kAttempts = 3;
  bool is_written = false;
  for (int i = 0; i < kAttempts && !is_written; ++i) {
    is_written = write(kRefresh) > 0 || write(kInsert) > 0;
  }
  if (!is_written) {
    throw Error{ErrorCode::duplicate, "the expansion is being written by others at the same time"};
  }
}

std::int64_t ttl_us(const pg::Interval& ttl) {
  // Far beyond what is allowed, and far from where a sum overflows.
  constexpr std::int64_t kMaxDays = 1'000'000;
  const std::int64_t days =
      std::clamp(std::int64_t{ttl.days} + std::int64_t{ttl.months} * 30, -kMaxDays, kMaxDays);
  const std::int64_t us = pg::Interval{ttl.us, static_cast<std::int32_t>(days), 0}.exact_us("ttl");
  require_ttl(us);
  return us;
}

}  // namespace lad::keyword::store
