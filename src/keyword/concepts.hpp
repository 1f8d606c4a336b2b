#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "keyword/entry.hpp"
#include "keyword/lexicon.hpp"
#include "keyword/normalize.hpp"

namespace lad::keyword {

/// A different word of a keyword, as a lexicon sees it.
struct QueryWord {
  std::uint32_t word;  ///< or kNone
  float rarity;
  bool is_head;
  bool is_relative;  ///< the keyword's own word is unknown, this one begins like it
};

/// Neighbouring words of a keyword that are looked for as a pair.
inline constexpr std::size_t kMaxPairs = 6;

/// A concept and how likely a keyword speaks of it.
struct LikelyConcept {
  std::uint32_t number = 0;
  float logit = 0;
  float probability = 0;
  float coverage = 0;     ///< share of the keyword's words that its members use, by rarity
  bool has_head = false;  ///< whether they use its head noun
  std::uint32_t covered_words = 0;               ///< words of the keyword that they use
  std::uint32_t support = 0;                     ///< members with the most frequent of them
  std::array<std::uint16_t, kMaxPairs> pairs{};  ///< members with each pair of neighbouring words
};

/// Weighs the concepts of a lexicon against the words of one keyword.
class ConceptScorer {
 public:
  ConceptScorer(const LexiconView& lexicon, const Query& query, Context context);

  /// The likeliest concepts, best first, with probabilities that sum up to 1.
  std::vector<LikelyConcept> rank();

  std::span<const QueryWord> words() const noexcept { return words_; }
  /// How much of the keyword's words a member shares, from 0 to 1; known for members of the ranked
  /// concepts.
  float overlap(std::uint32_t term) const noexcept;

 private:
  using Share = std::pair<std::uint32_t, float>;  // member, weight of what it shares

  std::vector<std::uint32_t> candidates() const;
  const format::Posting* posting(std::uint32_t word, std::uint32_t concept_number) const noexcept;
  LikelyConcept score(std::uint32_t concept_number);
  float word_evidence(LikelyConcept& out, float& covered, std::uint32_t& heads);
  void add_similarity(LikelyConcept& out);
  void count_pairs(std::uint32_t term, LikelyConcept& out) const;
  void add_pair_evidence(std::vector<LikelyConcept>& ranked) const;

  const LexiconView& lexicon_;
  const Query& query_;
  Context context_;
  std::vector<QueryWord> words_;
  std::vector<std::uint32_t> sequence_;  // the words in their order, repeated ones too
  float square_ = 0;                     // of the keyword's vector
  float rarity_ = 0;                     // sum over its words
  std::vector<Share> shares_;
  std::vector<Share> all_shares_;
};

}  // namespace lad::keyword
