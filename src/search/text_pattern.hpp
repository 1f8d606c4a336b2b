#pragma once

#include <cstddef>
#include <string_view>

#include "search/limits.hpp"

/// Patterns of LIKE: % any text, _ one character, \ takes the next character as it is. Text and
/// pattern are compared byte by byte: whoever ignores case folds both before.
namespace lad::search {

/// Bytes of the character at `at`, at least 1 and never past `end`.
using CharacterLength = std::size_t (*)(const char* at, const char* end);

std::size_t byte_length(const char* at, const char* end);
std::size_t utf8_length(const char* at, const char* end);

/// False for a pattern that ends in an escape which escapes nothing.
bool is_well_formed(std::string_view pattern) noexcept;

/// Whether the whole text matches a well-formed pattern. Iterative: at most |text| * |pattern|
/// steps and no memory.
bool matches_pattern(std::string_view text, std::string_view pattern, CharacterLength length,
                     Poll poll);

}  // namespace lad::search
