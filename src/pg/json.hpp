#pragma once

#include "core/json.hpp"
#include "pg/values.hpp"

namespace lad::pg {

/// A detoasted jsonb as plain data, without going through its text. Throws invalid_argument
/// (22023) for one of more than 100,000 values, 4 MB of strings and digits, or 32 levels.
JsonNode read_json(JsonbDatum json);

}  // namespace lad::pg
