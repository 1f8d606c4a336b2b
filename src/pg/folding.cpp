#include "pg/folding.hpp"

#include <algorithm>
#include <cstring>

extern "C" {
#include <catalog/pg_collation_d.h>
#include <mb/pg_wchar.h>
#include <utils/formatting.h>
#include <utils/pg_locale.h>
}

namespace lad::pg {
namespace {

constexpr int kAsciiCount = 127;

char lower_ascii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return IS_HIGHBIT_SET(c); });
}

/// Turkish, for one, maps I to something else.
bool keeps_ascii_simple(Oid collation) {
  char all[kAsciiCount + 1];
  for (int i = 0; i < kAsciiCount; ++i) all[i] = static_cast<char>(i + 1);
  all[kAsciiCount] = '\0';
  const char* const folded = str_tolower(all, kAsciiCount, collation);
  return std::strlen(folded) == kAsciiCount &&
         std::equal(all, all + kAsciiCount, folded,
                    [](char before, char after) { return lower_ascii(before) == after; });
}

}  // namespace

Folding find_folding(Oid collation) {
  if (!OidIsValid(collation)) return {};
  if (!lc_ctype_is_c(collation)) {
    const pg_locale_t locale = pg_newlocale_from_collation(collation);
    if (locale != nullptr && !locale->deterministic) return {};
  }
  return {collation, true, keeps_ascii_simple(collation)};
}

std::string_view fold(const Folding& folding, std::string_view text) {
  if (folding.keeps_ascii_simple && is_ascii(text)) {
    auto* const lower = static_cast<char*>(palloc(text.size() + 1));
    std::ranges::transform(text, lower, lower_ascii);
    return {lower, text.size()};
  }
  return str_tolower(text.data(), text.size(), folding.collation);
}

std::size_t character_length(const char* at, const char* end) {
  const int length = pg_encoding_mblen(GetDatabaseEncoding(), at);
  return std::clamp<std::size_t>(static_cast<std::size_t>(length), 1,
                                 static_cast<std::size_t>(end - at));
}

bool database_is_utf8() {
  return GetDatabaseEncoding() == PG_UTF8;
}

bool database_is_single_byte() {
  return pg_database_encoding_max_length() == 1;
}

}  // namespace lad::pg
