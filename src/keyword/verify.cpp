#include <algorithm>
#include <bit>

#include "core/error.hpp"
#include "crypto/crypto.hpp"
#include "keyword/characters.hpp"
#include "keyword/lexicon.hpp"

namespace lad::keyword {

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  throw Error(ErrorCode::lexicon_invalid, "corrupt lexicon",
              std::string("In it ") + what + " is not as it was written.",
              "Load the vocabulary again from its source.");
}

}  // namespace

/// Looks at every record once, so that a reader needs no checks.
class LexiconVerifier {
 public:
  explicit LexiconVerifier(const LexiconView& view) : view_(view) {}

  void verify() const {
    check_hash();
    check_terms();
    check_lists();
    check_concepts();
    check_words();
    check_keys();
  }

 private:
  void check_hash() const {
    const auto& header = *reinterpret_cast<const format::Header*>(view_.bytes_.data());
    constexpr std::size_t kAfter = offsetof(format::Header, places);
    const auto rest = view_.bytes_.subspan(kAfter);
    const crypto::Digest digest =
        crypto::sha256({reinterpret_cast<const std::uint8_t*>(rest.data()), rest.size()});
    require(digest == header.sha256, "the checksum");
  }

  bool is_text(format::Text text) const {
    return text.offset <= view_.strings_.size() &&
           text.length <= view_.strings_.size() - text.offset;
  }

  // What is shown to a client must be UTF-8.
  bool is_utf8(format::Text text) const {
    if (!is_text(text)) return false;
    const std::u32string characters = decode_utf8(view_.text(text));
    return std::find(characters.begin(), characters.end(), char32_t{0xFFFD}) == characters.end() ||
           view_.text(text).find("\xEF\xBF\xBD") != std::string_view::npos;
  }

  static bool are_below(std::span<const std::uint32_t> numbers, std::uint32_t limit) {
    return std::all_of(numbers.begin(), numbers.end(),
                       [&](std::uint32_t number) { return number < limit; });
  }

  template <typename Record>
  void check_slots(std::span<const format::Slot> slots, std::span<const Record> records,
                   const char* what) const {
    if (slots.empty()) return require(records.size() <= 1, what);
    const std::size_t count = records.empty() ? 0 : records.size() - 1;
    require(std::has_single_bit(slots.size()), what);
    std::size_t used = 0;
    for (const format::Slot& slot : slots) {
      require(slot.number <= count, what);
      used += slot.number != 0 ? 1 : 0;
    }
    // A free slot ends every probe.
    require(used < slots.size(), what);
  }

  void check_terms() const {
    const auto& terms = view_.terms_;
    for (std::size_t i = 0; i + 1 < terms.size(); ++i) {
      const format::Term& term = terms[i];
      require(is_utf8(term.display) && is_text(term.normal), "the text of a term");
      require(term.first <= i && terms[term.first].first == term.first, "the group of a term");
      require(i == 0 || term.first == i || term.first == terms[i - 1].first, "the group of a term");
      require(term.edges <= terms[i + 1].edges && term.words <= terms[i + 1].words &&
                  term.concepts <= terms[i + 1].concepts,
              "the list of a term");
      require(term.head == format::kNone || term.head < view_.word_count(),
              "the head noun of a term");
    }
    if (!terms.empty()) {
      const format::Term& first = terms.front();
      const format::Term& end = terms.back();
      require(first.edges == 0 && first.words == 0 && first.concepts == 0, "the list of a term");
      require(end.edges == view_.edges_.size() && end.words == view_.term_words_.size() &&
                  end.concepts == view_.term_concepts_.size(),
              "the list of a term");
    }
    check_slots(view_.term_slots_, terms, "the index of terms");
  }

  void check_lists() const {
    for (const format::Edge& edge : view_.edges_) {
      require(edge.target < view_.term_count(), "an edge");
      require(edge.relation <= static_cast<int>(Relation::related), "an edge");
      require((edge.source_and_contexts >> 4U) <= static_cast<int>(Source::wordnet), "an edge");
    }
    require(are_below(view_.term_words_, view_.word_count()), "a word of a term");
    require(are_below(view_.term_concepts_, view_.concept_count()), "a concept of a term");
    require(are_below(view_.members_, view_.term_count()), "a member of a concept");
  }

  void check_concepts() const {
    const auto& concepts = view_.concepts_;
    require(concepts.size() <= format::kMaxConcepts + 1, "the number of concepts");
    for (std::size_t i = 0; i + 1 < concepts.size(); ++i) {
      require(is_utf8(concepts[i].code) && is_utf8(concepts[i].name), "the name of a concept");
      require(concepts[i].members <= concepts[i + 1].members, "the list of a concept");
      require(concepts[i].source <= static_cast<int>(Source::wordnet), "the source of a concept");
    }
    if (!concepts.empty()) {
      require(concepts.front().members == 0 && concepts.back().members == view_.members_.size(),
              "the list of a concept");
    }
  }

  void check_words() const {
    const auto& words = view_.words_;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      require(is_text(words[i].stem), "the text of a word");
      require(words[i].postings <= words[i + 1].postings, "the list of a word");
    }
    if (!words.empty()) {
      require(words.front().postings == 0 && !view_.postings_.empty() &&
                  words.back().postings == view_.postings_.size() - 1,
              "the list of a word");
    }
    check_postings();
    check_slots(view_.word_slots_, words, "the index of words");
  }

  void check_postings() const {
    const auto& postings = view_.postings_;
    for (std::size_t i = 0; i + 1 < postings.size(); ++i) {
      require(postings[i].concept_number < view_.concept_count() &&
                  postings[i].terms <= postings[i + 1].terms,
              "a concept of a word");
    }
    if (!postings.empty()) {
      require(postings.back().terms == view_.posting_terms_.size(), "a concept of a word");
    }
    require(are_below(view_.posting_terms_, view_.term_count()), "a member with a word");
  }

  void check_keys() const {
    for (const format::Spelling& spelling : view_.spellings_) {
      require(is_utf8(spelling.text) && spelling.word < view_.word_count(), "a spelling");
    }
    const auto sorted = [](std::span<const format::Key> keys, std::size_t limit) {
      return std::is_sorted(keys.begin(), keys.end(),
                            [](const auto& a, const auto& b) { return a.hash < b.hash; }) &&
             std::all_of(keys.begin(), keys.end(),
                         [&](const auto& key) { return key.number < limit; });
    };
    require(sorted(view_.deletions_, view_.spellings_.size()), "the index of spellings");
    require(sorted(view_.initials_, view_.term_count()), "the index of initials");
  }

  const LexiconView& view_;
};

void verify_lexicon(std::span<const std::byte> bytes) {
  const LexiconView view(bytes);
  LexiconVerifier(view).verify();
}

}  // namespace lad::keyword
