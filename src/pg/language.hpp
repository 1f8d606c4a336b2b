#pragma once

#include <string>
#include <string_view>

/// PostgreSQL's Unicode and Snowball, for rules that take them as functions. Text is in the
/// database's encoding. All of them are fast for ASCII.
namespace lad::pg {

/// Unicode normalisation form KC: compatibility characters become the ordinary ones. A database in
/// another encoding than UTF-8 keeps the text as it is.
std::string nfkc(std::string_view text);

/// The text in lower case, by the root locale of Unicode whatever the database's own locale is;
/// by the database's locale where the server has no ICU.
std::string fold_case(std::string_view text);

/// The stem of one English word in lower case, by the dictionary english_stem; a stop word is its
/// own stem.
std::string stem(std::string_view word);

}  // namespace lad::pg
