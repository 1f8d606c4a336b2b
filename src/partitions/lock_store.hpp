#pragma once

#include <functional>
#include <string>

namespace lad::partitions::store {

/// How long a lock is waited for: everybody who comes later waits behind it.
inline constexpr int kBriefLockMs = 150;

/// How often a lock is asked for before maintenance gives up: some ten seconds.
inline constexpr int kLockAttempts = 40;

/// Runs the body in a subtransaction whose locks must each be free within kBriefLockMs. Else what
/// it did is undone, its locks are released, and after a short nap of random length it is tried
/// again, so that the queue behind the lock drains meanwhile. Inside with_spi.
/// Throws partition_refused (LD501) after the last attempt.
///
/// Locks that were taken before, in this transaction, are kept during the naps: a transaction that
/// holds locks which block writers should ask with one attempt.
void with_brief_locks(const std::string& what, const std::function<void()>& body,
                      int attempts = kLockAttempts);

}  // namespace lad::partitions::store
