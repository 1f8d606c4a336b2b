#pragma once

#include <cstdint>

namespace lad::pg {

/// Waits outside any transaction. A cancel, a shutdown or the end of the server ends it.
void nap(std::int32_t ms);

}  // namespace lad::pg
