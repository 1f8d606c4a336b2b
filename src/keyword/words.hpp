#pragma once

#include <string>
#include <vector>

namespace lad::keyword {

/// Cuts folded text into words: gaps and punctuation end a word, but the signs of C++, C#, R&D,
/// .NET and node.js stay; initials lose their dots (V.P. is vp), possessives their s; "r and d" is
/// r&d; articles and the like are left out.
std::vector<std::string> cut_words(const std::u32string& folded);

}  // namespace lad::keyword
