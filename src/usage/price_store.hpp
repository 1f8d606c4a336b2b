#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/uuid.hpp"
#include "pricing/rating.hpp"

/// SQL of the price catalog, as usage reads it.
namespace lad::usage::store {

/// Every active price that is in force at a time and may be of the items, the tenant's and
/// everyone's; and the rates to the currency asked for, if a price is in another one.
pricing::Catalog read_prices(const Uuid& tenant_id, std::span<const pricing::UsageItem> items,
                             std::int64_t at_us, const std::optional<std::string>& currency);

}  // namespace lad::usage::store
