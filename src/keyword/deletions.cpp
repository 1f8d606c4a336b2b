#include "keyword/deletions.hpp"

#include <algorithm>

#include "keyword/characters.hpp"

namespace lad::keyword {

std::vector<std::string> deletions_of_word(std::string_view word) {
  const std::u32string letters = decode_utf8(word);
  if (letters.size() < kShortestCorrected || letters.size() > kLongestCorrected) return {};
  std::vector<std::string> out{std::string(word)};
  for (std::size_t skipped = 0; skipped < letters.size(); ++skipped) {
    // The same letter twice in a row gives the same word twice.
    if (skipped > 0 && letters[skipped] == letters[skipped - 1]) continue;
    std::string shorter;
    for (std::size_t i = 0; i < letters.size(); ++i) {
      if (i != skipped) append_utf8(shorter, letters[i]);
    }
    out.push_back(std::move(shorter));
  }
  return out;
}

bool is_one_edit(std::string_view a, std::string_view b) {
  std::u32string x = decode_utf8(a);
  std::u32string y = decode_utf8(b);
  if (x.size() > y.size()) std::swap(x, y);
  const auto [left_x, left_y] = std::mismatch(x.begin(), x.end(), y.begin());
  const auto rest_x = static_cast<std::size_t>(x.end() - left_x);
  const auto rest_y = static_cast<std::size_t>(y.end() - left_y);
  if (rest_y == rest_x + 1) return std::equal(left_x, x.end(), left_y + 1);
  if (rest_x != rest_y || rest_x == 0) return false;
  if (std::equal(left_x + 1, x.end(), left_y + 1)) return true;
  return rest_x >= 2 && left_x[0] == left_y[1] && left_x[1] == left_y[0] &&
         std::equal(left_x + 2, x.end(), left_y + 2);
}

}  // namespace lad::keyword
