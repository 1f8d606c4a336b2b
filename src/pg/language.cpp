#include "pg/language.hpp"

#include <algorithm>

#include "pg/boundary.hpp"
#include "pg/folding.hpp"

extern "C" {
#include <catalog/namespace.h>
#include <catalog/pg_collation_d.h>
#include <mb/pg_wchar.h>
#include <nodes/makefuncs.h>
#include <tsearch/ts_cache.h>
#include <tsearch/ts_public.h>
#include <utils/fmgrprotos.h>
#include <utils/formatting.h>
}

namespace lad::pg {
namespace {

/// What a server's function returned, in memory that is freed once it is copied.
struct Palloced {
  void* memory = nullptr;
  const char* text = nullptr;
  std::size_t size = 0;
};

std::string take(const Palloced& result) {
  std::string text{result.text, result.size};
  pfree(result.memory);
  return text;
}

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return IS_HIGHBIT_SET(c); });
}

Oid find_root_collation() {
  List* const name =
      list_make2(makeString(pstrdup("pg_catalog")), makeString(pstrdup("und-x-icu")));
  const Oid found = get_collation_oid(name, true);
  return OidIsValid(found) ? found : DEFAULT_COLLATION_OID;
}

Oid find_stemmer() {
  List* const name =
      list_make2(makeString(pstrdup("pg_catalog")), makeString(pstrdup("english_stem")));
  return get_ts_dict_oid(name, false);
}

/// The first lexeme, or nothing for a stop word and for a word the dictionary passes on.
Palloced lexize(Oid dictionary, std::string_view word) {
  TSDictionaryCacheEntry* const entry = lookup_ts_dictionary_cache(dictionary);
  DictSubState state{};
  auto* const lexemes = reinterpret_cast<TSLexeme*>(DatumGetPointer(FunctionCall4(
      &entry->lexize, PointerGetDatum(entry->dictData), PointerGetDatum(word.data()),
      Int32GetDatum(static_cast<std::int32_t>(word.size())), PointerGetDatum(&state))));
  if (lexemes == nullptr || lexemes->lexeme == nullptr) return {};
  char* const lexeme = lexemes->lexeme;
  pfree(lexemes);
  return {lexeme, lexeme, std::char_traits<char>::length(lexeme)};
}

}  // namespace

std::string nfkc(std::string_view input) {
  if (is_ascii(input) || !database_is_utf8()) return std::string{input};
  return take(guard([input]() -> Palloced {
    const auto size = static_cast<int>(input.size());
    auto* const normal = DatumGetTextPP(DirectFunctionCall2(
        unicode_normalize_func, PointerGetDatum(cstring_to_text_with_len(input.data(), size)),
        PointerGetDatum(cstring_to_text("NFKC"))));
    return {normal, VARDATA_ANY(normal), static_cast<std::size_t>(VARSIZE_ANY_EXHDR(normal))};
  }));
}

std::string fold_case(std::string_view text) {
  if (is_ascii(text)) {
    std::string lower{text};
    std::ranges::transform(lower, lower.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
  }
  static constinit Oid collation = InvalidOid;
  return take(guard([text]() -> Palloced {
    if (!OidIsValid(collation)) collation = find_root_collation();
    char* const lower = str_tolower(text.data(), text.size(), collation);
    return {lower, lower, std::char_traits<char>::length(lower)};
  }));
}

std::string stem(std::string_view word) {
  static constinit Oid dictionary = InvalidOid;
  const Palloced lexeme = guard([word] {
    if (!OidIsValid(dictionary)) dictionary = find_stemmer();
    return lexize(dictionary, word);
  });
  return lexeme.memory == nullptr ? std::string{word} : take(lexeme);
}

}  // namespace lad::pg
