#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "keyword/draft.hpp"
#include "keyword/format.hpp"

/// The parts of a lexicon that are looked up by something else than a term.
namespace lad::keyword {

/// Appends a text to the blob; throws Error(lexicon_invalid) beyond 4 GiB.
format::Text append_text(std::string& strings, std::string_view text);

/// Counts words in the concepts' members.
class WordCounts {
 public:
  explicit WordCounts(std::vector<format::WordRecord>& words)
      : words_(words), rows_(words.size()) {}

  /// Counts one member; returns how many different words it has. Concepts come in ascending order.
  std::uint32_t add(std::uint32_t concept_number, std::uint32_t term,
                    std::vector<std::uint32_t> words, std::uint32_t head);
  /// Counts a term, however many concepts it is in.
  void add_term(std::vector<std::uint32_t> words);
  /// Sets where each word's postings start; the last record of the words has the totals.
  void finish(std::vector<format::Posting>& postings, std::vector<std::uint32_t>& terms);

 private:
  struct Row {
    std::uint16_t concept_number;
    std::uint16_t heads;
    std::vector<std::uint32_t> terms;
  };
  std::vector<format::WordRecord>& words_;
  std::vector<std::vector<Row>> rows_;
  std::uint32_t terms_ = 0;
};

/// The squared length of a term's word vector: rare words and the head noun count more.
std::uint32_t square_of(const std::vector<format::WordRecord>& words, std::vector<std::uint32_t> of,
                        std::uint32_t head);

/// Sorts edges by term, best first; of repeated ones one stays.
void merge_edges(std::vector<Draft::Edge>& edges);

/// Keys of spellings and initials.
class IndexWriter {
 public:
  void add_initials(std::string_view letters, std::uint32_t term, std::size_t concepts);
  std::vector<format::Key> initials();

  /// The spellings by text; their deletions are kept for deletions().
  std::vector<format::Spelling> spellings(const Draft& draft,
                                          const std::vector<std::uint32_t>& word_of_spelling,
                                          std::string& strings);
  std::vector<format::Key> deletions();

 private:
  struct Initials {
    std::uint32_t hash;
    std::uint32_t rank;
    std::uint32_t term;
  };
  std::vector<Initials> initials_;
  std::vector<format::Key> deletions_;
};

/// An open hash, at most half full. The last record ends a list and is no entry; a record whose key
/// is empty has none either.
template <typename Record, typename KeyOf>
std::vector<format::Slot> make_slots(const std::vector<Record>& records, KeyOf key_of) {
  std::vector<format::Slot> slots(std::bit_ceil(2 * records.size()));
  const std::size_t mask = slots.size() - 1;
  for (std::size_t i = 0; i + 1 < records.size(); ++i) {
    const std::string_view key = key_of(records[i]);
    if (key.empty()) continue;
    const std::uint64_t hash = format::hash_text(key);
    std::size_t at = hash & mask;
    while (slots[at].number != 0) at = (at + 1) & mask;
    slots[at] = {static_cast<std::uint32_t>(hash >> 32U), static_cast<std::uint32_t>(i + 1)};
  }
  return slots;
}

}  // namespace lad::keyword
