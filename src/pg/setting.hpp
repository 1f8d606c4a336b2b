#pragma once

#include "pg/boundary.hpp"

namespace lad::pg {

/// What a check hook returns when it refuses a value: false, with the failure as the error.
bool refuse_setting(const Failure& failure);

}  // namespace lad::pg
