#include "keyword/lexicon.hpp"

#include <algorithm>
#include <bit>

#include "core/error.hpp"

namespace lad::keyword {

static_assert(std::endian::native == std::endian::little, "the lexicon is read in place");

namespace {

[[noreturn]] void refuse(std::string detail) {
  throw Error(ErrorCode::lexicon_invalid, "not a lexicon of this version", std::move(detail),
              "Load the vocabulary again from its source.");
}

const format::Header& header_of(std::span<const std::byte> bytes) {
  if (bytes.size() < sizeof(format::Header)) refuse("It is shorter than a header.");
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(format::Header) != 0) {
    refuse("It does not lie at a multiple of 8 bytes.");
  }
  const auto& header = *reinterpret_cast<const format::Header*>(bytes.data());
  if (header.magic != format::kMagic) refuse("It does not begin as a lexicon.");
  if (header.version != format::kFormatVersion || header.parts != format::kParts) {
    refuse("Its format version is another one.");
  }
  if (header.bytes != bytes.size()) refuse("It is cut off, or has bytes behind its end.");
  return header;
}

// The slot of a text in an open hash with linear probing: `is_same` looks at a candidate.
template <typename IsSame>
std::uint32_t probe(std::span<const format::Slot> slots, std::string_view text, IsSame is_same) {
  if (slots.empty()) return format::kNone;
  const std::uint64_t hash = format::hash_text(text);
  const std::size_t mask = slots.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hash >> 32U);
  for (std::size_t at = hash & mask; slots[at].number != 0; at = (at + 1) & mask) {
    if (slots[at].tag == tag && is_same(slots[at].number - 1)) return slots[at].number - 1;
  }
  return format::kNone;
}

std::span<const format::Key> range_of(std::span<const format::Key> keys, std::string_view text) {
  const auto hash = static_cast<std::uint32_t>(format::hash_text(text));
  const auto less = [](const format::Key& key, std::uint32_t value) { return key.hash < value; };
  const auto begin = std::lower_bound(keys.begin(), keys.end(), hash, less);
  auto end = begin;
  while (end != keys.end() && end->hash == hash) ++end;
  return {begin, end};
}

}  // namespace

template <typename Record>
void LexiconView::place(std::span<const Record>& records, format::Part part,
                        const format::Header& header) {
  const format::PartPlace& at = header.places[static_cast<std::size_t>(part)];
  if (at.offset % 8 != 0 || at.offset > bytes_.size() ||
      at.count > (bytes_.size() - at.offset) / sizeof(Record)) {
    refuse("A part lies outside of it.");
  }
  records = {reinterpret_cast<const Record*>(bytes_.data() + at.offset),
             static_cast<std::size_t>(at.count)};
}

LexiconView::LexiconView(std::span<const std::byte> verified) : bytes_(verified) {
  using enum format::Part;
  const format::Header& header = header_of(verified);
  place(strings_, strings, header);
  place(terms_, terms, header);
  place(term_slots_, term_slots, header);
  place(edges_, edges, header);
  place(term_words_, term_words, header);
  place(term_concepts_, term_concepts, header);
  place(concepts_, concepts, header);
  place(members_, members, header);
  place(words_, words, header);
  place(word_slots_, word_slots, header);
  place(postings_, postings, header);
  place(posting_terms_, posting_terms, header);
  place(spellings_, spellings, header);
  place(deletions_, deletions, header);
  place(initials_, initials, header);
}

std::uint32_t LexiconView::find_term(std::string_view normal) const noexcept {
  return probe(term_slots_, normal,
               [&](std::uint32_t number) { return text(terms_[number].normal) == normal; });
}

std::uint32_t LexiconView::find_word(std::string_view stem) const noexcept {
  return probe(word_slots_, stem,
               [&](std::uint32_t number) { return text(words_[number].stem) == stem; });
}

std::uint32_t LexiconView::lower_word(std::string_view text) const noexcept {
  if (words_.empty()) return 0;
  const auto at = std::lower_bound(words_.begin(), words_.end() - 1, text,
                                   [&](const format::WordRecord& word, std::string_view value) {
                                     return this->text(word.stem) < value;
                                   });
  return static_cast<std::uint32_t>(at - words_.begin());
}

std::span<const format::Key> LexiconView::deletions_of(std::string_view text) const noexcept {
  return range_of(deletions_, text);
}

std::span<const format::Key> LexiconView::initials_of(std::string_view letters) const noexcept {
  return range_of(initials_, letters);
}

LexiconFacts read_facts(std::span<const std::byte> bytes) {
  const LexiconView view(bytes);
  const format::Header& header = header_of(bytes);
  const auto count = [&](format::Part part) {
    return static_cast<std::uint32_t>(header.places[static_cast<std::size_t>(part)].count);
  };
  LexiconFacts facts;
  facts.format_version = header.version;
  facts.bytes = header.bytes;
  facts.terms = view.term_count();
  facts.edges = count(format::Part::edges);
  facts.concepts = view.concept_count();
  facts.members = count(format::Part::members);
  facts.words = view.word_count();
  facts.sha256 = header.sha256;
  return facts;
}

}  // namespace lad::keyword
