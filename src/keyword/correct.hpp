#pragma once

#include <span>
#include <string>

#include "keyword/lexicon.hpp"
#include "keyword/normalize.hpp"

namespace lad::keyword {

/// The keyword with each word that no lexicon knows replaced by the known word one edit away that
/// most terms use; empty when no word is replaced. Words of fewer than five letters, and first
/// letters, stay as they are.
std::string correct_words(std::span<const LexiconView> lexicons, const Query& query);

}  // namespace lad::keyword
