#include "usage/price_store.hpp"

#include <algorithm>

#include "pg/json.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::usage::store {
namespace {

using pg::JsonbDatum;
using pg::Timestamp;

// Only keys that the items name are read, so the catalog may be large.
constinit pg::Plan<Uuid, JsonbDatum, Timestamp> kPrices{
    "SELECT p.id, p.tenant_id, p.category, p.provider, p.model, p.unit, p.unit_price, p.currency,"
    " p.effective_from, p.effective_to, nullif(p.metadata, '{}')"
    " FROM lad_data.billing_pricing_catalog p"
    " WHERE (p.tenant_id = $1 OR p.tenant_id IS NULL) AND p.is_active"
    " AND p.effective_from <= $3 AND (p.effective_to IS NULL OR p.effective_to > $3)"
    " AND EXISTS (SELECT FROM jsonb_array_elements($2) AS i"
    "  WHERE i->>'category' = p.category AND i->>'provider' = p.provider"
    "  AND i->>'unit' = p.unit AND p.model IN (i->>'model', '*'))"};

constinit pg::Plan<Uuid, std::string, Timestamp> kRates{
    "SELECT tenant_id, from_currency, to_currency, rate FROM lad_data.billing_exchange_rates"
    " WHERE (tenant_id = $1 OR tenant_id IS NULL) AND to_currency = $2"
    " AND effective_from <= $3 AND (effective_to IS NULL OR effective_to > $3)"};

pricing::Price read_price(const pg::Rows& rows, std::uint64_t row) {
  pricing::Price price;
  price.id = rows.get<Uuid>(row, 0);
  price.tenant = rows.get_optional<Uuid>(row, 1);
  price.category = rows.get<std::string>(row, 2);
  price.provider = rows.get<std::string>(row, 3);
  price.model = rows.get<std::string>(row, 4);
  price.unit = rows.get<std::string>(row, 5);
  price.unit_price = rows.get<Rate>(row, 6);
  price.currency = rows.get<std::string>(row, 7);
  price.effective_from_us = pg::unix_us(rows.get<Timestamp>(row, 8));
  if (const auto to = rows.get_optional<Timestamp>(row, 9)) {
    price.effective_to_us = pg::unix_us(*to);
  }
  if (const auto metadata = rows.get_optional<JsonbDatum>(row, 10)) {
    price.metadata = pg::read_json(*metadata);
  }
  return price;
}

std::vector<pricing::ExchangeRate> read_rates(const Uuid& tenant_id, const std::string& currency,
                                              Timestamp at) {
  const pg::Rows rows = kRates.run(tenant_id, currency, at);
  std::vector<pricing::ExchangeRate> rates(rows.size());
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    pricing::ExchangeRate& rate = rates[row];
    rate.tenant = rows.get_optional<Uuid>(row, 0);
    rate.from = rows.get<std::string>(row, 1);
    rate.to = rows.get<std::string>(row, 2);
    rate.rate = rows.get<Rate>(row, 3);
  }
  return rates;
}

}  // namespace

pricing::Catalog read_prices(const Uuid& tenant_id, JsonbDatum usage_items, std::int64_t at_us,
                             const std::optional<std::string>& currency) {
  const Timestamp at = pg::from_unix_us(at_us);
  const pg::Rows rows = kPrices.run(tenant_id, usage_items, at);
  pricing::Catalog catalog;
  catalog.prices.reserve(rows.size());
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    catalog.prices.push_back(read_price(rows, row));
  }
  const auto is_foreign = [&](const pricing::Price& price) { return price.currency != *currency; };
  if (currency && std::any_of(catalog.prices.begin(), catalog.prices.end(), is_foreign)) {
    catalog.rates = read_rates(tenant_id, *currency, at);
  }
  return catalog;
}

}  // namespace lad::usage::store
