#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/decimal.hpp"
#include "core/uuid.hpp"
#include "pg/values.hpp"

/// SQL of reports about cost.
namespace lad::invoices::store {

/// One row of lad.cost_report; what is not grouped by is empty.
struct CostRow {
  std::optional<Uuid> tenant_id;
  std::optional<std::string> feature_key, category, provider, model, unit;
  std::optional<std::int64_t> agent_id;
  std::optional<Uuid> campaign_id;
  std::string currency;
  std::int64_t events = 0;
  std::optional<Decimal> quantity;
  Decimal cost;
  std::optional<Decimal> known_cost, margin;
};

/// Of the tenant, or (none) of every tenant that the caller may see.
std::vector<CostRow> read_costs(const std::optional<Uuid>& tenant_id, pg::Timestamp from,
                                pg::Timestamp to, const std::vector<std::string>& group_by);

/// What is available now, and what was used since.
struct Use {
  Decimal available;
  Decimal used;
};
Use read_use(const Uuid& wallet_id, pg::Timestamp since);

}  // namespace lad::invoices::store
