#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/decimal.hpp"
#include "core/uuid.hpp"
#include "pg/values.hpp"
#include "pricing/periods.hpp"

/// SQL of the price catalog, as it is changed. All of it says whose rows it means: everyone's are
/// written past row-level security.
namespace lad::pricing::store {

struct PriceRow {
  std::optional<Uuid> tenant_id;  ///< none: everyone's
  std::string category;
  std::string provider;
  std::string model;
  std::string unit;
  Rate unit_price;
  std::string currency;
  pg::JsonbDatum metadata;
  std::optional<std::string> description;
};

struct RateRow {
  std::optional<Uuid> tenant_id;  ///< none: everyone's
  std::string from_currency;
  std::string to_currency;
  Rate rate;
};

/// Throws privilege (42501) unless the acting person may administer the tenant's money or the
/// caller is a service.
void require_billing_admin(const char* action);

/// Lets one session at a time change the tenant's, or everyone's, prices and rates. Throws
/// not_found (P0002) for a tenant that does not exist.
void lock_catalog(const std::optional<Uuid>& tenant_id);

/// The periods of the row's key, in order.
std::vector<Period> read_periods(const PriceRow& row);
std::vector<Period> read_periods(const RateRow& row);

/// Writes a change; returns the row that holds the value.
Uuid save(const PriceRow& row, const Change& change);
Uuid save(const RateRow& row, const Change& change);

}  // namespace lad::pricing::store
