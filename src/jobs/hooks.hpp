#pragma once

#include "core/uuid.hpp"

/// The long jobs of this room, called in a background worker.
namespace lad::jobs {

/// Settles usage events until none is due, 500 a transaction.
void settle(const Uuid& job);

}  // namespace lad::jobs
