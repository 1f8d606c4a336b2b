#include <gtest/gtest.h>

#include <algorithm>

#include "expect_error.hpp"
#include "keyword/builder.hpp"
#include "keyword/engine.hpp"
#include "support/keyword_language.hpp"

namespace lad::keyword {
namespace {

using test::english;

struct Lexicon {
  LexiconBuilder builder{english()};
  std::vector<std::byte> bytes;

  Lexicon& edge(std::string term, std::string expansion, Relation relation = Relation::synonym,
                float weight = 0.9F, Source source = Source::curated,
                Context context = Context::general) {
    EXPECT_TRUE(builder.add(Entry{.term = std::move(term),
                                  .expansion = std::move(expansion),
                                  .relation = relation,
                                  .weight = weight,
                                  .contexts = mask_of(context),
                                  .source = source}));
    return *this;
  }
  Lexicon& members(const std::string& code, std::initializer_list<const char*> terms,
                   Source source = Source::onet, Context context = Context::title) {
    for (const char* term : terms) {
      EXPECT_TRUE(builder.add(Entry{
          .term = term, .concept_code = code, .contexts = mask_of(context), .source = source}));
    }
    return *this;
  }
  LexiconView view() {
    bytes = builder.build();
    verify_lexicon(bytes);
    return LexiconView(bytes);
  }
};

using Terms = std::vector<std::string>;

Terms terms_of(const std::vector<Suggestion>& found) {
  Terms out;
  for (const Suggestion& s : found) out.push_back(s.term);
  return out;
}

bool has(const std::vector<Suggestion>& found, std::string_view term) {
  return std::any_of(found.begin(), found.end(), [&](const auto& s) { return s.term == term; });
}

Lexicon occupations() {
  Lexicon lexicon;
  lexicon
      .members("15-1252.00", {"Software Engineer", "Application Developer", "Software Developer",
                              "Senior Java Developer", "Web Application Developer"})
      .members("11-2022.00", {"Sales Manager", "Regional Sales Manager", "District Sales Manager",
                              "Director of Sales"})
      .members("41-9031.00", {"Sales Engineer", "Technical Sales Engineer"})
      .members("51-4051.00", {"Iron Founder", "Furnace Operator", "Cupola Tender"})
      .members("19-1042.00", {"Certified Nursing Assistant", "Nurse Aide"});
  lexicon.builder.name_concept("15-1252.00", Source::onet, "Software Developers");
  return lexicon;
}

std::vector<Suggestion> ask(LexiconView view, std::string_view text,
                            Context context = Context::title, int max_terms = 10) {
  return expand({&view, 1}, read_query(text, english()), context, max_terms);
}

TEST(KeywordEngine, FollowsEdgesOneWay) {
  Lexicon lexicon;
  const auto view = lexicon.edge("CTO", "chief technology officer", Relation::abbreviation)
                        .edge("cto", "head of engineering", Relation::related, 0.5F)
                        .view();
  const auto found = ask(view, "C.T.O.");
  EXPECT_EQ(terms_of(found), (Terms{"chief technology officer", "head of engineering"}));
  EXPECT_EQ(found[0].relation, Relation::abbreviation);
  EXPECT_EQ(found[0].source, Source::curated);
  EXPECT_EQ(found[0].path, "c.t.o. > chief technology officer");
  EXPECT_DOUBLE_EQ(found[0].score, 0.9);
  EXPECT_TRUE(ask(view, "head of engineering").empty());
}

TEST(KeywordEngine, GivesOtherTextsOfTheNormalForm) {
  Lexicon lexicon;
  const auto view =
      lexicon.edge("vice president of sales", "sales lead", Relation::related, 0.4F).view();
  EXPECT_EQ(terms_of(ask(view, "VP Sales")), (Terms{"vice president of sales", "sales lead"}));
}

TEST(KeywordEngine, FollowsASecondEdgeOfOtherNames) {
  Lexicon lexicon;
  const auto view = lexicon.edge("sdr", "sales development representative", Relation::abbreviation)
                        .edge("sales development representative", "lead generation specialist")
                        .edge("lead generation specialist", "appointment setter")
                        .view();
  const auto found = ask(view, "SDR");
  EXPECT_EQ(terms_of(found),
            (Terms{"sales development representative", "lead generation specialist"}));
  EXPECT_EQ(found[1].path, "sdr > sales development representative > lead generation specialist");
}

TEST(KeywordEngine, KeepsToTheContext) {
  Lexicon lexicon;
  const auto view = lexicon
                        .edge("seo", "search engine optimization", Relation::abbreviation, 0.9F,
                              Source::curated, Context::technology)
                        .edge("seo", "senior executive officer", Relation::abbreviation, 0.6F,
                              Source::curated, Context::title)
                        .view();
  EXPECT_EQ(terms_of(ask(view, "seo", Context::title)), Terms{"senior executive officer"});
  EXPECT_EQ(terms_of(ask(view, "seo", Context::technology)), Terms{"search engine optimization"});
  EXPECT_EQ(ask(view, "seo", Context::general).size(), 2U);
  EXPECT_TRUE(ask(view, "seo", Context::industry).empty());
}

TEST(KeywordEngine, LinksUnknownTitlesByTheirWords) {
  Lexicon lexicon = occupations();
  const auto view = lexicon.view();
  const auto found = ask(view, "Java Application Engineer");
  EXPECT_TRUE(has(found, "software developer"));
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].relation, Relation::sibling);
  EXPECT_NE(found[0].path.find("software developers (15-1252.00)"), std::string::npos);
  EXPECT_TRUE(ask(view, "java application engineer", Context::industry).empty());
}

TEST(KeywordEngine, AbstainsWhenUnsure) {
  Lexicon lexicon = occupations();
  const auto view = lexicon.view();
  for (const char* text : {"qwrtz", "blorpt vintle", "\U0001F680", "", "of the", "zebra founder"}) {
    EXPECT_TRUE(ask(view, text).empty()) << text;
  }
}

TEST(KeywordEngine, LinksNoWordThatMeansSomethingElsewhere) {
  Lexicon occupation = occupations();
  Lexicon curated;
  curated.edge("saas", "software as a service", Relation::abbreviation)
      .edge("founder", "co-founder");
  const LexiconView views[] = {curated.view(), occupation.view()};
  const auto found = expand(views, read_query("saas founder", english()), Context::title, 10);
  EXPECT_FALSE(has(found, "iron founder"));
  EXPECT_TRUE(has(found, "saas co-founder"));
  EXPECT_TRUE(has(found, "software as a service founder"));
}

TEST(KeywordEngine, TellsNothingOfAGenericWord) {
  Lexicon lexicon;
  for (int i = 0; i < 40; ++i) {
    const std::string name = "Topic" + std::to_string(i) + "x Manager";
    lexicon.members("11-00" + std::to_string(i), {"Manager", name.c_str()});
  }
  const auto view = lexicon.view();
  EXPECT_TRUE(ask(view, "manager").empty());
  EXPECT_FALSE(has(ask(view, "topic7x manager department"), "manager"));
}

TEST(KeywordEngine, KnowsInitialsAndMisspeltWords) {
  Lexicon lexicon = occupations();
  const auto view = lexicon.view();
  const auto initials = ask(view, "CNA");
  ASSERT_TRUE(has(initials, "certified nursing assistant"));
  EXPECT_EQ(initials[0].relation, Relation::abbreviation);
  EXPECT_TRUE(ask(view, "CNX").empty());
  const auto meant = ask(view, "aplication developper");
  EXPECT_TRUE(has(meant, "application developer"));
  EXPECT_EQ(meant[0].relation, Relation::spelling);
}

TEST(KeywordEngine, AsksWordnetLastAndNotAboutShortForms) {
  Lexicon lexicon;
  const auto view = lexicon.edge("AI", "three-toed sloth", Relation::synonym, 0.3F, Source::wordnet)
                        .edge("lawyer", "attorney", Relation::synonym, 0.3F, Source::wordnet)
                        .edge("dentist", "tooth doctor", Relation::synonym, 0.3F, Source::wordnet)
                        .edge("dentist", "dental surgeon")
                        .view();
  EXPECT_TRUE(ask(view, "AI", Context::general).empty());
  EXPECT_EQ(terms_of(ask(view, "lawyer", Context::general)), Terms{"attorney"});
  EXPECT_EQ(terms_of(ask(view, "dentist", Context::general)), Terms{"dental surgeon"});
  EXPECT_TRUE(ask(view, "lawyer", Context::title).empty());
}

TEST(KeywordEngine, MergesTheTenantsTerms) {
  Lexicon lexicon;
  const auto view = lexicon.edge("cto", "chief technology officer").view();
  const TenantTerm terms[] = {
      {.expansion = "Tech Boss", .weight = 1},
      {.expansion = "chief technology officers", .relation = Relation::related, .weight = 0.2F},
      {.expansion = "shop", .contexts = mask_of(Context::industry)}};
  const auto found = expand({&view, 1}, read_query("CTO", english()), Context::title, 10, terms);
  EXPECT_EQ(terms_of(found), (Terms{"tech boss", "chief technology officer"}));
  EXPECT_EQ(found[0].source, Source::tenant);
  EXPECT_EQ(terms_of(expand({}, read_query("CTO", english()), Context::title, 10, terms)).size(),
            2U);
}

TEST(KeywordEngine, EndsInHubsAndCycles) {
  Lexicon lexicon;
  for (int i = 0; i < 3000; ++i) {
    const std::string other = "other" + std::to_string(i);
    lexicon.edge("hub", other)
        .edge(other, "hub")
        .edge(other, "other" + std::to_string(i / 2 + 3000));
  }
  const auto view = lexicon.view();
  const auto found = ask(view, "hub", Context::general, kMaxTerms);
  EXPECT_GE(found.size(), 30U);
  EXPECT_FALSE(has(found, "hub"));
}

TEST(KeywordEngine, GivesTheSameToTheByteAndEachTermOnce) {
  Lexicon lexicon = occupations();
  lexicon.edge("sales manager", "sales managers").edge("sales manager", "manager of sales");
  const auto view = lexicon.view();
  const auto print = [&] {
    std::string out;
    for (const Suggestion& s : ask(view, "sales manager")) {
      out += s.term + std::to_string(s.score) + s.path;
    }
    return out;
  };
  const std::string first = print();
  EXPECT_FALSE(first.empty());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(print(), first);
  const auto found = ask(view, "sales manager");
  EXPECT_FALSE(has(found, "sales managers"));
  EXPECT_FALSE(has(found, "manager of sales"));
  for (std::size_t i = 1; i < found.size(); ++i) EXPECT_LE(found[i].score, found[i - 1].score);
  ASSERT_EQ(ask(view, "sales manager", Context::title, 1).size(), 1U);
  EXPECT_EQ(found[0].term, ask(view, "sales manager", Context::title, 1)[0].term);
}

TEST(KeywordEngine, RefusesAnUnreasonableNumberOfTerms) {
  for (const int count : {0, -1, 101}) {
    EXPECT_EQ(test::code_of([&] { expand({}, Query{}, Context::title, count); }),
              "invalid_argument");
  }
}

}  // namespace
}  // namespace lad::keyword
