#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "keyword/search_query.hpp"

namespace lad::keyword {
namespace {

/// As the server's parser does: words of letters and digits, stop words keep their place.
ParsedText parse(std::string_view text) {
  ParsedText parsed;
  std::string word;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ' ';
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '\'') {
      word += c;
    } else if (!word.empty()) {
      ++parsed.positions;
      if (word != "of" && word != "it" && word != "the") {
        parsed.lexemes.push_back({word, parsed.positions});
      }
      word.clear();
    }
  }
  return parsed;
}

SearchTerm term(std::string_view display, std::string_view normal) {
  return search_term(display, normal, 1, parse);
}

TEST(SearchTerm, IsAPhrase) {
  EXPECT_EQ(term("data engineer", "data engineer").query, "'data' <1> 'engineer'");
  EXPECT_EQ(term("fintech", "fintech").query, "'fintech'");
  EXPECT_EQ(term("fintech", "fintech").pattern, "");
}

TEST(SearchTerm, FindsARankWithAndWithoutOf) {
  EXPECT_EQ(term("head of sales", "head sales").query,
            "'head' <2> 'sales' | 'head' <1> 'sales' | 'sales' <1> 'head'");
  EXPECT_EQ(term("data of sales", "data sales").query, "'data' <2> 'sales' | 'data' <1> 'sales'");
}

TEST(SearchTerm, WritesRanksOut) {
  EXPECT_EQ(term("vp sales", "vp sales").query,
            "'vp' <1> 'sales' | 'vp' <2> 'sales' | 'vice' <1> 'president' <1> 'sales' | "
            "'vice' <1> 'president' <2> 'sales' | 'sales' <1> 'vp'");
}

TEST(SearchTerm, FindsARankOnEitherSide) {
  EXPECT_EQ(term("sales director", "sales director").query,
            "'sales' <1> 'director' | 'director' <1> 'sales' | 'director' <2> 'sales'");
  EXPECT_EQ(term("director", "director").query, "'director'");
  EXPECT_EQ(term("chief data officer", "chief data officer").phrases, 2U);
}

TEST(SearchTerm, IsCheckedAgainWhereTheSearchDropsSomething) {
  const SearchTerm it = term("it manager", "it manager");
  EXPECT_EQ(it.query, "'manager'");
  EXPECT_EQ(it.pattern, "(^|[^[:alnum:]])it manager($|[^[:alnum:]+#])");
  EXPECT_EQ(term("c++", "c++").pattern, "(^|[^[:alnum:]])c\\+\\+($|[^[:alnum:]+#])");
  EXPECT_EQ(term(".net", ".net").pattern, "(^|[^[:alnum:]])\\.net($|[^[:alnum:]+#])");
  EXPECT_EQ(term("it", "it").query, "");
  EXPECT_EQ(term("head of the lab", "head lab").pattern, "");
}

TEST(SearchTerm, QuotesLexemes) {
  EXPECT_EQ(term("o'neill", "oneill").query, "'o''neill' | 'oneill'");
}

TEST(AnyOf, TakesNoMoreTermsThanAQueryMayBeDeep) {
  std::vector<SearchTerm> terms;
  for (int i = 0; i < 200; ++i) terms.push_back(term("w" + std::to_string(i), "x"));
  const std::string query = any_of(terms, true);
  EXPECT_EQ(std::count(query.begin(), query.end(), '|') + 1,
            static_cast<std::ptrdiff_t>(kMaxPhrases));
}

TEST(AnyOf, JoinsEachQueryOnce) {
  const std::vector<SearchTerm> terms{term("cto", "cto"), term("it manager", "it manager"),
                                      term("cto", "cto"), term("it", "it"),
                                      term("head of x", "head x")};
  EXPECT_EQ(any_of(terms, true), "'cto' | 'head' <2> 'x' | 'head' <1> 'x' | 'x' <1> 'head'");
  EXPECT_EQ(any_of(terms, false),
            "'cto' | 'manager' | 'head' <2> 'x' | 'head' <1> 'x' | 'x' <1> 'head'");
  EXPECT_EQ(any_of({}, false), "");
}

}  // namespace
}  // namespace lad::keyword
