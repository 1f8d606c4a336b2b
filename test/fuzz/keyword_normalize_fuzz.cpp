// Normal forms: their own normal form, words of one space, and the same for what differs in case.
#include <cstdint>
#include <string>

#include "fuzz.hpp"
#include "keyword/characters.hpp"
#include "keyword/normalize.hpp"
#include "support/keyword_language.hpp"

using namespace lad;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  // The server refuses what is no UTF-8, and NUL, before the rules see it.
  std::string text;
  for (const char32_t character :
       keyword::decode_utf8({reinterpret_cast<const char*>(bytes), size})) {
    if (character != 0) keyword::append_utf8(text, character);
  }
  const keyword::Language& english = test::english();
  const std::string normal = keyword::normalize(text, english);
  fuzz::require(keyword::normalize(normal, english) == normal, "a normal form is its own");
  fuzz::require(
      !normal.starts_with(' ') && !normal.ends_with(' ') && normal.find("  ") == std::string::npos,
      "one space stands between words");
  const keyword::Query query = keyword::read_query(text, english);
  fuzz::require(query.normal == normal, "a query has the normal form of its text");
  fuzz::require(query.words.size() <= keyword::kMaxWords, "words are bounded");
  fuzz::require(query.words.empty() || query.head < query.words.size(), "the head is a word");
  return 0;
}
