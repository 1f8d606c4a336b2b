#include "pg/phrases.hpp"

#include "pg/boundary.hpp"

extern "C" {
#include <catalog/namespace.h>
#include <nodes/makefuncs.h>
#include <tsearch/ts_utils.h>
#include <utils/fmgrprotos.h>
}

namespace lad::pg {
namespace {

Oid find_english() {
  List* const name = list_make2(makeString(pstrdup("pg_catalog")), makeString(pstrdup("english")));
  return get_ts_config_oid(name, false);
}

}  // namespace

lad::ParsedText parse_text(std::string_view text) {
  static constinit Oid english = InvalidOid;
  if (text.empty()) return {};
  ::ParsedText parsed{};
  guard([&] {
    if (!OidIsValid(english)) english = find_english();
    parsed.lenwords = 16;
    parsed.words = static_cast<::ParsedWord*>(palloc(sizeof(::ParsedWord) * 16));
    parsetext(english, &parsed, const_cast<char*>(text.data()), static_cast<int>(text.size()));
  });
  lad::ParsedText found;
  found.positions = parsed.pos;
  for (int i = 0; i < parsed.curwords; ++i) {
    const ::ParsedWord& word = parsed.words[i];
    found.lexemes.push_back({{word.word, word.len}, static_cast<int>(word.pos.pos)});
    pfree(word.word);
  }
  pfree(parsed.words);
  return found;
}

Datum to_query(const std::string& text) {
  return guard([&] { return DirectFunctionCall1(tsqueryin, CStringGetDatum(text.c_str())); });
}

}  // namespace lad::pg
