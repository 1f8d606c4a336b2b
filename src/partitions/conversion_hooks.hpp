#pragma once

#include "core/uuid.hpp"

namespace lad::partitions {

/// Converts a table step by step; called in a background worker. It works as the superuser that
/// entered, who may keep triggers and foreign keys from firing for copied rows, and becomes the
/// owner of the table wherever the owner's functions run.
void convert(const Uuid& job);

}  // namespace lad::partitions
