#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Characters of UTF-8 text that comes from outside.
namespace lad::keyword {

/// Takes the first character off a text that is not empty. A byte that starts none is U+FFFD.
char32_t take_character(std::string_view& text);

std::size_t count_characters(std::string_view text);

/// The first characters of a text.
std::string_view first_characters(std::string_view text, std::size_t count);

/// Without spaces, tabs and line ends of ASCII at both ends.
std::string_view trimmed(std::string_view text);

/// A control character: C0, DEL, C1, line and paragraph separators.
bool is_control(char32_t character);

/// One that is not seen, or changes how others are: marks of direction, zero widths, fillers,
/// variation selectors, tags, private use, what is no character.
bool is_invisible(char32_t character);

/// Whether any character is a control character or invisible.
bool has_hidden_characters(std::string_view text);

/// The text with every hidden character spelt as \u{XXXX}, safe to show.
std::string made_visible(std::string_view text);

}  // namespace lad::keyword
