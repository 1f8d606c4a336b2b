#pragma once

#include <functional>
#include <string>

namespace lad::partitions::store {

/// How long a lock is waited for: everybody who comes later waits behind it.
inline constexpr int kBriefLockMs = 150;

/// How often a lock is asked for before maintenance gives up: some ten seconds.
inline constexpr int kLockAttempts = 40;

/// The same for somebody who holds locks already that block writers.
inline constexpr int kLockAttemptsWhileHolding = 3;

/// Runs the body in a subtransaction whose locks must each be free within kBriefLockMs. Else what
/// it did is undone, its locks are released, and after a short nap of random length it is tried
/// again, so that the queue behind the lock drains meanwhile. False when the last attempt failed as
/// well. Inside with_spi.
bool try_brief_locks(const std::function<void()>& body, int attempts = kLockAttempts);

/// The same, but throws partition_refused (LD501) "<what> waits for locks" in the end.
void with_brief_locks(const std::string& what, const std::function<void()>& body,
                      int attempts = kLockAttempts);

}  // namespace lad::partitions::store
