#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "keyword/entry.hpp"

/// The binary lexicon: one block of little-endian bytes that any number of processes read in place.
namespace lad::keyword {

/// What a lexicon says about itself.
struct LexiconFacts {
  std::uint32_t format_version = 0;
  std::uint64_t bytes = 0;
  std::uint32_t terms = 0;
  std::uint32_t edges = 0;
  std::uint32_t concepts = 0;
  std::uint32_t members = 0;              ///< terms of concepts, counted in each
  std::uint32_t words = 0;                ///< different words of all terms
  std::array<std::uint8_t, 32> sha256{};  ///< of everything after the checksum
};

/// Throws Error(lexicon_invalid) unless the bytes are a whole lexicon: format, length, SHA-256, and
/// every offset and index within its bounds. Costs a pass over all bytes; done once, by the loader.
void verify_lexicon(std::span<const std::byte> bytes);

/// Facts of the header. Throws Error(lexicon_invalid) when the bytes are no lexicon or too few.
LexiconFacts read_facts(std::span<const std::byte> bytes);

/// Reads a verified lexicon in place: no copies, no memory of its own. The bytes must stay where
/// they are, aligned to 8, as long as the view is used.
class LexiconView {
 public:
  LexiconView() = default;

  /// Looks at the header alone (format, version, length): throws Error(lexicon_invalid).
  explicit LexiconView(std::span<const std::byte> verified);

  bool empty() const noexcept { return bytes_.empty(); }
  std::span<const std::byte> bytes() const noexcept { return bytes_; }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace lad::keyword
