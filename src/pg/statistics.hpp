#pragma once

#include <cstddef>
#include <cstdint>

#include "pg/values.hpp"

/// What the ledger of this server did, counted in shared memory since the server started or the
/// counters were reset. An event counts when it happens, also where its transaction is rolled back
/// afterwards.
namespace lad::pg {

enum class Counter : std::size_t {
  posts,            ///< postings that wrote a row
  replays,          ///< requests answered with the posting their key had made before
  conflicts,        ///< requests refused because their key had posted something else
  refusals,         ///< requests refused for insufficient funds
  lock_waits,       ///< wallets whose lock another session held
  early_releases,   ///< commits that released their locks before their flush
  shared_flushes,   ///< of those: commits whose record another session had flushed already
  durable_flushes,  ///< answers that had to flush what they were read from
  batches,          ///< batches
  batch_items,      ///< items of all batches
  largest_batch,    ///< items of the largest batch
};
inline constexpr std::size_t kCounters = static_cast<std::size_t>(Counter::largest_batch) + 1;

/// Reserves the shared memory; only while preloading.
void define_statistics();

/// Adds one. Never raises.
void count(Counter counter) noexcept;

/// Counts a batch of so many items. Never raises.
void count_batch(std::uint64_t items) noexcept;

/// The counters of one moment, each by itself exact.
struct Statistics {
  std::int64_t counts[kCounters];
  Timestamp reset_at;

  std::int64_t operator[](Counter counter) const {
    return counts[static_cast<std::size_t>(counter)];
  }
};
Statistics read_statistics();

/// Sets all counters to zero.
void reset_statistics();

}  // namespace lad::pg
