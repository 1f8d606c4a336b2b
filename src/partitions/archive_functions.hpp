#pragma once

#include "core/uuid.hpp"

/// The long jobs of kind archive and restore, called in a background worker.
namespace lad::partitions {

/// Detaches a partition into lad_archive, and exports it when a path is asked for.
void run_archive(const Uuid& job);

/// Loads an archive and attaches it.
void run_restore(const Uuid& job);

}  // namespace lad::partitions
