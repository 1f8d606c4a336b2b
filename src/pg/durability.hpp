#pragma once

namespace lad::pg {

/// Returns once every commit this backend can see is on disk, so that an answer read from them
/// survives a crash.
void flush_visible_commits();

}  // namespace lad::pg
