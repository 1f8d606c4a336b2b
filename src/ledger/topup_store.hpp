#pragma once

#include "ledger/topups.hpp"

/// SQL of packages.
namespace lad::ledger::store {

/// The tenant's own package of that key, else the one for everyone; throws not_found (P0002).
Package read_package(const Uuid& tenant_id, const std::string& package_key);

}  // namespace lad::ledger::store
