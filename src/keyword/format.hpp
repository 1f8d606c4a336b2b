#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// The layout of the binary lexicon. All numbers are little-endian, all records are read in place.
/// A change of anything here is a new kFormatVersion.
namespace lad::keyword::format {

inline constexpr std::array<char, 8> kMagic = {'L', 'A', 'D', 'L', 'E', 'X', '\0', '\n'};
inline constexpr std::uint32_t kFormatVersion = 1;
inline constexpr std::uint32_t kNone = 0xFFFFFFFF;
inline constexpr std::size_t kMaxConcepts = 0xFFFF;

enum class Part : std::uint8_t {
  strings,        ///< bytes that texts point into
  terms,          ///< Term, by normal form and display form, and one that ends the last
  term_slots,     ///< Slot, open hash over normal forms, to the first term of the normal form
  edges,          ///< Edge, by first term, best first
  term_words,     ///< word numbers of each term's normal form, in their order
  term_concepts,  ///< concept numbers of each term, ascending
  concepts,       ///< Concept, by source and code, and one that ends the last
  members,        ///< term numbers of each concept, ascending
  words,          ///< WordRecord, by stem, and one that ends the last
  word_slots,     ///< Slot, open hash over stems
  postings,       ///< Posting, by word, then by concept, and one that ends the last
  posting_terms,  ///< term numbers of each posting: the concept's members with the word
  spellings,      ///< Spelling, by text: words as they are written
  deletions,      ///< Key to a spelling, by key: the word with one letter less, or none
  initials        ///< Key to a term, by key: the first letters of its words
};
inline constexpr std::size_t kParts = 15;

struct PartPlace {
  std::uint64_t offset;  ///< from the start of the lexicon, a multiple of 8
  std::uint64_t count;   ///< of records
};

struct Header {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t parts;
  std::uint64_t bytes;                  ///< of the whole lexicon
  std::array<std::uint8_t, 32> sha256;  ///< of all bytes that follow this field
  std::array<PartPlace, kParts> places;
};
static_assert(sizeof(Header) == 56 + 16 * kParts);

struct Text {
  std::uint32_t offset;
  std::uint32_t length;
};

struct Term {
  Text display;
  Text normal;
  std::uint64_t inflection_key;
  std::uint32_t first;     ///< the first term of the same normal form
  std::uint32_t edges;     ///< where the edges start; only the first term of a normal form has some
  std::uint32_t words;     ///< where its word numbers start
  std::uint32_t concepts;  ///< where its concept numbers start
  std::uint32_t head;      ///< word number of its head noun, or kNone
  std::uint32_t square;    ///< squared length of its word vector, in units of 1/1024
};
static_assert(sizeof(Term) == 48);

/// How much more the head noun counts in a word vector.
inline constexpr double kHeadFactor = 1.5;

struct Slot {
  std::uint32_t tag;     ///< upper half of the hash
  std::uint32_t number;  ///< plus one; 0: the slot is free
};

struct Edge {
  std::uint32_t target;  ///< a term
  std::uint16_t weight;  ///< in units of 1/65535
  std::uint8_t relation;
  std::uint8_t source_and_contexts;  ///< source << 4 | contexts
};
static_assert(sizeof(Edge) == 8);

struct Concept {
  Text code;
  Text name;
  std::uint32_t members;     ///< where its members start
  std::uint32_t word_count;  ///< different words of each member, summed over the members
  std::uint8_t source;
  std::uint8_t contexts;
  std::uint8_t unused[6];
};
static_assert(sizeof(Concept) == 32);

struct WordRecord {
  Text stem;
  std::uint32_t postings;     ///< where its concepts start
  std::uint32_t terms;        ///< with the word
  std::uint32_t occurrences;  ///< sum of its counts in all concepts
  std::uint32_t unused;
};
static_assert(sizeof(WordRecord) == 24);

struct Posting {
  std::uint16_t concept_number;
  std::uint16_t heads;  ///< members of the concept whose head noun it is, at most 65535
  std::uint32_t terms;  ///< where its members start
};
static_assert(sizeof(Posting) == 8);

struct Spelling {
  Text text;
  std::uint32_t word;
  std::uint32_t terms;  ///< with the word, spelt so
};
static_assert(sizeof(Spelling) == 16);

struct Key {
  std::uint32_t hash;
  std::uint32_t number;
};

/// FNV-1a, finished as in MurmurHash3 so that both halves are usable.
constexpr std::uint64_t hash_text(std::string_view text) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  hash = (hash ^ hash >> 33U) * 0xff51afd7ed558ccdU;
  return hash ^ hash >> 33U;
}

}  // namespace lad::keyword::format
