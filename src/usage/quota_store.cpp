#include "usage/quota_store.hpp"

#include "core/error.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "wallet/payer.hpp"

namespace lad::usage::store {
namespace {

using pg::Timestamp;

#define TERMS                                                                    \
  "q.enabled, q.monthly_quota, q.daily_quota, q.allow_overages, q.overage_rate," \
  " q.metadata->>'unit'"
#define ENTITLEMENT                               \
  "SELECT " TERMS                                 \
  " FROM lad_data.billing_feature_entitlements q" \
  " WHERE q.tenant_id = $1 AND q.feature_key = $2"

constinit pg::Plan<Uuid, std::string> kFind{ENTITLEMENT};

constinit pg::Plan<Uuid, std::string> kLock{ENTITLEMENT " FOR NO KEY UPDATE"};

constinit pg::Plan<Uuid, std::string, std::optional<Uuid>>
    kTerms{"SELECT " TERMS ", w.id, w.currency FROM (SELECT) AS one LEFT JOIN (" LAD_PAYER(
        "id, currency",
        "$3") ") AS w ON true"
              " LEFT JOIN lad_data.billing_feature_entitlements q"
              " ON q.tenant_id = $1 AND q.feature_key = $2"};

#undef ENTITLEMENT
#undef TERMS

// Midnight may come twice in a zone: the later one starts the day, and what is before it belongs to
// the day before. Events are not recorded far ahead of their time, so created_at bounds the scan of
// the index.
constinit pg::Plan<Uuid, std::string, Timestamp> kUsed{
    "WITH zone AS ("
    "  SELECT coalesce(nullif(metadata->>'timezone', ''), 'UTC') AS name"
    "  FROM lad_data.tenants WHERE id = $1),"
    " local AS ("
    "  SELECT name, date_trunc('month', $3 AT TIME ZONE name) AS month,"
    "   date_trunc('day', $3 AT TIME ZONE name) AS day FROM zone),"
    " started AS ("
    "  SELECT name,"
    "   CASE WHEN month AT TIME ZONE name > $3 THEN month - interval '1 month' ELSE month END"
    "   AS month,"
    "   CASE WHEN day AT TIME ZONE name > $3 THEN day - interval '1 day' ELSE day END AS day"
    "  FROM local),"
    " bounds AS ("
    "  SELECT month AT TIME ZONE name AS month_start,"
    "   (month + interval '1 month') AT TIME ZONE name AS month_end,"
    "   day AT TIME ZONE name AS day_start, (day + interval '1 day') AT TIME ZONE name AS day_end"
    "  FROM started)"
    " SELECT coalesce(sum(e.total_quantity), 0)::numeric(20,6),"
    "  coalesce(sum(e.total_quantity)"
    "   FILTER (WHERE e.occurred_at >= b.day_start AND e.occurred_at < b.day_end), "
    "0)::numeric(20,6)"
    " FROM bounds b JOIN lad_data.billing_usage_events e"
    " ON e.created_at >= b.month_start - interval '1 day'"
    " AND e.occurred_at >= b.month_start AND e.occurred_at < b.month_end"
    " WHERE e.tenant_id = $1 AND e.feature_key = $2"
    " AND e.status IN ('pending', 'charged', 'failed')"};

constinit pg::Plan<Uuid, std::string, bool, std::optional<Decimal>, std::optional<Decimal>, bool,
                   std::optional<Rate>, pg::JsonbDatum>
    kSave{
        "INSERT INTO lad_data.billing_feature_entitlements (tenant_id, feature_key, enabled,"
        " monthly_quota, daily_quota, allow_overages, overage_rate, metadata)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant_id, feature_key)"
        " DO UPDATE SET enabled = EXCLUDED.enabled, monthly_quota = EXCLUDED.monthly_quota,"
        " daily_quota = EXCLUDED.daily_quota, allow_overages = EXCLUDED.allow_overages,"
        " overage_rate = EXCLUDED.overage_rate, metadata = EXCLUDED.metadata RETURNING id"};

constinit pg::Plan<> kMayAdminister{"SELECT lad.has_capability('billing.admin')"};

std::optional<Entitlement> to_entitlement(const pg::Rows& rows) {
  if (rows.empty() || rows.is_null(0, 0)) return std::nullopt;
  return Entitlement{.enabled = rows.get<bool>(0, 0),
                     .monthly_quota = rows.get_optional<Decimal>(0, 1),
                     .daily_quota = rows.get_optional<Decimal>(0, 2),
                     .allow_overages = rows.get<bool>(0, 3),
                     .overage_rate = rows.get_optional<Rate>(0, 4),
                     .unit = rows.get_optional<std::string>(0, 5)};
}

}  // namespace

std::optional<Entitlement> find_entitlement(const Uuid& tenant_id, const std::string& feature_key) {
  return to_entitlement(kFind.run(tenant_id, feature_key));
}

Terms find_terms(const Uuid& tenant_id, const std::optional<Uuid>& user_id,
                 const std::string& feature_key) {
  const pg::Rows rows = kTerms.run(tenant_id, feature_key, user_id);
  Terms terms{.payer = {}, .entitlement = to_entitlement(rows)};
  if (const auto wallet_id = rows.get_optional<Uuid>(0, 6)) {
    terms.payer = Payer{*wallet_id, rows.get<std::string>(0, 7)};
  }
  return terms;
}

std::optional<Entitlement> lock_entitlement(const Uuid& tenant_id, const std::string& feature_key) {
  return to_entitlement(kLock.run(tenant_id, feature_key));
}

Used used_at(const Uuid& tenant_id, const std::string& feature_key, pg::Timestamp at) {
  return pg::with_latest_snapshot([&]() -> Used {
    const pg::Rows rows = kUsed.run_in_snapshot(tenant_id, feature_key, at);
    return {rows.get<Decimal>(0, 0), rows.get<Decimal>(0, 1)};
  });
}

Uuid save_entitlement(const Uuid& tenant_id, const std::string& feature_key,
                      const Entitlement& entitlement, pg::JsonbDatum metadata) {
  return kSave
      .run(tenant_id, feature_key, entitlement.enabled, entitlement.monthly_quota,
           entitlement.daily_quota, entitlement.allow_overages, entitlement.overage_rate, metadata)
      .get<Uuid>(0, 0);
}

void require_billing_admin(const char* action) {
  if (pg::caller_has_role("lad_service")) return;
  if (kMayAdminister.run().get<bool>(0, 0)) return;
  throw Error{ErrorCode::privilege,
              std::string("must be the owner or a billing.admin to ") + action};
}

}  // namespace lad::usage::store
