#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <random>

#include "crypto/crypto.hpp"
#include "expect_error.hpp"
#include "keyword/builder.hpp"
#include "keyword/lexicon.hpp"
#include "keyword/rarity.hpp"
#include "support/keyword_language.hpp"

namespace lad::keyword {
namespace {

using test::english;
using Bytes = std::vector<std::byte>;

Entry edge(std::string term, std::string expansion, Relation relation = Relation::synonym,
           float weight = 1) {
  Entry entry;
  entry.term = std::move(term);
  entry.expansion = std::move(expansion);
  entry.relation = relation;
  entry.weight = weight;
  entry.source = Source::curated;
  return entry;
}

Entry member(std::string term, std::string code) {
  Entry entry;
  entry.term = std::move(term);
  entry.concept_code = std::move(code);
  entry.contexts = mask_of(Context::title);
  entry.source = Source::onet;
  return entry;
}

std::vector<Entry> sample() {
  return {edge("CTO", "chief technology officer", Relation::abbreviation, 0.9F),
          edge("chief technology officer", "CTO", Relation::abbreviation, 0.9F),
          edge("VP Sales", "Vice President of Sales", Relation::spelling),
          edge("saas", "software as a service", Relation::abbreviation, 0.8F),
          edge("CTO", "head of engineering", Relation::related, 0.5F),
          member("Software Engineer", "15-1252.00"),
          member("Senior Software Engineer", "15-1252.00"),
          member("Application Developer", "15-1252.00"),
          member("Sales Engineer", "41-9031.00"),
          member("Software Engineer", "41-9031.00")};
}

Bytes build(const std::vector<Entry>& entries) {
  LexiconBuilder builder(english());
  for (const Entry& entry : entries) EXPECT_TRUE(builder.add(entry)) << entry.term;
  builder.name_concept("15-1252.00", Source::onet, "Software Developers");
  return builder.build();
}

// What the writer would have written, had it been wrong: the checksum is right again.
void sign(Bytes& bytes) {
  constexpr std::size_t kAfter = offsetof(format::Header, places);
  const auto digest = crypto::sha256(
      {reinterpret_cast<const std::uint8_t*>(bytes.data()) + kAfter, bytes.size() - kAfter});
  std::memcpy(bytes.data() + offsetof(format::Header, sha256), digest.data(), digest.size());
}

template <typename Record>
Record* records(Bytes& bytes, format::Part part) {
  const auto& header = *reinterpret_cast<const format::Header*>(bytes.data());
  return reinterpret_cast<Record*>(bytes.data() +
                                   header.places[static_cast<std::size_t>(part)].offset);
}

std::string verdict(const Bytes& bytes) {
  return test::code_of([&] { verify_lexicon(bytes); });
}

TEST(KeywordLexicon, FindsTermsAndWhatBelongsToThem) {
  const Bytes bytes = build(sample());
  verify_lexicon(bytes);
  const LexiconView view(bytes);
  const std::uint32_t cto = view.find_term("cto");
  ASSERT_NE(cto, format::kNone);
  const auto edges = view.edges_of(cto);
  ASSERT_EQ(edges.size(), 2U);
  EXPECT_EQ(view.text(view.term(edges[0].target).display), "chief technology officer");
  EXPECT_EQ(view.text(view.term(edges[1].target).display), "head of engineering");
  EXPECT_NEAR(edges[0].weight / 65535.0, 0.9, 1e-4);

  const std::uint32_t engineer = view.find_term("software engineer");
  ASSERT_NE(engineer, format::kNone);
  EXPECT_EQ(view.concepts_of(engineer).size(), 2U);
  EXPECT_EQ(view.words_of(engineer).size(), 2U);
  const auto& developers = view.concept_at(view.concepts_of(engineer)[0]);
  EXPECT_EQ(view.text(developers.code), "15-1252.00");
  EXPECT_EQ(view.text(developers.name), "software developers");
  EXPECT_EQ(view.members_of(0).size(), 3U);

  EXPECT_EQ(view.find_term("nobody"), format::kNone);
  EXPECT_EQ(view.find_term(""), format::kNone);
  EXPECT_EQ(view.find_word("nobodi"), format::kNone);
}

TEST(KeywordLexicon, KeepsTextsOfOneNormalFormTogether) {
  const Bytes bytes = build(sample());
  const LexiconView view(bytes);
  const std::uint32_t vp = view.find_term("vp sales");
  ASSERT_NE(vp, format::kNone);
  EXPECT_EQ(view.text(view.term(vp).display), "vice president of sales");
  EXPECT_EQ(view.text(view.term(vp + 1).display), "vp sales");
  EXPECT_EQ(view.term(vp + 1).first, vp);
  EXPECT_EQ(view.edges_of(vp).size(), 1U);
}

TEST(KeywordLexicon, CountsWordsByConcept) {
  const Bytes bytes = build(sample());
  const LexiconView view(bytes);
  const std::uint32_t word = view.find_word(english().stem("engineer"));
  ASSERT_NE(word, format::kNone);
  EXPECT_EQ(view.word(word).terms, 3U);
  const auto postings = view.postings_of(word);
  ASSERT_EQ(postings.size(), 2U);
  EXPECT_EQ(view.members_with(postings[0]).size(), 2U);
  EXPECT_EQ(postings[0].heads, 2U);
  EXPECT_EQ(view.member_term_count(), 4U);
}

TEST(KeywordLexicon, DependsOnTheEntriesAlone) {
  std::vector<Entry> entries = sample();
  const Bytes first = build(entries);
  std::mt19937 random(7);
  for (int i = 0; i < 20; ++i) {
    std::shuffle(entries.begin(), entries.end(), random);
    EXPECT_EQ(build(entries), first);
  }
  entries.push_back(entries[0]);
  EXPECT_EQ(build(entries), first);
  entries.push_back(edge("cto", "chief information officer"));
  EXPECT_NE(build(entries), first);
}

TEST(KeywordLexicon, KeepsTheGreaterWeightAndAllContextsOfARepeatedEdge) {
  Entry a = edge("ceo", "chief executive officer", Relation::synonym, 0.4F);
  a.contexts = mask_of(Context::title);
  Entry b = a;
  b.weight = 0.7F;
  b.contexts = mask_of(Context::industry);
  const Bytes bytes = build({a, b});
  const LexiconView view(bytes);
  const auto edges = view.edges_of(view.find_term("ceo"));
  ASSERT_EQ(edges.size(), 1U);
  EXPECT_NEAR(edges[0].weight / 65535.0, 0.7, 1e-4);
  EXPECT_EQ(edges[0].source_and_contexts & 0xF,
            mask_of(Context::title) | mask_of(Context::industry));
}

TEST(KeywordLexicon, TakesNoEntryThatSaysNothing) {
  LexiconBuilder builder(english());
  const Bytes empty = builder.build();
  verify_lexicon(empty);
  EXPECT_EQ(LexiconView(empty).find_term("x"), format::kNone);
  EXPECT_FALSE(builder.add(edge("", "x")));
  EXPECT_FALSE(builder.add(edge("!!", "x")));
  EXPECT_FALSE(builder.add(edge("x", "\U0001F680")));
  EXPECT_FALSE(builder.add(edge("x", "X")));
  EXPECT_FALSE(builder.add(edge("x", std::string(256, 'y'))));
  EXPECT_FALSE(builder.add(edge("x", "y", Relation::synonym, 0)));
  EXPECT_FALSE(builder.add(edge("x", "y", Relation::synonym, 1.5F)));
  EXPECT_FALSE(builder.add(edge("x", "y", Relation::synonym, NAN)));
  EXPECT_FALSE(builder.add(member("x", "")));
  EXPECT_EQ(builder.build(), empty);
}

TEST(KeywordLexicon, IsRefusedWhenCutOff) {
  const Bytes whole = build(sample());
  for (std::size_t size = 0; size < whole.size(); size += size < 1000 ? 1 : 97) {
    const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    ASSERT_EQ(verdict(part), "lexicon_invalid") << size;
  }
  Bytes longer = whole;
  longer.resize(whole.size() + 8);
  EXPECT_EQ(verdict(longer), "lexicon_invalid");
}

TEST(KeywordLexicon, IsRefusedWhenAnyByteIsChanged) {
  const Bytes whole = build(sample());
  Bytes bytes = whole;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] ^= std::byte{0x40};
    ASSERT_EQ(verdict(bytes), "lexicon_invalid") << i;
    bytes[i] = whole[i];
  }
  EXPECT_EQ(verdict(bytes), "no error");
}

// Each kind of record once, wrong under a right checksum: a reader would leave the lexicon.
TEST(KeywordLexicon, IsRefusedWhenARecordPointsOutOfIt) {
  using enum format::Part;
  const Bytes whole = build(sample());
  const std::vector<std::pair<const char*, std::function<void(Bytes&)>>> wrongs = {
      {"text", [](Bytes& b) { records<format::Term>(b, terms)->display.offset = 1U << 30U; }},
      {"text length", [](Bytes& b) { records<format::Term>(b, terms)->normal.length = 1U << 30U; }},
      {"utf8", [](Bytes& b) { *records<char>(b, strings) = '\xFF'; }},
      {"group", [](Bytes& b) { records<format::Term>(b, terms)->first = 3; }},
      {"edges", [](Bytes& b) { records<format::Term>(b, terms)[1].edges = 1U << 30U; }},
      {"words", [](Bytes& b) { records<format::Term>(b, terms)[1].words = 1U << 30U; }},
      {"concepts", [](Bytes& b) { records<format::Term>(b, terms)[1].concepts = 1U << 30U; }},
      {"head", [](Bytes& b) { records<format::Term>(b, terms)->head = 1U << 30U; }},
      {"slot", [](Bytes& b) { records<format::Slot>(b, term_slots)->number = 1U << 30U; }},
      {"edge", [](Bytes& b) { records<format::Edge>(b, edges)->target = 1U << 30U; }},
      {"relation", [](Bytes& b) { records<format::Edge>(b, edges)->relation = 7; }},
      {"source", [](Bytes& b) { records<format::Edge>(b, edges)->source_and_contexts = 0xF1; }},
      {"term word", [](Bytes& b) { *records<std::uint32_t>(b, term_words) = 1U << 30U; }},
      {"term concept", [](Bytes& b) { *records<std::uint32_t>(b, term_concepts) = 1U << 30U; }},
      {"member", [](Bytes& b) { *records<std::uint32_t>(b, members) = 1U << 30U; }},
      {"code", [](Bytes& b) { records<format::Concept>(b, concepts)->code.offset = 1U << 30U; }},
      {"members", [](Bytes& b) { records<format::Concept>(b, concepts)->members = 1; }},
      {"stem", [](Bytes& b) { records<format::WordRecord>(b, words)->stem.offset = 1U << 30U; }},
      {"postings", [](Bytes& b) { records<format::WordRecord>(b, words)->postings = 1; }},
      {"word slot", [](Bytes& b) { records<format::Slot>(b, word_slots)->number = 1U << 30U; }},
      {"posting", [](Bytes& b) { records<format::Posting>(b, postings)->concept_number = 99; }},
      {"posting terms", [](Bytes& b) { records<format::Posting>(b, postings)->terms = 1U << 30U; }},
      {"posting term", [](Bytes& b) { *records<std::uint32_t>(b, posting_terms) = 1U << 30U; }},
      {"spelling", [](Bytes& b) { records<format::Spelling>(b, spellings)->word = 1U << 30U; }},
      {"deletion", [](Bytes& b) { records<format::Key>(b, deletions)->number = 1U << 30U; }},
      {"order", [](Bytes& b) { records<format::Key>(b, deletions)->hash = ~0U; }},
      {"initials", [](Bytes& b) { records<format::Key>(b, initials)->number = 1U << 30U; }},
      {"place",
       [](Bytes& b) { reinterpret_cast<format::Header*>(b.data())->places[3].offset += 4; }},
      {"count",
       [](Bytes& b) { reinterpret_cast<format::Header*>(b.data())->places[1].count = ~0ULL; }},
  };
  for (const auto& [what, spoil] : wrongs) {
    Bytes bytes = whole;
    spoil(bytes);
    sign(bytes);
    EXPECT_EQ(verdict(bytes), "lexicon_invalid") << what;
  }
  Bytes full = whole;
  const auto& header = *reinterpret_cast<const format::Header*>(full.data());
  for (std::size_t i = 0; i < header.places[static_cast<std::size_t>(term_slots)].count; ++i) {
    records<format::Slot>(full, term_slots)[i].number = 1;
  }
  sign(full);
  EXPECT_EQ(verdict(full), "lexicon_invalid") << "a probe of a full hash would not end";
}

TEST(KeywordLexicon, TellsItsFacts) {
  const Bytes bytes = build(sample());
  const LexiconFacts facts = read_facts(bytes);
  EXPECT_EQ(facts.bytes, bytes.size());
  EXPECT_EQ(facts.edges, 5U);
  EXPECT_EQ(facts.concepts, 2U);
  EXPECT_EQ(facts.members, 5U);
  EXPECT_EQ(facts.terms, 11U);
}

TEST(KeywordLexicon, TakesLogarithmsQuickly) {
  for (float x = 1e-3F; x < 1e6F; x *= 1.07F) EXPECT_NEAR(quick_log(x), std::log(x), 4e-6) << x;
}

}  // namespace
}  // namespace lad::keyword
