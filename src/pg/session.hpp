#pragma once

#include <array>
#include <span>

#include "core/error.hpp"
#include "pg/boundary.hpp"
#include "pg/values.hpp"

/// Who calls, and what time it is.
namespace lad::pg {

/// Whether the role outside any SECURITY DEFINER function has the privileges of the named role.
/// Superusers have those of every role; a role that does not exist has no members.
bool caller_has_role(const char* role);

/// Writes to the server's log who acts as a service and why; returns the role's name.
std::string log_service(const std::string& reason);

/// Tells the client something that is no error.
void notice(const char* message);

/// Throws privilege (42501) "must be a member of ROLE to ACTION" unless the caller is.
void require_caller(const char* role, const char* action);

/// Bytes from the server's strong random source.
void fill_random(std::span<std::uint8_t> bytes);
template <std::size_t Size>
std::array<std::uint8_t, Size> random_bytes() {
  std::array<std::uint8_t, Size> bytes;
  fill_random(bytes);
  return bytes;
}

/// A random UUID of version 4 from the server's strong random source.
Uuid random_uuid();

/// The text of a jsonb argument: keys sorted, no duplicates, so equal objects read the same.
std::string jsonb_text(JsonbDatum json);

/// A copy that outlives the row the value was read from.
std::optional<JsonbDatum> copied(const std::optional<JsonbDatum>& json);

/// The clock, not the transaction's start.
inline Timestamp clock_now() {
  return {GetCurrentTimestamp()};
}

/// SQL's now(): when the transaction started.
inline Timestamp transaction_now() {
  return {GetCurrentTransactionStartTimestamp()};
}

inline bool is_finite(Timestamp at) {
  return !TIMESTAMP_NOT_FINITE(at.us);
}

/// Microseconds since 1970-01-01 UTC, as tokens count. Infinity stays the smallest or largest
/// integer. Throws out_of_range (22003) in the last 30 years that PostgreSQL knows, from 294247 on,
/// which do not fit.
inline std::int64_t unix_us(Timestamp at) {
  if (TIMESTAMP_NOT_FINITE(at.us)) return at.us;
  std::int64_t us = 0;
  if (__builtin_add_overflow(
          at.us, static_cast<std::int64_t>(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY,
          &us)) {
    throw Error{ErrorCode::out_of_range, "the time is too far in the future"};
  }
  return us;
}

inline Timestamp from_unix_us(std::int64_t us) {
  if (TIMESTAMP_NOT_FINITE(us)) return {us};
  return {us -
          (static_cast<std::int64_t>(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)};
}

/// As unix_us, but throws invalid_argument (22023) for infinity.
std::int64_t finite_unix_us(Timestamp at, const char* name);

/// The server's version, such as 150020.
int server_version();

/// Whether the current role is a superuser.
bool is_superuser();

}  // namespace lad::pg
