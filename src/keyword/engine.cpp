#include "keyword/engine.hpp"

#include <algorithm>
#include <array>
#include <deque>

#include "core/error.hpp"
#include "keyword/candidates.hpp"
#include "keyword/correct.hpp"
#include "keyword/link.hpp"

namespace lad::keyword {

namespace {

using format::kNone;

constexpr std::size_t kEdgesLooked = 32;
constexpr std::size_t kTargetsFollowed = 4;
constexpr std::size_t kSecondEdgesLooked = 6;
constexpr float kLeastFollowed = 0.7F;
constexpr float kSecondHop = 0.8F;
constexpr float kSpellingScore = 0.97F;
constexpr float kCorrected = 0.85F;
constexpr float kInside = 0.75F;
// A text that nobody has written yet comes after likely relatives.
constexpr float kInsideUnknown = 0.5F;
constexpr std::size_t kInsidePerSpan = 1;
constexpr float kInitialsScore = 0.75F;
constexpr std::size_t kInitialsTaken = 8;
// A linked term never outdoes what somebody has written down.
constexpr float kLinkFloor = 0.2F;
constexpr float kLinkRange = 0.45F;
// What somebody has written down about a keyword is not thinned out with guesses.
constexpr std::size_t kEnoughWritten = 3;
// WordNet speaks of everyday things: it is asked last, and not about short forms.
constexpr float kWordnetTrust = 0.5F;
constexpr std::size_t kShortestForWordnet = 5;

bool renames(Relation relation) noexcept {
  return relation == Relation::synonym || relation == Relation::abbreviation ||
         relation == Relation::spelling;
}

/// One keyword in all lexicons.
class Expander {
 public:
  Expander(std::span<const LexiconView> lexicons, const Query& query, Context context,
           std::size_t max_terms)
      : lexicons_(lexicons),
        query_(query),
        context_(context),
        max_terms_(max_terms),
        found_(query.inflection_key) {}

  std::vector<Suggestion> expand(std::span<const TenantTerm> tenant_terms) {
    if (query_.words.empty()) return {};
    take_tenant_terms(tenant_terms);
    take_known(query_, 1, {});
    written_ = found_.size();
    if (found_.size() == 0) take_initials();
    if (found_.size() == 0) take_corrected(false);
    if (found_.size() == 0) take_inside();
    if (found_.size() < max_terms_) take_linked(query_, 1, {});
    if (!has_linked_) take_linked_synonyms();
    if (found_.size() == 0) take_wordnet();
    if (found_.size() == 0) take_corrected(true);
    return found_.best(query_, max_terms_);
  }

 private:
  struct Target {
    const LexiconView* lexicon;
    std::uint32_t term;
    float score;
  };

  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }

  void take_tenant_terms(std::span<const TenantTerm> terms) {
    for (const TenantTerm& term : terms) {
      if (!holds_in(term.contexts, context_)) continue;
      const std::string_view shown = keep(display_form(term.expansion, query_.language));
      if (shown.empty()) continue;
      found_.add({shown, inflection_key(shown, query_.language), term.weight, term.relation,
                  Source::tenant});
    }
  }

  // Other texts of the same normal form, and the edges of it.
  void take_known(const Query& query, float factor, std::string_view via) {
    for (const LexiconView& lexicon : lexicons_) {
      const std::uint32_t first = lexicon.find_term(query.normal);
      if (first == kNone) continue;
      for (std::uint32_t term = first;
           term < lexicon.term_count() && lexicon.term(term).first == first; ++term) {
        found_.add({lexicon.text(lexicon.term(term).display), lexicon.term(term).inflection_key,
                    kSpellingScore * factor, Relation::spelling, source_of(lexicon, term), via});
      }
      take_edges(lexicon, first, factor, via, kEdgesLooked, true);
    }
    follow_targets();
  }

  static Source source_of(const LexiconView& lexicon, std::uint32_t term) {
    const auto concepts = lexicon.concepts_of(term);
    if (!concepts.empty()) return static_cast<Source>(lexicon.concept_at(concepts[0]).source);
    const auto edges = lexicon.edges_of(lexicon.term(term).first);
    return edges.empty() ? Source::curated
                         : static_cast<Source>(edges[0].source_and_contexts >> 4U);
  }

  void take_edges(const LexiconView& lexicon, std::uint32_t first, float factor,
                  std::string_view via, std::size_t most, bool is_first_hop) {
    std::size_t taken = 0;
    for (const format::Edge& edge : lexicon.edges_of(first).first(
             std::min<std::size_t>(lexicon.edges_of(first).size(), 4 * most))) {
      const auto source = static_cast<Source>(edge.source_and_contexts >> 4U);
      const auto relation = static_cast<Relation>(edge.relation);
      if (source == Source::wordnet || !holds_in(edge.source_and_contexts & 0xFU, context_))
        continue;
      if (!is_first_hop && !renames(relation) && relation != Relation::narrower) continue;
      const format::Term& target = lexicon.term(edge.target);
      const float score = factor * static_cast<float>(edge.weight) / 65535;
      found_.add(
          {lexicon.text(target.display), target.inflection_key, score, relation, source, via});
      if (is_first_hop && renames(relation)) targets_.push_back({&lexicon, edge.target, score});
      if (++taken == most) return;
    }
  }

  // What the best other names of the keyword are called: one step further, in every lexicon.
  void follow_targets() {
    std::stable_sort(targets_.begin(), targets_.end(),
                     [](const Target& a, const Target& b) { return a.score > b.score; });
    if (targets_.size() > kTargetsFollowed) targets_.resize(kTargetsFollowed);
    for (const Target& target : targets_) {
      if (target.score < kLeastFollowed || found_.size() >= max_terms_) break;
      const format::Term& term = target.lexicon->term(target.term);
      for (const LexiconView& lexicon : lexicons_) {
        const std::uint32_t first = &lexicon == target.lexicon
                                        ? term.first
                                        : lexicon.find_term(target.lexicon->text(term.normal));
        if (first == kNone) continue;
        take_edges(lexicon, first, target.score * kSecondHop, target.lexicon->text(term.display),
                   kSecondEdgesLooked, false);
      }
    }
  }

  // A keyword of a few letters may be the initials of a term.
  void take_initials() {
    std::string letters = query_.normal;
    std::erase(letters, '&');
    if (letters.size() < 2 || letters.size() > 6 || query_.words.size() != 1) return;
    for (const LexiconView& lexicon : lexicons_) {
      std::size_t taken = 0;
      for (const format::Key& key : lexicon.initials_of(letters)) {
        if (!has_initials(lexicon, key.number, letters) || !is_searched(lexicon, key.number)) {
          continue;
        }
        const format::Term& term = lexicon.term(key.number);
        found_.add({lexicon.text(term.display), term.inflection_key,
                    kInitialsScore - 0.01F * static_cast<float>(taken), Relation::abbreviation,
                    source_of(lexicon, key.number)});
        if (++taken == kInitialsTaken) break;
      }
    }
  }

  // A term of no concept does not say where its initials are meant.
  bool is_searched(const LexiconView& lexicon, std::uint32_t term) const {
    const auto concepts = lexicon.concepts_of(term);
    return context_ == Context::general ||
           std::any_of(concepts.begin(), concepts.end(), [&](std::uint32_t of) {
             return holds_in(lexicon.concept_at(of).contexts, context_);
           });
  }

  static bool has_initials(const LexiconView& lexicon, std::uint32_t term,
                           std::string_view letters) {
    const auto words = lexicon.words_of(term);
    if (words.size() != letters.size()) return false;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (!lexicon.text(lexicon.word(words[i]).stem).starts_with(letters[i])) return false;
    }
    return true;
  }

  // A keyword with misspelt words, as it was meant. A rare word looks like a misspelt one: only a
  // keyword that is then known, or otherwise leads nowhere, is corrected.
  void take_corrected(bool is_last) {
    const std::string text = correct_words(lexicons_, query_);
    if (text.empty()) return;
    const std::string_view meant = keep(text);
    const Query corrected = read_query(meant, query_.language);
    take_known(corrected, kCorrected, meant);
    if (is_last) take_linked(corrected, kCorrected, meant);
  }

  // Part of the keyword under another name, the rest unchanged: "saas founder", "saas co-founder".
  void take_inside() {
    const std::size_t count = query_.words.size();
    for (std::size_t length = count - 1; length > 0 && found_.size() == 0; --length) {
      for (std::size_t begin = 0; begin + length <= count; ++begin) take_span(begin, length);
    }
  }

  std::string join(std::size_t begin, std::size_t end) const {
    std::string out;
    for (std::size_t i = begin; i < end; ++i) {
      if (!out.empty()) out.push_back(' ');
      out += query_.words[i].text;
    }
    return out;
  }

  bool is_term(std::string_view normal) const {
    return std::any_of(lexicons_.begin(), lexicons_.end(), [&](const LexiconView& lexicon) {
      return lexicon.find_term(normal) != kNone;
    });
  }

  void take_span(std::size_t begin, std::size_t length) {
    const std::string inside = join(begin, begin + length);
    for (const LexiconView& lexicon : lexicons_) {
      const std::uint32_t first = lexicon.find_term(inside);
      if (first == kNone) continue;
      std::size_t taken = 0;
      for (const format::Edge& edge :
           lexicon.edges_of(first).first(std::min(lexicon.edges_of(first).size(), kEdgesLooked))) {
        const auto source = static_cast<Source>(edge.source_and_contexts >> 4U);
        const auto relation = static_cast<Relation>(edge.relation);
        const float weight = static_cast<float>(edge.weight) / 65535;
        if (source == Source::wordnet || !renames(relation) || weight < kLeastFollowed) continue;
        std::string text = join(0, begin);
        if (!text.empty()) text.push_back(' ');
        text += lexicon.text(lexicon.term(edge.target).display);
        const std::string rest = join(begin + length, query_.words.size());
        if (!rest.empty()) text.append(" ").append(rest);
        const std::string_view shown = keep(std::move(text));
        const bool is_known = is_term(normalize(shown, query_.language));
        found_.add({shown, inflection_key(shown, query_.language),
                    weight * (is_known ? kInside : kInsideUnknown), relation, source});
        if (++taken == kInsidePerSpan) break;
      }
    }
  }

  static bool is_member(const LexiconView& lexicon, const Query& query) {
    const std::uint32_t term = lexicon.find_term(query.normal);
    return term != kNone && !lexicon.concepts_of(term).empty();
  }

  void take_linked(const Query& query, float factor, std::string_view via) {
    const bool is_answered = written_ >= kEnoughWritten;
    for (const LexiconView& lexicon : lexicons_) {
      if (is_answered && !is_member(lexicon, query)) continue;
      float last = 1;
      for (const LinkedTerm& linked : link(lexicons_, lexicon, query, context_, max_terms_)) {
        const format::Term& term = lexicon.term(linked.term);
        const format::Concept& of = lexicon.concept_at(linked.concept_number);
        // The order of a link spreads over concepts; scores follow it.
        last = std::min(last, kLinkFloor + kLinkRange * std::min(linked.relevance, 1.0F));
        found_.add({lexicon.text(term.display), term.inflection_key, last * factor,
                    Relation::sibling, static_cast<Source>(of.source), via, lexicon.text(of.name),
                    lexicon.text(of.code)});
        last -= 0.001F;
        has_linked_ = true;
      }
    }
  }

  // A keyword whose own words tell nothing, through its best other name.
  void take_linked_synonyms() {
    if (targets_.empty() || targets_.front().score < kLeastFollowed ||
        found_.size() >= max_terms_) {
      return;
    }
    const Target best = targets_.front();
    const std::string_view name = best.lexicon->text(best.lexicon->term(best.term).display);
    take_linked(read_query(name, query_.language), best.score * kSecondHop, name);
  }

  void take_wordnet() {
    if (query_.normal.size() < kShortestForWordnet || context_ == Context::title ||
        context_ == Context::technology) {
      return;
    }
    for (const LexiconView& lexicon : lexicons_) {
      const std::uint32_t first = lexicon.find_term(query_.normal);
      if (first == kNone) continue;
      for (const format::Edge& edge :
           lexicon.edges_of(first).first(std::min(lexicon.edges_of(first).size(), kEdgesLooked))) {
        const auto source = static_cast<Source>(edge.source_and_contexts >> 4U);
        if (source != Source::wordnet) continue;
        const format::Term& target = lexicon.term(edge.target);
        found_.add({lexicon.text(target.display), target.inflection_key,
                    kWordnetTrust * static_cast<float>(edge.weight) / 65535,
                    static_cast<Relation>(edge.relation), source});
      }
    }
  }

  std::span<const LexiconView> lexicons_;
  const Query& query_;
  Context context_;
  std::size_t max_terms_;
  Candidates found_;
  std::vector<Target> targets_;
  std::deque<std::string> kept_;
  std::size_t written_ = 0;  // candidates that somebody has written down for the keyword
  bool has_linked_ = false;
};

}  // namespace

std::vector<Suggestion> expand(std::span<const LexiconView> lexicons, const Query& query,
                               Context context, int max_terms,
                               std::span<const TenantTerm> tenant_terms) {
  if (max_terms < 1 || max_terms > kMaxTerms) {
    throw Error(ErrorCode::invalid_argument, "number of terms out of range", {},
                "Ask for 1 to 100 terms.");
  }
  return Expander(lexicons, query, context, static_cast<std::size_t>(max_terms))
      .expand(tenant_terms);
}

}  // namespace lad::keyword
