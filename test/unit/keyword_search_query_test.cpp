#include <gtest/gtest.h>

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
  EXPECT_EQ(term("head of sales", "head sales").query, "'head' <2> 'sales' | 'head' <1> 'sales'");
  EXPECT_EQ(term("data of sales", "data sales").query, "'data' <2> 'sales' | 'data' <1> 'sales'");
}

TEST(SearchTerm, WritesRanksOut) {
  EXPECT_EQ(term("vp sales", "vp sales").query,
            "'vp' <1> 'sales' | 'vp' <2> 'sales' | 'vice' <1> 'president' <1> 'sales' | "
            "'vice' <1> 'president' <2> 'sales'");
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

TEST(AnyOf, JoinsEachQueryOnce) {
  const std::vector<SearchTerm> terms{term("cto", "cto"), term("it manager", "it manager"),
                                      term("cto", "cto"), term("it", "it"),
                                      term("head of x", "head x")};
  EXPECT_EQ(any_of(terms, true), "'cto' | 'head' <2> 'x' | 'head' <1> 'x'");
  EXPECT_EQ(any_of(terms, false), "'cto' | 'manager' | 'head' <2> 'x' | 'head' <1> 'x'");
  EXPECT_EQ(any_of({}, false), "");
}

}  // namespace
}  // namespace lad::keyword
