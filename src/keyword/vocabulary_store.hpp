#pragma once

#include <string_view>

namespace lad::keyword::store {

/// The shipped vocabulary (lexicon/b2b.tsv), which the build puts into the library.
std::string_view shipped_vocabulary();

/// A checksum of the vocabulary and of the rules that compile it.
std::string_view shipped_version();

}  // namespace lad::keyword::store
