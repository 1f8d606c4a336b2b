#include "keyword/link.hpp"

#include <algorithm>

#include "keyword/concepts.hpp"

namespace lad::keyword {

namespace {

// A concept must use this share of the keyword's words, by rarity, or the keyword speaks of
// something else. More of it when the head noun is not among them; and where both occupations and
// industries are searched, or a word means something elsewhere.
constexpr float kLeastCoverage = 0.20F;
constexpr float kLeastCoverageWithoutHead = 0.35F;
constexpr float kLeastStrictCoverage = 0.60F;
// One word in common says something only when this many members have it, or nothing else is asked:
// an iron founder is no relative of a saas founder.
constexpr float kAlmostAll = 0.75F;
constexpr std::uint32_t kLeastSupport = 2;
// One word that so many concepts use tells nothing.
constexpr std::size_t kGenericConcepts = 30;

constexpr std::size_t kConceptsLooked = 8;
constexpr float kLeastProbability = 0.02F;
constexpr std::size_t kMembersLooked = 200;
constexpr std::size_t kTermsKept = 200;
constexpr float kOverlapWeight = 0.05F;
// A concept that no chosen term has yet attracts the next one: it is better to be right once more
// than three times for the same reason.
constexpr float kSpread = 2;
constexpr float kSpreadLeft = 0.3F;

bool is_generic_word(const LexiconView& lexicon, std::uint32_t word) noexcept {
  return lexicon.postings_of(word).size() > kGenericConcepts;
}

// A word that the concepts' terms lack and another lexicon has.
bool has_foreign_word(std::span<const LexiconView> lexicons, const LexiconView& lexicon,
                      const Query& query) {
  const auto is_foreign = [&](const Word& word) {
    const std::uint32_t own = lexicon.find_word(word.stem);
    if (own != format::kNone && lexicon.word(own).terms > 0) return false;
    return std::any_of(lexicons.begin(), lexicons.end(), [&](const LexiconView& other) {
      return &other != &lexicon && other.find_word(word.stem) != format::kNone;
    });
  };
  return std::any_of(query.words.begin(), query.words.end(), is_foreign);
}

bool is_telling(const LexiconView& lexicon, const ConceptScorer& scorer, const LikelyConcept& best,
                bool is_strict) {
  const auto words = scorer.words();
  if (words.size() == 1 && words[0].word != format::kNone &&
      is_generic_word(lexicon, words[0].word)) {
    return false;
  }
  if (best.coverage < kAlmostAll && best.covered_words < 2 && best.support < kLeastSupport) {
    return false;
  }
  if (is_strict) return best.coverage >= kLeastStrictCoverage;
  return best.coverage >= (best.has_head ? kLeastCoverage : kLeastCoverageWithoutHead);
}

struct Choice {
  std::uint32_t term;
  std::uint32_t concept_number;
  float relevance;
  float base;
};

class Chooser {
 public:
  Chooser(const LexiconView& lexicon, const std::vector<LikelyConcept>& ranked)
      : lexicon_(lexicon), open_(lexicon.concept_count()), probability_(lexicon.concept_count()) {
    for (const LikelyConcept& likely : ranked) {
      probability_[likely.number] = likely.probability;
      open_[likely.number] = likely.probability;
    }
  }

  void collect(const std::vector<LikelyConcept>& ranked, const ConceptScorer& scorer,
               const Query& query) {
    for (const LikelyConcept& likely :
         std::span(ranked).first(std::min(ranked.size(), kConceptsLooked))) {
      if (likely.probability < kLeastProbability) break;
      const auto members = lexicon_.members_of(likely.number);
      for (const std::uint32_t term : members.first(std::min(members.size(), kMembersLooked))) {
        add(term, likely.number, scorer, query);
      }
    }
    const std::size_t kept = std::min(choices_.size(), kTermsKept);
    std::partial_sort(choices_.begin(), choices_.begin() + static_cast<std::ptrdiff_t>(kept),
                      choices_.end(), [](const Choice& a, const Choice& b) {
                        return a.base != b.base ? a.base > b.base : a.term < b.term;
                      });
    choices_.resize(kept);
  }

  std::vector<LinkedTerm> choose(std::size_t max_terms) {
    std::vector<LinkedTerm> out;
    std::vector<std::uint64_t> keys;
    while (out.size() < max_terms && !choices_.empty()) {
      const auto best =
          std::max_element(choices_.begin(), choices_.end(), [&](const Choice& a, const Choice& b) {
            const float x = attraction(a);
            const float y = attraction(b);
            return x != y ? x < y : a.term > b.term;
          });
      const Choice chosen = *best;
      choices_.erase(best);
      const std::uint64_t key = lexicon_.term(chosen.term).inflection_key;
      if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
      keys.push_back(key);
      out.push_back({chosen.term, chosen.concept_number, chosen.relevance});
      for (const std::uint32_t number : lexicon_.concepts_of(chosen.term)) {
        open_[number] *= kSpreadLeft;
      }
    }
    return out;
  }

 private:
  // A term of several concepts comes up in the likeliest of them.
  void add(std::uint32_t term, std::uint32_t concept_number, const ConceptScorer& scorer,
           const Query& query) {
    float relevance = 0;
    for (const std::uint32_t number : lexicon_.concepts_of(term)) {
      const float probability = probability_[number];
      if (probability > probability_[concept_number] ||
          (probability == probability_[concept_number] && number < concept_number)) {
        return;
      }
      relevance += probability;
    }
    if (lexicon_.term(term).inflection_key == query.inflection_key || is_generic(lexicon_, term)) {
      return;
    }
    const float base = relevance + kOverlapWeight * scorer.overlap(term);
    choices_.push_back({term, concept_number, relevance, base});
  }

  float attraction(const Choice& choice) const {
    float open = 0;
    for (const std::uint32_t number : lexicon_.concepts_of(choice.term)) open += open_[number];
    return choice.base + kSpread * open;
  }

  const LexiconView& lexicon_;
  std::vector<float> open_;
  std::vector<float> probability_;
  std::vector<Choice> choices_;
};

}  // namespace

bool is_generic(const LexiconView& lexicon, std::uint32_t term) noexcept {
  const auto words = lexicon.words_of(term);
  return words.size() == 1 && is_generic_word(lexicon, words[0]);
}

std::vector<LinkedTerm> link(std::span<const LexiconView> lexicons, const LexiconView& lexicon,
                             const Query& query, Context context, std::size_t max_terms) {
  if (lexicon.concept_count() == 0 || query.words.empty()) return {};
  ConceptScorer scorer(lexicon, query, context);
  const std::vector<LikelyConcept> ranked = scorer.rank();
  if (ranked.empty()) return {};
  const bool is_strict = context == Context::general || has_foreign_word(lexicons, lexicon, query);
  if (!is_telling(lexicon, scorer, ranked.front(), is_strict)) return {};
  Chooser chooser(lexicon, ranked);
  chooser.collect(ranked, scorer, query);
  return chooser.choose(max_terms);
}

}  // namespace lad::keyword
