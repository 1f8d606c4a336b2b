#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lad::keyword {

/// What a character is to a keyword.
enum class CharacterKind : std::uint8_t {
  letter,   ///< of a word
  digit,    ///< of a word: 0 to 9
  sign,     ///< ASCII punctuation, whose meaning depends on its neighbours
  gap,      ///< space, symbol, emoji: ends a word
  nothing,  ///< zero-width: as if it were not there
  control
};

CharacterKind kind_of(char32_t character) noexcept;

/// The characters of UTF-8; each byte of an invalid sequence is U+FFFD.
std::u32string decode_utf8(std::string_view utf8);

void append_utf8(std::string& out, char32_t character);

}  // namespace lad::keyword
