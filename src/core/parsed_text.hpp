#pragma once

#include <string>
#include <vector>

namespace lad {

/// What a text search finds in a text.
struct ParsedText {
  struct Lexeme {
    std::string text;
    int position = 0;  ///< from 1; alternatives share one
  };
  std::vector<Lexeme> lexemes;
  int positions = 0;  ///< how many words there are, stop words counted
};

}  // namespace lad
