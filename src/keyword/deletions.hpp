#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Misspelt words are found by what two words have in common when each loses one letter.
namespace lad::keyword {

/// Words of fewer letters are too close to others to be corrected.
inline constexpr std::size_t kShortestCorrected = 5;
inline constexpr std::size_t kLongestCorrected = 24;

/// The word and what it is without one of its letters; nothing for a word too short or too long.
std::vector<std::string> deletions_of_word(std::string_view word);

/// Whether two words differ by one letter more, less or other, or by two neighbours exchanged.
bool is_one_edit(std::string_view a, std::string_view b);

}  // namespace lad::keyword
