#pragma once

#include <cstddef>

/// Bounds of the leakproof searches. What lies beyond is answered with false, never with an error:
/// an error would tell that a row of somebody else was looked at.
namespace lad::search {

inline constexpr std::size_t kMaxPatternBytes = 4096;
inline constexpr std::size_t kMaxValueBytes = 64 << 20;
inline constexpr int kMaxJsonDepth = 64;
inline constexpr int kMaxQueryDepth = 256;

/// Called in long loops; may throw, to cancel.
using Poll = void (*)();

}  // namespace lad::search
