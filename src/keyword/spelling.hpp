#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Words that are spelt in several ways, and the one that stands for all of them.
namespace lad::keyword {

/// Joins and abbreviations that a normal form writes in one way: "vice president" is "vp", "e
/// commerce" "ecommerce". Its result is its own result.
void unify_spelling(std::vector<std::string>& words);

/// The American spelling of a British word; any other word itself.
std::string american_spelling(std::string_view word);

}  // namespace lad::keyword
