#include <algorithm>

#include "core/error.hpp"
#include "keyword/expansion.hpp"
#include "keyword/expansion_characters.hpp"
#include "keyword/expansion_store.hpp"
#include "keyword/expansion_upkeep_store.hpp"
#include "pg/args.hpp"
#include "pg/context.hpp"
#include "pg/language.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pg/trigger.hpp"

namespace pg = lad::pg;
namespace keyword = lad::keyword;
namespace store = lad::keyword::store;
using lad::Error;
using lad::ErrorCode;
using lad::Uuid;

namespace {

constexpr keyword::Language kLanguage{pg::nfkc, pg::fold_case, pg::stem};

constexpr std::int32_t kMaxBatch = 10'000;
constexpr std::int32_t kMaxTenants = 1'000;

void require_service(const char* action) {
  pg::require_caller("lad_service", action);
  if (pg::current_context() == nullptr) {
    throw Error{ErrorCode::no_tenant_context, "no service context"};
  }
}

std::int32_t read_between(const pg::Args& args, int index, const char* name, std::int32_t min,
                          std::int32_t max) {
  const auto value = args.get<std::int32_t>(index, name);
  if (value >= min && value <= max) return value;
  throw Error{ErrorCode::invalid_argument,
              std::string(name) + " must be " + std::to_string(min) + " to " + std::to_string(max)};
}

/// Writes what was counted; what belongs to locked rows waits for the next time.
void write_down_uses() {
  const std::vector<pg::Tally> tallies = pg::take_tallies();
  if (tallies.empty()) return;
  const std::vector<Uuid> locked = store::write_tallies(tallies);
  for (const pg::Tally& tally : tallies) {
    if (std::ranges::find(locked, tally.id) != locked.end()) pg::add_tally(tally);
  }
}

}  // namespace

LAD_FUNCTION(lad_publish_expansion) {
  const pg::Args args{fcinfo};
  require_service("publish an expansion");
  const auto context = keyword::parse_context(args.get<std::string>(1, "context"));
  const auto key = read_expansion_key(args.get<std::string>(0, "keyword"), context, kLanguage);
  const std::int32_t min_tenants = read_between(args, 2, "min_tenants", 2, kMaxTenants);
  const std::int64_t ttl = store::ttl_us(args.get<pg::Interval>(3, "ttl"));
  const auto consensus = pg::with_spi([&] {
    auto common = keyword::find_consensus(store::read_contributions(key),
                                          static_cast<std::size_t>(min_tenants), kLanguage);
    if (!common.terms.empty()) store::write_global(key, common, ttl);
    return common;
  });
  if (consensus.terms.empty()) return pg::null_datum(fcinfo);
  return pg::to_datum(pg::Json{keyword::to_json(consensus.terms)});
}

LAD_FUNCTION(lad_evict_expansions) {
  const std::int64_t batch = read_between(pg::Args{fcinfo}, 0, "batch", 1, kMaxBatch);
  require_service("evict expansions");
  const Uuid& tenant_id = pg::current_context()->tenant_id;
  const auto scope = tenant_id.is_nil() ? std::nullopt : std::optional{tenant_id};
  const std::int64_t deleted = pg::with_spi([&] {
    write_down_uses();
    const std::int64_t stale = store::delete_stale(scope, batch);
    return stale == batch ? stale : stale + store::delete_dead_claims(scope, batch - stale);
  });
  return pg::to_datum(static_cast<std::int32_t>(deleted));
}

LAD_FUNCTION(lad_normalize_expansion) {
  pg::TriggerCall call{fcinfo};
  const int original = call.require_column("original_keyword");
  const int normalized = call.require_column("normalized_keyword");
  const bool is_set = !call.new_is_null(normalized);
  const bool is_kept = call.is_update() && !call.changed(original);
  if (is_set && (call.is_insert() || is_kept || call.changed(normalized))) return call.proceed();
  const auto keyword = call.new_value<std::string>(original);
  if (!keyword) return call.proceed();
  const std::string normal = normalize(*keyword, kLanguage);
  if (normal.empty() || keyword::count_characters(normal) > keyword::kMaxKeywordLength) {
    return call.proceed();
  }
  call.set_new_value(normalized, normal);
  return call.proceed();
}
