#include "pricing/store.hpp"

#include "core/error.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::pricing::store {
namespace {

using OptionalText = std::optional<std::string>;
using OptionalTime = std::optional<pg::Timestamp>;
using OptionalUuid = std::optional<Uuid>;
using pg::JsonbDatum;
using pg::Timestamp;

constinit pg::Plan<> kMayAdminister{"SELECT lad.has_capability('billing.admin')"};

constinit pg::Plan<Uuid> kLockTenant{
    "SELECT FROM lad_data.tenants WHERE id = $1 FOR NO KEY UPDATE"};

constinit pg::Plan<OptionalUuid, std::string, std::string, std::string, std::string, std::string,
                   Rate, JsonbDatum, OptionalText>
    kPricePeriods{
        "SELECT id, effective_from, effective_to,"
        " unit_price = $7 AND metadata = $8 AND description IS NOT DISTINCT FROM $9"
        " FROM lad_data.billing_pricing_catalog"
        " WHERE tenant_id IS NOT DISTINCT FROM $1 AND category = $2 AND provider = $3"
        " AND model = $4 AND unit = $5 AND currency = $6 AND is_active ORDER BY effective_from"};

constinit pg::Plan<Uuid, Timestamp> kShortenPrice{
    "UPDATE lad_data.billing_pricing_catalog SET effective_to = $2 WHERE id = $1"};

// Usage events name the price, so it stays.
constinit pg::Plan<Uuid> kReplacePrice{
    "UPDATE lad_data.billing_pricing_catalog SET is_active = false WHERE id = $1"};

constinit pg::Plan<OptionalUuid, std::string, std::string, std::string, std::string, Rate,
                   std::string, JsonbDatum, OptionalText, Timestamp, OptionalTime>
    kInsertPrice{
        "INSERT INTO lad_data.billing_pricing_catalog (tenant_id, category, provider, model, unit,"
        " unit_price, currency, metadata, description, effective_from, effective_to)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id"};

constinit pg::Plan<Uuid, Timestamp, OptionalTime> kResumePrice{
    "INSERT INTO lad_data.billing_pricing_catalog (tenant_id, category, provider, model, unit,"
    " unit_price, currency, metadata, description, effective_from, effective_to)"
    " SELECT tenant_id, category, provider, model, unit, unit_price, currency, metadata,"
    " description, $2, $3 FROM lad_data.billing_pricing_catalog WHERE id = $1"};

constinit pg::Plan<OptionalUuid, std::string, std::string, Rate> kRatePeriods{
    "SELECT id, effective_from, effective_to, rate = $4 FROM lad_data.billing_exchange_rates"
    " WHERE tenant_id IS NOT DISTINCT FROM $1 AND from_currency = $2 AND to_currency = $3"
    " ORDER BY effective_from"};

constinit pg::Plan<Uuid, Timestamp> kShortenRate{
    "UPDATE lad_data.billing_exchange_rates SET effective_to = $2 WHERE id = $1"};

// Usage events keep the rate itself.
constinit pg::Plan<Uuid> kReplaceRate{"DELETE FROM lad_data.billing_exchange_rates WHERE id = $1"};

constinit pg::Plan<OptionalUuid, std::string, std::string, Rate, Timestamp, OptionalTime>
    kInsertRate{
        "INSERT INTO lad_data.billing_exchange_rates (tenant_id, from_currency, to_currency, rate,"
        " effective_from, effective_to) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id"};

constinit pg::Plan<Uuid, Timestamp, OptionalTime> kResumeRate{
    "INSERT INTO lad_data.billing_exchange_rates (tenant_id, from_currency, to_currency, rate,"
    " effective_from, effective_to) SELECT tenant_id, from_currency, to_currency, rate, $2, $3"
    " FROM lad_data.billing_exchange_rates WHERE id = $1"};

OptionalTime to_time(const std::optional<std::int64_t>& us) {
  if (!us) return std::nullopt;
  return pg::from_unix_us(*us);
}

std::vector<Period> to_periods(const pg::Rows& rows) {
  std::vector<Period> periods(rows.size());
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    Period& period = periods[row];
    period.id = rows.get<Uuid>(row, 0);
    period.from_us = pg::unix_us(rows.get<Timestamp>(row, 1));
    if (const auto to = rows.get_optional<Timestamp>(row, 2)) period.to_us = pg::unix_us(*to);
    period.is_same = rows.get<bool>(row, 3);
  }
  return periods;
}

/// Step by step no two periods overlap, and what is resumed is copied before it is replaced.
template <class Shorten, class Replace, class Resume, class Insert>
Uuid write(const Change& change, Shorten& shorten, Replace& replace, Resume& resume,
           const Insert& insert) {
  if (change.unchanged) return *change.unchanged;
  const Timestamp from = pg::from_unix_us(change.from_us);
  if (change.shortened) shorten.run(*change.shortened, from);
  if (change.replaced && change.resumed) {
    shorten.run(*change.replaced, *to_time(change.to_us));
  }
  if (change.resumed) {
    resume.run(*change.resumed, *to_time(change.to_us), to_time(change.resumed_to_us));
  }
  if (change.replaced) replace.run(*change.replaced);
  return insert(from, to_time(change.to_us));
}

}  // namespace

void require_billing_admin(const char* action) {
  if (pg::caller_has_role("lad_service") || kMayAdminister.run().get<bool>(0, 0)) return;
  throw Error{ErrorCode::privilege,
              std::string("must be the owner or a billing.admin to ") + action};
}

void lock_catalog(const std::optional<Uuid>& tenant_id) {
  if (!tenant_id) {
    // Against itself alone: tenants go on changing their own prices, and everybody reads.
    pg::run_once("LOCK TABLE lad_data.billing_pricing_catalog IN SHARE UPDATE EXCLUSIVE MODE");
    return;
  }
  if (kLockTenant.run(*tenant_id).empty()) throw Error{ErrorCode::not_found, "no such tenant"};
}

std::vector<Period> read_periods(const PriceRow& row) {
  return to_periods(kPricePeriods.run(row.tenant_id, row.category, row.provider, row.model,
                                      row.unit, row.currency, row.unit_price, row.metadata,
                                      row.description));
}

std::vector<Period> read_periods(const RateRow& row) {
  return to_periods(kRatePeriods.run(row.tenant_id, row.from_currency, row.to_currency, row.rate));
}

Uuid save(const PriceRow& row, const Change& change) {
  return write(change, kShortenPrice, kReplacePrice, kResumePrice,
               [&](Timestamp from, const OptionalTime& to) {
                 return kInsertPrice
                     .run(row.tenant_id, row.category, row.provider, row.model, row.unit,
                          row.unit_price, row.currency, row.metadata, row.description, from, to)
                     .get<Uuid>(0, 0);
               });
}

Uuid save(const RateRow& row, const Change& change) {
  return write(change, kShortenRate, kReplaceRate, kResumeRate,
               [&](Timestamp from, const OptionalTime& to) {
                 return kInsertRate
                     .run(row.tenant_id, row.from_currency, row.to_currency, row.rate, from, to)
                     .get<Uuid>(0, 0);
               });
}

}  // namespace lad::pricing::store
