#pragma once

#include <cstdint>

namespace lad::pg {

/// The oldest transaction whose rows in the ledger some running transaction may not see; every
/// transaction sees the rows of those before it.
std::uint32_t oldest_unseen_transaction();

}  // namespace lad::pg
