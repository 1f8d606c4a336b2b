#include "tenancy/hooks.hpp"

#include <cstring>

#include "core/error.hpp"
#include "tenancy/statement_rules.hpp"
#include "tenancy/token.hpp"

namespace lad::tenancy {
namespace {

void parse_into(std::string_view text, void* keys) {
  const KeyRing ring = parse_key_ring(text);
  std::memcpy(keys, &ring, sizeof(ring));
}

static_assert(sizeof(KeyRing) <= pg::kMaxKeysSize);

pg::VerifiedToken verify_token(std::string_view token, const void* keys, std::string_view audience,
                               std::int64_t now_us, std::int64_t max_ttl_us) {
  KeyRing ring;
  std::memcpy(&ring, keys, sizeof(ring));
  const Claims claims = verify(token, ring, audience, now_us, max_ttl_us);
  ring.cleanse();
  return {{claims.tenant, claims.user, false}, claims.epoch};
}

void require_current(std::int64_t epoch, const pg::TenantEpoch& current) {
  require_epoch(epoch, current.epoch, current.is_open);
}

}  // namespace

const pg::KeyFileFormat kKeyFileFormat{sizeof(KeyRing), parse_into};
const pg::TokenRules kTokenRules{verify_token, require_current};
const pg::StatementRule kStatementRule = require_harmless;

}  // namespace lad::tenancy
