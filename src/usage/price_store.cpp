#include "usage/price_store.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "pg/json.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::usage::store {
namespace {

using pg::JsonbDatum;
using pg::Timestamp;
using pricing::UsageItem;

using Texts = std::vector<std::string>;

// Through the index, so that the catalog may be large. It finds more than the items name, such as
// the model of one item from the provider of another; the rules choose.
constinit pg::Plan<Uuid, Texts, Texts, Texts, Texts, Timestamp> kPrices{
    "SELECT id, tenant_id, category, provider, model, unit, unit_price, currency, effective_from,"
    " effective_to, nullif(metadata, '{}')"
    " FROM lad_data.billing_pricing_catalog"
    " WHERE (tenant_id = $1 OR tenant_id IS NULL) AND category = ANY ($2) AND provider = ANY ($3)"
    " AND model = ANY ($4) AND unit = ANY ($5) AND is_active AND effective_from <= $6"
    " AND (effective_to IS NULL OR effective_to > $6)"};

constinit pg::Plan<Uuid, std::string, Timestamp> kRates{
    "SELECT tenant_id, from_currency, to_currency, rate FROM lad_data.billing_exchange_rates"
    " WHERE (tenant_id = $1 OR tenant_id IS NULL) AND to_currency = $2"
    " AND effective_from <= $3 AND (effective_to IS NULL OR effective_to > $3)"};

Texts distinct(std::span<const UsageItem> items, std::string UsageItem::*part) {
  std::set<std::string_view> words;
  for (const UsageItem& item : items) words.insert(item.*part);
  return {words.begin(), words.end()};
}

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

pricing::Catalog read_prices(const Uuid& tenant_id, std::span<const UsageItem> items,
                             std::int64_t at_us, const std::optional<std::string>& currency) {
  const Timestamp at = pg::from_unix_us(at_us);
  Texts models = distinct(items, &UsageItem::model);
  models.emplace_back(pricing::kAnyModel);
  const pg::Rows rows = kPrices.run(tenant_id, distinct(items, &UsageItem::category),
                                    distinct(items, &UsageItem::provider), models,
                                    distinct(items, &UsageItem::unit), at);
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
