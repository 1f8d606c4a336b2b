#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "keyword/engine.hpp"

namespace lad::keyword {

/// A term that may become a suggestion. Texts belong to a lexicon, the query or a tenant's terms.
struct Candidate {
  std::string_view term;
  std::uint64_t inflection_key = 0;
  float score = 0;
  Relation relation = Relation::synonym;
  Source source = Source::curated;
  std::string_view via = {};           ///< what stood between, if anything
  std::string_view concept_name = {};  ///< of a linked term
  std::string_view concept_code = {};
};

/// Collects candidates and keeps the best.
class Candidates {
 public:
  /// More than this many are never looked at.
  static constexpr std::size_t kMost = 512;

  explicit Candidates(std::uint64_t own_key) : own_key_(own_key) {}

  /// Takes a candidate, unless it is the keyword itself, inflected or in another order.
  void add(const Candidate& candidate) {
    if (candidate.inflection_key == own_key_) return;
    if (all_.size() < kMost) all_.push_back(candidate);
  }
  std::size_t size() const noexcept { return all_.size(); }

  /// The best, each once.
  std::vector<Suggestion> best(const Query& query, std::size_t max_terms);

 private:
  std::uint64_t own_key_;
  std::vector<Candidate> all_;
};

}  // namespace lad::keyword
