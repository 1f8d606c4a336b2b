#include "keyword/expansion_characters.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace lad::keyword {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Unicode's Default_Ignorable_Code_Point, Bidi_Control, private use, and annotations.
constexpr std::array kInvisible{
    Range{0x00AD, 0x00AD},    Range{0x034F, 0x034F},   Range{0x061C, 0x061C},
    Range{0x115F, 0x1160},    Range{0x17B4, 0x17B5},   Range{0x180B, 0x180F},
    Range{0x200B, 0x200F},    Range{0x202A, 0x202E},   Range{0x2060, 0x206F},
    Range{0x3164, 0x3164},    Range{0xE000, 0xF8FF},   Range{0xFDD0, 0xFDEF},
    Range{0xFE00, 0xFE0F},    Range{0xFEFF, 0xFEFF},   Range{0xFFA0, 0xFFA0},
    Range{0xFFF0, 0xFFFF},    Range{0x1BCA0, 0x1BCA3}, Range{0x1D173, 0x1D17A},
    Range{0xE0000, 0x10FFFF},
};

/// Bytes of a character, by its first one; 0 when none starts so.
std::size_t length_by(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  if (first >= 0xF0 && first < 0xF5) return 4;
  return 0;
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

}  // namespace

char32_t take_character(std::string_view& text) {
  constexpr char32_t kReplacement = 0xFFFD;
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = length_by(first);
  char32_t character = length < 2 ? first : first & (0x7FU >> length);
  bool is_sound = length > 0 && length <= text.size();
  for (std::size_t i = 1; is_sound && i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    is_sound = (byte & 0xC0U) == 0x80U;
    character = character << 6U | (byte & 0x3FU);
  }
  text.remove_prefix(is_sound ? length : 1);
  return is_sound ? character : kReplacement;
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) take_character(text);
  return count;
}

std::string_view first_characters(std::string_view text, std::size_t count) {
  std::string_view rest = text;
  while (count-- > 0 && !rest.empty()) take_character(rest);
  return text.substr(0, text.size() - rest.size());
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool is_control(char32_t character) {
  return character < 0x20 || (character >= 0x7F && character < 0xA0) || character == 0x2028 ||
         character == 0x2029;
}

bool is_invisible(char32_t character) {
  return std::ranges::any_of(kInvisible, [character](const Range& range) {
    return character >= range.first && character <= range.last;
  });
}

bool has_hidden_characters(std::string_view text) {
  while (!text.empty()) {
    const char32_t character = take_character(text);
    if (is_control(character) || is_invisible(character)) return true;
  }
  return false;
}

std::string made_visible(std::string_view text) {
  std::string visible;
  while (!text.empty()) {
    const std::string_view before = text;
    const char32_t character = take_character(text);
    if (!is_control(character) && !is_invisible(character)) {
      visible += before.substr(0, before.size() - text.size());
      continue;
    }
    char digits[8];
    const auto end =
        std::to_chars(digits, digits + sizeof digits, static_cast<std::uint32_t>(character), 16);
    visible += "\\u{" + std::string(digits, end.ptr) + "}";
  }
  return visible;
}

}  // namespace lad::keyword
