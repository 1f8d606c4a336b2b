#pragma once

#include "core/error.hpp"
#include "pg/boundary.hpp"
#include "pg/values.hpp"

/// Who calls, and what time it is.
namespace lad::pg {

/// Whether the role outside any SECURITY DEFINER function has the privileges of the named role.
/// Superusers have those of every role; a role that does not exist has no members.
bool caller_has_role(const char* role);

/// The clock, not the transaction's start.
inline Timestamp clock_now() {
  return {GetCurrentTimestamp()};
}

/// SQL's now(): when the transaction started.
inline Timestamp transaction_now() {
  return {GetCurrentTransactionStartTimestamp()};
}

/// Microseconds since 1970-01-01 UTC, as tokens count.
inline std::int64_t unix_us(Timestamp at) {
  return at.us +
         (static_cast<std::int64_t>(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY);
}

}  // namespace lad::pg
