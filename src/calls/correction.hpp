#pragma once

#include <cstdint>
#include <string>

#include "core/json.hpp"

/// Rules of corrected durations.
namespace lad::calls {

/// Components of a call whose duration was another: those that counted its seconds or started
/// minutes count the right ones, the others stay. Throws invalid_argument (22023) when none did.
JsonNode correct_items(JsonNode items, std::int64_t old_seconds, std::int64_t new_seconds);

/// Throws invalid_argument (22023) for a duration below zero or a reason that is empty or longer
/// than 500 bytes.
void require_valid_correction(std::int64_t duration_seconds, const std::string& reason);

}  // namespace lad::calls
