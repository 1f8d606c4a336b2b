#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "pg/values.hpp"
#include "pricing/rating.hpp"

/// SQL of the price catalog, as usage reads it.
namespace lad::usage::store {

/// Every active price in force for the items at a time, the tenant's and everyone's; and the rates
/// to the currency asked for, if a price is in another one.
pricing::Catalog read_prices(const Uuid& tenant_id, pg::JsonbDatum usage_items, std::int64_t at_us,
                             const std::optional<std::string>& currency);

}  // namespace lad::usage::store
