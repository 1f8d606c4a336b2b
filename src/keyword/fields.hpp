#pragma once

#include <string_view>
#include <vector>

namespace lad::keyword {

/// The text without spaces at its ends.
inline std::string_view trim(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// The parts between separators, trimmed; an empty text has one empty part.
inline std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  while (true) {
    const std::size_t end = text.find(separator);
    out.push_back(trim(text.substr(0, end)));
    if (end == text.npos) return out;
    text.remove_prefix(end + 1);
  }
}

}  // namespace lad::keyword
