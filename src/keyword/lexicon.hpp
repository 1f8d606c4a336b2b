#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "keyword/entry.hpp"
#include "keyword/format.hpp"

/// The binary lexicon: one block of little-endian bytes that any number of processes read in place.
namespace lad::keyword {

/// What a lexicon says about itself.
struct LexiconFacts {
  std::uint32_t format_version = 0;
  std::uint64_t bytes = 0;
  std::uint32_t terms = 0;
  std::uint32_t edges = 0;
  std::uint32_t concepts = 0;
  std::uint32_t members = 0;              ///< terms of concepts, counted in each
  std::uint32_t words = 0;                ///< different words of all terms
  std::array<std::uint8_t, 32> sha256{};  ///< of everything after the checksum
};

/// Throws Error(lexicon_invalid) unless the bytes are a whole lexicon: format, length, SHA-256, and
/// every offset and index within its bounds. Costs a pass over all bytes; done once, by the loader.
void verify_lexicon(std::span<const std::byte> bytes);

/// Facts of the header. Throws Error(lexicon_invalid) when the bytes are no lexicon or too few.
LexiconFacts read_facts(std::span<const std::byte> bytes);

/// Reads a verified lexicon in place: no copies, no memory of its own. The bytes must stay where
/// they are, aligned to 8, as long as the view is used.
class LexiconView {
 public:
  LexiconView() = default;

  /// Looks at the header alone (format, version, length, places): throws Error(lexicon_invalid).
  explicit LexiconView(std::span<const std::byte> verified);

  bool empty() const noexcept { return bytes_.empty(); }
  std::span<const std::byte> bytes() const noexcept { return bytes_; }

  std::string_view text(format::Text text) const noexcept {
    return {strings_.data() + text.offset, text.length};
  }

  // Numbers count from 0. Every list ends where the next record's begins.
  std::uint32_t term_count() const noexcept { return count_of(terms_); }
  std::uint32_t concept_count() const noexcept { return count_of(concepts_); }
  std::uint32_t word_count() const noexcept { return count_of(words_); }
  const format::Term& term(std::uint32_t number) const noexcept { return terms_[number]; }
  const format::Concept& concept_at(std::uint32_t number) const noexcept {
    return concepts_[number];
  }
  const format::WordRecord& word(std::uint32_t number) const noexcept { return words_[number]; }
  const format::Spelling& spelling(std::uint32_t number) const noexcept {
    return spellings_[number];
  }

  /// The first term of a normal form, or kNone. The others of the same normal form follow it.
  std::uint32_t find_term(std::string_view normal) const noexcept;
  /// The word of a stem, or kNone.
  std::uint32_t find_word(std::string_view stem) const noexcept;
  /// The first word whose stem is not less than the text.
  std::uint32_t lower_word(std::string_view text) const noexcept;

  std::span<const format::Edge> edges_of(std::uint32_t term) const noexcept {
    return edges_.subspan(terms_[term].edges, terms_[term + 1].edges - terms_[term].edges);
  }
  std::span<const std::uint32_t> words_of(std::uint32_t term) const noexcept {
    return term_words_.subspan(terms_[term].words, terms_[term + 1].words - terms_[term].words);
  }
  std::span<const std::uint32_t> concepts_of(std::uint32_t term) const noexcept {
    return term_concepts_.subspan(terms_[term].concepts,
                                  terms_[term + 1].concepts - terms_[term].concepts);
  }
  std::span<const std::uint32_t> members_of(std::uint32_t concept_number) const noexcept {
    const auto begin = concepts_[concept_number].members;
    return members_.subspan(begin, concepts_[concept_number + 1].members - begin);
  }
  std::span<const format::Posting> postings_of(std::uint32_t word) const noexcept {
    return postings_.subspan(words_[word].postings,
                             words_[word + 1].postings - words_[word].postings);
  }
  std::span<const std::uint32_t> members_with(const format::Posting& posting) const noexcept {
    return posting_terms_.subspan(posting.terms, (&posting + 1)->terms - posting.terms);
  }
  /// Terms that belong to a concept, and the different words of each, summed over all concepts.
  std::uint32_t member_term_count() const noexcept {
    return words_.empty() ? 0 : words_.back().terms;
  }
  std::uint32_t occurrence_count() const noexcept {
    return words_.empty() ? 0 : words_.back().occurrences;
  }
  /// Spellings that may be the key's word with one letter more, or that are its word.
  std::span<const format::Key> deletions_of(std::string_view text) const noexcept;
  /// Terms whose words may begin with these letters.
  std::span<const format::Key> initials_of(std::string_view letters) const noexcept;

 private:
  template <typename Record>
  static std::uint32_t count_of(std::span<const Record> records) noexcept {
    return records.empty() ? 0 : static_cast<std::uint32_t>(records.size() - 1);
  }
  template <typename Record>
  void place(std::span<const Record>& records, format::Part part, const format::Header& header);
  friend class LexiconVerifier;

  std::span<const std::byte> bytes_;
  std::span<const char> strings_;
  std::span<const format::Term> terms_;
  std::span<const format::Slot> term_slots_;
  std::span<const format::Edge> edges_;
  std::span<const std::uint32_t> term_words_;
  std::span<const std::uint32_t> term_concepts_;
  std::span<const format::Concept> concepts_;
  std::span<const std::uint32_t> members_;
  std::span<const format::WordRecord> words_;
  std::span<const format::Slot> word_slots_;
  std::span<const format::Posting> postings_;
  std::span<const std::uint32_t> posting_terms_;
  std::span<const format::Spelling> spellings_;
  std::span<const format::Key> deletions_;
  std::span<const format::Key> initials_;
};

}  // namespace lad::keyword
