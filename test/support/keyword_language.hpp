#pragma once

#include <libstemmer.h>
#include <utf8proc.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "keyword/normalize.hpp"

/// utf8proc and libstemmer where the server has PostgreSQL's own.
namespace lad::test {

inline std::string map_unicode(std::string_view text, int options) {
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                             static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                                             static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (size < 0) return std::string(text);
  return {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size)};
}

inline std::string stem_english(std::string_view word) {
  static const std::unique_ptr<sb_stemmer, decltype(&sb_stemmer_delete)> stemmer(
      sb_stemmer_new("english", "UTF_8"), &sb_stemmer_delete);
  const sb_symbol* stem =
      sb_stemmer_stem(stemmer.get(), reinterpret_cast<const sb_symbol*>(word.data()),
                      static_cast<int>(word.size()));
  return {reinterpret_cast<const char*>(stem),
          static_cast<std::size_t>(sb_stemmer_length(stemmer.get()))};
}

inline const keyword::Language& english() {
  static constexpr keyword::Language kEnglish{
      [](std::string_view text) {
        return map_unicode(text, UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_STABLE);
      },
      [](std::string_view text) {
        return map_unicode(text, UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_STABLE);
      },
      stem_english};
  return kEnglish;
}

}  // namespace lad::test
