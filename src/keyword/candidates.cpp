#include "keyword/candidates.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace lad::keyword {

namespace {

// Scores are shown with three decimals, and what is shown decides the order.
int thousandths(float score) {
  return std::clamp(static_cast<int>(std::lround(score * 1000)), 1, 1000);
}

std::string path_of(const Candidate& candidate, const Query& query) {
  std::string path = query.display;
  const auto step = [&](std::string_view text) { path.append(" > ").append(text); };
  if (!candidate.via.empty()) step(candidate.via);
  if (!candidate.concept_name.empty()) {
    step(candidate.concept_name);
    path.append(" (").append(candidate.concept_code).append(")");
  }
  step(candidate.term);
  return path;
}

}  // namespace

std::vector<Suggestion> Candidates::best(const Query& query, std::size_t max_terms) {
  std::sort(all_.begin(), all_.end(), [](const Candidate& a, const Candidate& b) {
    return std::tuple(-thousandths(a.score), a.source, a.relation, a.term, a.via, a.concept_code) <
           std::tuple(-thousandths(b.score), b.source, b.relation, b.term, b.via, b.concept_code);
  });
  std::vector<Suggestion> out;
  std::vector<std::uint64_t> keys;
  for (const Candidate& candidate : all_) {
    if (out.size() == max_terms) break;
    if (std::find(keys.begin(), keys.end(), candidate.inflection_key) != keys.end()) continue;
    keys.push_back(candidate.inflection_key);
    out.push_back({std::string(candidate.term), thousandths(candidate.score) / 1000.0,
                   candidate.relation, candidate.source, path_of(candidate, query)});
  }
  return out;
}

}  // namespace lad::keyword
