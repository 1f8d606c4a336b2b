#pragma once

#include <cstdint>

#include "calls/dialling_store.hpp"

/// SQL of the counters of a batch, which follow its entries.
namespace lad::calls::store {

/// What the entries that a statement wrote change in their batch.
struct BatchDelta {
  BatchKey key;
  std::int32_t total = 0;
  std::int32_t completed = 0;
  std::int32_t failed = 0;
  std::int32_t cancelled = 0;
  bool may_complete = false;  ///< open entries have ended or gone
};

/// Adds to the counters of a batch; one whose last open entry ended is completed.
void count(const BatchDelta& delta);

/// Whether the counters are being written by `count`, which alone may.
bool is_counting();

/// The one report of a completed batch.
void tell_completed(const BatchKey& key);

}  // namespace lad::calls::store
