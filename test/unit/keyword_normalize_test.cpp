#include <gtest/gtest.h>

#include "expect_error.hpp"
#include "keyword/entry.hpp"
#include "keyword/normalize.hpp"
#include "support/keyword_language.hpp"

namespace lad::keyword {
namespace {

using test::english;

struct Case {
  const char* text;
  const char* normal;
};

void expect_normal(std::initializer_list<Case> cases) {
  for (const auto& [text, expected] : cases) {
    SCOPED_TRACE(text);
    const std::string normal = normalize(text, english());
    EXPECT_EQ(normal, expected);
    EXPECT_EQ(normalize(normal, english()), normal);
  }
}

TEST(KeywordNormalForm, OfWords) {
  expect_normal({{"VP Sales", "vp sales"},
                 {"V.P. of Sales", "vp sales"},
                 {"vice-president, sales", "vp sales"},
                 {"Vice President of Sales", "vp sales"},
                 {"V. P. Sales", "vp sales"},
                 {"  the  VP\u00a0for Sales ", "vp sales"},
                 {"Sr. VP", "senior vp"},
                 {"SVP", "senior vp"},
                 {"EVP Sales", "executive vp sales"},
                 {"Co-Founder & CEO", "cofounder ceo"},
                 {"cofounder", "cofounder"},
                 {"e-Commerce", "ecommerce"},
                 {"E commerce", "ecommerce"},
                 {"T-shirt printing", "tshirt printing"},
                 {"Ph.D. student", "phd student"},
                 {"U.S. tax", "us tax"},
                 {"Driver's license", "driver license"},
                 {"drivers\u2019 school", "drivers school"},
                 {"O'Brien", "obrien"},
                 {"series A startup", "series a startup"},
                 {"a startup", "startup"},
                 {"health care", "healthcare"},
                 {"start-up", "startup"},
                 {"A/B testing", "b testing"},
                 {"Sales (EMEA)", "sales emea"},
                 {"software-as-a-service", "software as service"}});
}

TEST(KeywordNormalForm, OfSigns) {
  expect_normal({{"C++", "c++"},
                 {"C++'C#", "c+ c#"},
                 {"C++ developer", "c++ developer"},
                 {"(C++)", "c++"},
                 {"C++.", "c++"},
                 {"C#", "c#"},
                 {"C#/.NET", "c# .net"},
                 {"F# or C#", "f# or c#"},
                 {".NET", ".net"},
                 {"ASP.NET", "asp.net"},
                 {"dot net", ".net"},
                 {"Node.js", "node.js"},
                 {"NodeJS", "node.js"},
                 {"R&D", "r&d"},
                 {"R & D", "r&d"},
                 {"R and D", "r&d"},
                 {"M&A", "m&a"},
                 {"AT&T", "at&t"},
                 {"B2B", "b2b"},
                 {"b-2-b", "b2b"},
                 {"business to business", "business to business"},
                 {"B to B", "b2b"},
                 {"Johnson&Johnson", "johnson johnson"},
                 {"#1", "1"},
                 {"a+b", "b"},
                 {"24/7", "24 7"},
                 {"web 2.0", "web 2.0"},
                 {"C++++", "c++"},
                 {"+44", "44"},
                 {"...net", "net"}});
}

TEST(KeywordNormalForm, OfUnicode) {
  expect_normal({{"\uff26\uff49\uff4e\uff54\uff45\uff43\uff48", "fintech"},
                 {"Caf\u00e9", "caf\u00e9"},
                 {"Cafe\u0301", "caf\u00e9"},
                 {"\ufb01nance", "finance"},
                 {"STRASSE", "strasse"},
                 {"Stra\u00dfe", "strasse"},
                 {"Entwickler\u200bin", "entwicklerin"},
                 {"\u202eevil", "evil"},
                 {"growth\u2014hacking", "growth hacking"},
                 {"\u201csales\u201d \u2022 ops", "sales ops"},
                 {"\U0001F680 startup \U0001F4A5", "startup"},
                 {"\U0001F680\U0001F4A5", ""},
                 {"\u4eba\u5de5\u77e5\u80fd", "\u4eba\u5de5\u77e5\u80fd"},
                 {"\u041c\u0435\u043d\u0435\u0434\u0436\u0435\u0440",
                  "\u043c\u0435\u043d\u0435\u0434\u0436\u0435\u0440"},
                 {"a'\u0301", "\u00e1"},
                 {"!!! ???", ""},
                 {"", ""},
                 {"of the", ""}});
}

TEST(KeywordNormalize, StemsTheAmericanSpelling) {
  const auto words = split_words("organisations labourer counselling franchise", english());
  ASSERT_EQ(words.size(), 4U);
  EXPECT_EQ(words[0].stem, english().stem("organizations"));
  EXPECT_EQ(words[1].stem, english().stem("laborer"));
  EXPECT_EQ(words[2].stem, english().stem("counseling"));
  EXPECT_EQ(words[3].stem, english().stem("franchise"));
  EXPECT_EQ(words[0].text, "organisations");
}

TEST(KeywordNormalize, LooksAtABoundedNumberOfWords) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "w" + std::to_string(i) + " ";
  EXPECT_EQ(split_words(normalize(many, english()), english()).size(), kMaxWords);
}

TEST(KeywordNormalize, KeepsPunctuationInTheDisplayedForm) {
  EXPECT_EQ(display_form("  Vice  President, Sales\t(EMEA) ", english()),
            "vice president, sales (emea)");
}

TEST(KeywordNormalize, KnowsInflectionsAndOrderAsTheSame) {
  const auto key = [](std::string_view text) { return inflection_key(text, english()); };
  EXPECT_EQ(key("sales managers"), key("manager, sales"));
  EXPECT_EQ(key("director of the board"), key("board director"));
  EXPECT_NE(key("sales manager"), key("sales director"));
  EXPECT_NE(key("vp sales"), key("vice president sales"));
}

TEST(KeywordNormalize, RefusesLongKeywordsAndControlCharacters) {
  EXPECT_EQ(test::code_of([] { require_keyword(std::string(255, 'x')); }), "no error");
  EXPECT_EQ(test::code_of([] { require_keyword(std::string(256, 'x')); }), "keyword_rejected");
  std::string umlauts;
  for (int i = 0; i < 255; ++i) umlauts += "\u00fc";
  EXPECT_EQ(test::code_of([&] { require_keyword(umlauts); }), "no error");
  EXPECT_EQ(test::code_of([] { require_keyword("a\tb"); }), "keyword_rejected");
  EXPECT_EQ(test::code_of([] { require_keyword("a\u0085b"); }), "keyword_rejected");
  EXPECT_EQ(test::code_of([] { require_keyword(""); }), "no error");
}

TEST(KeywordNormalize, NamesItsWords) {
  EXPECT_EQ(parse_context("title"), Context::title);
  EXPECT_EQ(test::code_of([] { parse_context("Title"); }), "keyword_rejected");
  for (int i = 0; i < 7; ++i) {
    EXPECT_EQ(find_relation(name_of(static_cast<Relation>(i))), static_cast<Relation>(i));
  }
  EXPECT_FALSE(find_relation("").has_value());
}

}  // namespace
}  // namespace lad::keyword
