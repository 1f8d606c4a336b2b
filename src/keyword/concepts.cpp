#include "keyword/concepts.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "keyword/rarity.hpp"

namespace lad::keyword {

namespace {

constexpr std::size_t kCandidates = 24;
constexpr std::size_t kMembersPerWord = 64;
constexpr std::size_t kBestMembers = 5;
// Strength of the prior of a word's count in a concept (Dirichlet smoothing).
constexpr float kSmoothing = 20;

// Weights of the evidence, fitted to known titles and index entries that were left out.
constexpr float kWordWeight = 0.25F;
constexpr float kNearestWeight = 1.9F;
constexpr float kNeighboursWeight = 0.9F;
constexpr float kCoverageWeight = 0.8F;
constexpr float kHeadWeight = 0.65F;
constexpr float kSizeWeight = 0.4F;
constexpr float kPairWeight = 0.4F;

// An unknown word is taken for the most frequent one that begins with as many of its letters, at
// least so many.
constexpr std::size_t kShortestBeginning = 5;
constexpr std::size_t kRelativesLooked = 64;
constexpr float kRelativeCoverage = 0.5F;

// Terms with many concepts say less about each.
float ambiguity(std::size_t concepts) {
  return std::sqrt(std::sqrt(static_cast<float>(std::max<std::size_t>(concepts, 1))));
}

std::uint32_t find_relative(const LexiconView& lexicon, std::string_view stem) {
  for (std::size_t length = stem.size(); length >= kShortestBeginning; --length) {
    const std::string_view beginning = stem.substr(0, length);
    std::uint32_t best = format::kNone;
    std::size_t looked = 0;
    for (std::uint32_t word = lexicon.lower_word(beginning);
         word < lexicon.word_count() && looked < kRelativesLooked &&
         lexicon.text(lexicon.word(word).stem).starts_with(beginning);
         ++word, ++looked) {
      const std::uint32_t terms = lexicon.word(word).terms;
      if (terms > 0 && (best == format::kNone || terms > lexicon.word(best).terms)) best = word;
    }
    if (best != format::kNone) return best;
  }
  return format::kNone;
}

}  // namespace

ConceptScorer::ConceptScorer(const LexiconView& lexicon, const Query& query, Context context)
    : lexicon_(lexicon), query_(query), context_(context) {
  const std::uint32_t all = lexicon.member_term_count();
  for (std::size_t i = 0; i < query.words.size(); ++i) {
    std::uint32_t word = lexicon.find_word(query.words[i].stem);
    const bool is_known = word != format::kNone && lexicon.word(word).terms > 0;
    if (!is_known) word = find_relative(lexicon, query.words[i].stem);
    sequence_.push_back(word);
    const auto known = std::find_if(words_.begin(), words_.end(), [&](const QueryWord& other) {
      return word != format::kNone && other.word == word;
    });
    if (known != words_.end()) {
      known->is_head = known->is_head || i == query.head;
      continue;
    }
    const std::uint32_t terms = word == format::kNone ? 0 : lexicon.word(word).terms;
    words_.push_back({word, rarity_of(is_known ? terms : 0, all), i == query.head, !is_known});
  }
  for (const QueryWord& word : words_) {
    const auto factor = static_cast<float>(word.is_head ? format::kHeadFactor : 1);
    square_ += word.rarity * word.rarity * factor;
    rarity_ += word.rarity;
  }
}

// Concepts by the evidence of their words alone.
std::vector<std::uint32_t> ConceptScorer::candidates() const {
  std::vector<float> scores(lexicon_.concept_count());
  std::vector<std::uint32_t> touched;
  float known_words = 0;
  for (const QueryWord& word : words_) {
    if (word.word == format::kNone) continue;
    const auto occurrences = static_cast<float>(lexicon_.word(word.word).occurrences);
    if (occurrences == 0) continue;
    ++known_words;
    const float per_count =
        static_cast<float>(lexicon_.occurrence_count()) / (kSmoothing * occurrences);
    for (const format::Posting& at : lexicon_.postings_of(word.word)) {
      float& score = scores[at.concept_number];
      if (score == 0) touched.push_back(at.concept_number);
      score += quick_log(1 + static_cast<float>(lexicon_.members_with(at).size()) * per_count);
    }
  }
  std::erase_if(touched, [&](std::uint32_t number) {
    return !holds_in(lexicon_.concept_at(number).contexts, context_);
  });
  for (const std::uint32_t number : touched) {
    const auto size = static_cast<float>(lexicon_.concept_at(number).word_count);
    scores[number] -= known_words * quick_log(1 + size / kSmoothing);
  }
  const std::size_t count = std::min(touched.size(), kCandidates);
  std::partial_sort(touched.begin(), touched.begin() + static_cast<std::ptrdiff_t>(count),
                    touched.end(), [&](std::uint32_t a, std::uint32_t b) {
                      return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
                    });
  touched.resize(count);
  return touched;
}

const format::Posting* ConceptScorer::posting(std::uint32_t word,
                                              std::uint32_t concept_number) const noexcept {
  if (word == format::kNone) return nullptr;
  const auto postings = lexicon_.postings_of(word);
  const auto at = std::lower_bound(postings.begin(), postings.end(), concept_number,
                                   [](const format::Posting& posting, std::uint32_t number) {
                                     return posting.concept_number < number;
                                   });
  return at != postings.end() && at->concept_number == concept_number ? &*at : nullptr;
}

// Naive Bayes with Dirichlet smoothing, against the lexicon as a whole; also collects what the
// members share with the keyword.
float ConceptScorer::word_evidence(LikelyConcept& out, float& covered, std::uint32_t& heads) {
  const std::uint32_t concept_number = out.number;
  float evidence = 0;
  float known_words = 0;
  for (const QueryWord& word : words_) {
    if (word.word == format::kNone) continue;
    const auto occurrences = static_cast<float>(lexicon_.word(word.word).occurrences);
    if (occurrences == 0) continue;
    ++known_words;
    const format::Posting* at = posting(word.word, concept_number);
    if (at == nullptr) continue;
    const auto members = lexicon_.members_with(*at);
    covered += word.rarity * (word.is_relative ? kRelativeCoverage : 1);
    ++out.covered_words;
    out.support = std::max(out.support, static_cast<std::uint32_t>(members.size()));
    if (word.is_head) {
      heads += at->heads;
      out.has_head = true;
    }
    evidence += quick_log(1 + static_cast<float>(members.size()) *
                                  static_cast<float>(lexicon_.occurrence_count()) /
                                  (kSmoothing * occurrences));
    const auto factor = static_cast<float>(word.is_head ? format::kHeadFactor : 1);
    for (const std::uint32_t member : members.first(std::min(members.size(), kMembersPerWord))) {
      shares_.emplace_back(member, word.rarity * word.rarity * factor);
    }
  }
  const auto size = static_cast<float>(lexicon_.concept_at(concept_number).word_count);
  return evidence - known_words * quick_log(1 + size / kSmoothing);
}

// Cosine of the keyword and the members that share a word with it: the best, and the sum of the
// best few.
void ConceptScorer::add_similarity(LikelyConcept& out) {
  std::sort(shares_.begin(), shares_.end());
  std::array<float, kBestMembers> top{};
  for (std::size_t i = 0; i < shares_.size();) {
    const std::size_t first = i;
    Share share{shares_[i].first, 0};
    for (; i < shares_.size() && shares_[i].first == share.first; ++i) {
      share.second += shares_[i].second;
    }
    if (i - first > 1) count_pairs(share.first, out);
    all_shares_.emplace_back(share.first, share.second / square_);
    const auto square = static_cast<float>(lexicon_.term(share.first).square) / 1024;
    float similarity = share.second / std::sqrt(square_ * std::max(square, 0.01F)) /
                       ambiguity(lexicon_.concepts_of(share.first).size());
    for (float& other : top) {
      if (similarity > other) std::swap(similarity, other);
    }
  }
  out.logit += kNearestWeight * top[0];
  for (const float similarity : top) out.logit += kNeighboursWeight * similarity;
}

void ConceptScorer::count_pairs(std::uint32_t term, LikelyConcept& out) const {
  const auto words = lexicon_.words_of(term);
  for (std::size_t pair = 0; pair < kMaxPairs && pair + 1 < sequence_.size(); ++pair) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      if (words[i] == sequence_[pair] && words[i + 1] == sequence_[pair + 1]) {
        ++out.pairs[pair];
        break;
      }
    }
  }
}

// Which of the candidates has most of the members in which two words stand side by side.
void ConceptScorer::add_pair_evidence(std::vector<LikelyConcept>& ranked) const {
  for (std::size_t pair = 0; pair < kMaxPairs; ++pair) {
    float all = 1;
    for (const LikelyConcept& likely : ranked) all += likely.pairs[pair];
    for (LikelyConcept& likely : ranked) {
      if (likely.pairs[pair] == 0) continue;
      likely.logit += kPairWeight * quick_log(1 + 20 * likely.pairs[pair] / all);
    }
  }
}

LikelyConcept ConceptScorer::score(std::uint32_t concept_number) {
  shares_.clear();
  float covered = 0;
  std::uint32_t heads = 0;
  LikelyConcept out;
  out.number = concept_number;
  out.logit = kWordWeight * word_evidence(out, covered, heads);
  add_similarity(out);
  const auto size = static_cast<float>(lexicon_.members_of(concept_number).size());
  out.coverage = rarity_ == 0 ? 0 : covered / rarity_;
  out.logit += kCoverageWeight * out.coverage +
               kHeadWeight * quick_log(1 + 30 * static_cast<float>(heads) / (size + 3)) +
               kSizeWeight * quick_log(std::max(size, 1.0F));
  return out;
}

std::vector<LikelyConcept> ConceptScorer::rank() {
  std::vector<LikelyConcept> ranked;
  const std::uint32_t known = lexicon_.find_term(query_.normal);
  for (std::uint32_t term = known;
       term < lexicon_.term_count() && lexicon_.term(term).first == known; ++term) {
    for (const std::uint32_t number : lexicon_.concepts_of(term)) {
      const bool is_new = std::none_of(ranked.begin(), ranked.end(),
                                       [&](const auto& other) { return other.number == number; });
      if (is_new && ranked.size() < kCandidates &&
          holds_in(lexicon_.concept_at(number).contexts, context_)) {
        ranked.push_back(score(number));
        ranked.back().coverage = 1;
        ranked.back().has_head = true;
      }
    }
  }
  if (ranked.empty()) {
    for (const std::uint32_t number : candidates()) ranked.push_back(score(number));
  }
  add_pair_evidence(ranked);
  std::sort(ranked.begin(), ranked.end(), [](const LikelyConcept& a, const LikelyConcept& b) {
    return a.logit != b.logit ? a.logit > b.logit : a.number < b.number;
  });
  float sum = 0;
  for (LikelyConcept& likely : ranked) {
    likely.probability = std::exp(likely.logit - ranked.front().logit);
    sum += likely.probability;
  }
  for (LikelyConcept& likely : ranked) likely.probability /= sum;
  std::sort(all_shares_.begin(), all_shares_.end());
  return ranked;
}

float ConceptScorer::overlap(std::uint32_t term) const noexcept {
  const auto at = std::lower_bound(all_shares_.begin(), all_shares_.end(), Share{term, 0});
  return at != all_shares_.end() && at->first == term ? at->second : 0;
}

}  // namespace lad::keyword
