#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace lad {

/// A word of a document (tsvector). Each position keeps its weight in the upper two bits.
struct Lexeme {
  std::string_view text;
  bool has_positions = false;
  std::span<const std::uint16_t> positions;
};

/// The words of a document, in ascending order of their bytes, each once.
class LexemeList {
 public:
  virtual std::size_t size() const = 0;
  virtual Lexeme at(std::size_t index) const = 0;

 protected:
  ~LexemeList() = default;
};

/// A node of a search over words (tsquery). The right operand, or the only one, is the next node;
/// both operands lie behind their operator, so that the nodes form a tree.
struct QueryNode {
  enum class Kind : std::uint8_t { word, negation, conjunction, disjunction, phrase };

  Kind kind = Kind::word;
  bool is_prefix = false;      ///< of a word: any longer word will do
  std::uint8_t weights = 0;    ///< of a word: one bit for each weight that counts; 0: all
  std::int32_t distance = 0;   ///< of a phrase: from the left operand's end to the right one's
  std::size_t left = 0;        ///< of an operator with two operands: index of the left one
  std::string_view text = {};  ///< of a word
};

}  // namespace lad
