#pragma once

#include "core/uuid.hpp"

/// The long job of kind detach, called in a background worker.
namespace lad::partitions {

/// Detaches a partition without stopping writers, and disposes of it.
void run_detach(const Uuid& job);

}  // namespace lad::partitions
