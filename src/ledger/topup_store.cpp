#include "ledger/topup_store.hpp"

#include "core/error.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::ledger::store {
namespace {

constinit pg::Plan<Uuid, std::string> kPackage{
    "SELECT credits, currency, price, price_currency FROM lad_data.billing_topup_packages"
    " WHERE (tenant_id = $1 OR tenant_id IS NULL) AND package_key = $2 AND is_active"
    " ORDER BY tenant_id NULLS LAST LIMIT 1"};

}  // namespace

Package read_package(const Uuid& tenant_id, const std::string& package_key) {
  const pg::Rows rows = kPackage.run(tenant_id, package_key);
  if (rows.empty()) {
    throw Error{ErrorCode::not_found, "no such package", "",
                "lad_data.billing_topup_packages lists what is sold."};
  }
  return {.key = package_key,
          .credits = rows.get<Decimal>(0, 0),
          .currency = rows.get<std::string>(0, 1),
          .price = rows.get<Decimal>(0, 2),
          .price_currency = rows.get<std::string>(0, 3)};
}

}  // namespace lad::ledger::store
