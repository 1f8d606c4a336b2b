#pragma once

#include "core/words.hpp"
#include "pg/postgres.hpp"

namespace lad::pg {

/// The words of a plain tsvector, read in place.
class TextVector final : public LexemeList {
 public:
  explicit TextVector(const varlena* vector);

  std::size_t size() const override;
  Lexeme at(std::size_t index) const override;

 private:
  const varlena* vector_;
};

/// The nodes of a plain tsquery, in the current memory context; their texts lie in the tsquery.
/// Call it inside a guard.
std::span<const QueryNode> read_query(const varlena* query);

}  // namespace lad::pg
