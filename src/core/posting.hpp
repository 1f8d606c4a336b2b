#pragma once

#include <cstdint>
#include <string>

#include "core/decimal.hpp"
#include "core/uuid.hpp"

namespace lad {

/// What a posting did; lad.posting in SQL. Amounts in the wallet's currency, the time in µs since
/// 1970-01-01 UTC.
struct Posting {
  Uuid transaction_id;
  Uuid wallet_id;
  std::int64_t seq = 0;
  std::string type;
  Decimal amount;  ///< signed
  Decimal balance_before;
  Decimal balance_after;
  Decimal available;  ///< now, also when replayed
  std::string currency;
  std::int64_t created_at_us = 0;
  bool replayed = false;
};

}  // namespace lad
