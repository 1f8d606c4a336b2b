#pragma once

#include <bit>
#include <cstdint>

namespace lad::keyword {

/// The natural logarithm of a positive number, to six digits: plain arithmetic, many times faster
/// than the library's and the same everywhere.
inline float quick_log(float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto exponent = static_cast<float>(static_cast<int>(bits >> 23U) - 127);
  const auto m = std::bit_cast<float>((bits & 0x007FFFFFU) | 0x3F800000U) - 1.0F;
  // Least-squares polynomial of log2(1 + m) / m on [0, 1).
  const float p =
      1.4426933F +
      m * (-0.7211627F +
           m * (0.4777059F +
                m * (-0.3392478F + m * (0.2155886F + m * (-0.0960663F + m * 0.0204904F)))));
  return 0.69314718F * (exponent + m * p);
}

/// How telling a word is that occurs in some of all terms (inverse document frequency). A word that
/// none has is as telling as one that a single term has.
inline float rarity_of(std::uint32_t terms, std::uint32_t all) noexcept {
  return quick_log(1.0F + static_cast<float>(all) / static_cast<float>(terms == 0 ? 1 : terms));
}

}  // namespace lad::keyword
