#pragma once

#include "partitions/conversion_store.hpp"

/// The steps of a conversion, each of them one transaction. All run inside with_spi.
namespace lad::partitions::store {

struct StepResult {
  std::string phase;
  std::string state;
  std::int32_t pause_ms = 0;  ///< to wait before the next step
};

/// Does the next step, and keeps with it how far the job has come. An error other than a lock that
/// is not free, a cancel or a serialization failure ends the job as failed; what the step did is
/// undone then.
StepResult do_step(const Uuid& job);

/// Undoes everything: drops what was built and the trigger on the plain table, whose definition and
/// rows have never changed otherwise. Cancels the step that another process is at.
/// Throws not_found (P0002), conversion_refused (LD502) after the swap.
void abort_conversion(const Uuid& job);

/// Drops the kept table. Throws not_found (P0002), conversion_refused (LD502) before the end.
void finish_conversion(const Uuid& job);

}  // namespace lad::partitions::store
