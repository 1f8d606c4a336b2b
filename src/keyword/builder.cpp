#include "keyword/builder.hpp"

#include <cmath>
#include <optional>

#include "keyword/characters.hpp"
#include "keyword/draft.hpp"

namespace lad::keyword {

namespace {

constexpr std::size_t kMostInitials = 6;

bool is_usable(const std::string& display, const std::string& normal) {
  return !normal.empty() && decode_utf8(display).size() <= kMaxKeywordLength;
}

std::uint32_t number_spelling(Draft& draft, const Word& word) {
  const auto next = static_cast<std::uint32_t>(draft.spellings.size());
  const auto [at, is_new] = draft.spelling_numbers.try_emplace(word.text, next);
  if (is_new) draft.spellings.push_back({word.text, word.stem});
  return at->second;
}

// The first letters of two to six words, for a term that may be meant by its initials.
std::string initials_of(const std::vector<Word>& words) {
  std::string letters;
  if (words.size() < 2 || words.size() > kMostInitials) return {};
  for (const Word& word : words) letters.push_back(word.text[0]);
  return letters;
}

// The number of the term, or nothing when the text cannot be one.
std::optional<std::uint32_t> number_term(Draft& draft, const std::string& text) {
  const std::string display = display_form(text, draft.language);
  if (const auto known = draft.term_numbers.find(display); known != draft.term_numbers.end()) {
    return known->second;
  }
  Query query = read_query(display, draft.language);
  if (!is_usable(query.display, query.normal)) return std::nullopt;
  Draft::Term term;
  for (const Word& word : query.words) term.words.push_back(number_spelling(draft, word));
  term.head = query.head;
  term.initials = initials_of(query.words);
  term.display = std::move(query.display);
  term.normal = std::move(query.normal);
  term.inflection_key = query.inflection_key;
  const auto number = static_cast<std::uint32_t>(draft.terms.size());
  draft.term_numbers.emplace(term.display, number);
  draft.terms.push_back(std::move(term));
  return number;
}

bool is_text(const std::string& text, const Language& language) {
  const std::string display = display_form(text, language);
  return is_usable(display, normalize(display, language));
}

}  // namespace

LexiconBuilder::LexiconBuilder(const Language& language)
    : draft_(std::make_unique<Draft>(language)) {}
LexiconBuilder::LexiconBuilder(LexiconBuilder&&) noexcept = default;
LexiconBuilder& LexiconBuilder::operator=(LexiconBuilder&&) noexcept = default;
LexiconBuilder::~LexiconBuilder() = default;

bool LexiconBuilder::add(const Entry& entry) {
  const bool is_edge = !entry.expansion.empty();
  if (!(entry.weight > 0 && entry.weight <= 1) || (entry.contexts & 0xFU) == 0) return false;
  if (!is_edge && entry.concept_code.empty()) return false;
  // Nothing of a refused entry may stay behind.
  if (is_edge && (!is_text(entry.expansion, draft_->language) ||
                  display_form(entry.term, draft_->language) ==
                      display_form(entry.expansion, draft_->language))) {
    return false;
  }
  const auto term = number_term(*draft_, entry.term);
  if (!term) return false;
  if (!entry.concept_code.empty()) {
    Draft::Concept& of = draft_->concepts[{entry.source, entry.concept_code}];
    of.contexts |= entry.contexts;
    of.members.push_back(*term);
  }
  if (is_edge) {
    const auto target = number_term(*draft_, entry.expansion);
    const auto weight = static_cast<std::uint16_t>(std::lround(entry.weight * 65535.0F));
    draft_->edges.push_back({*term, *target, std::max<std::uint16_t>(weight, 1), entry.relation,
                             entry.source, entry.contexts});
  }
  return true;
}

void LexiconBuilder::name_concept(std::string_view code, Source source, std::string_view name) {
  draft_->concepts[{source, std::string(code)}].name = display_form(name, draft_->language);
}

std::vector<std::byte> LexiconBuilder::build() const {
  return write_lexicon(*draft_);
}

}  // namespace lad::keyword
