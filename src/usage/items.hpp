#pragma once

#include <string>
#include <string_view>

#include "core/json.hpp"

/// Usage items as an event keeps them.
namespace lad::usage {

/// The caller's items, without prices of his own, and with ours: of each the members of the object
/// at its place in `prices`, which is a JSON array of as many objects.
std::string merge_prices(const JsonNode& items, std::string_view prices);

}  // namespace lad::usage
