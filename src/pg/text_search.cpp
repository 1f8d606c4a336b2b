#include "pg/text_search.hpp"

extern "C" {
#include <tsearch/ts_type.h>
}

namespace lad::pg {
namespace {

using Kind = QueryNode::Kind;

TSVectorData* as_vector(const varlena* vector) {
  return reinterpret_cast<TSVectorData*>(const_cast<varlena*>(vector));
}

QueryNode read_word(const QueryOperand& operand, const char* texts) {
  return {.kind = Kind::word,
          .is_prefix = operand.prefix,
          .weights = operand.weight,
          .text = {texts + operand.distance, operand.length}};
}

Kind kind_of(const QueryOperator& node) {
  switch (node.oper) {
    case OP_NOT:
      return Kind::negation;
    case OP_AND:
      return Kind::conjunction;
    case OP_OR:
      return Kind::disjunction;
    default:
      return Kind::phrase;
  }
}

}  // namespace

TextVector::TextVector(const varlena* vector) : vector_(vector) {}

std::size_t TextVector::size() const {
  return static_cast<std::size_t>(as_vector(vector_)->size);
}

Lexeme TextVector::at(std::size_t index) const {
  TSVectorData* const vector = as_vector(vector_);
  WordEntry* const entry = ARRPTR(vector) + index;
  Lexeme lexeme;
  lexeme.text = {STRPTR(vector) + entry->pos, entry->len};
  if (entry->haspos) {
    lexeme.has_positions = true;
    lexeme.positions = {POSDATAPTR(vector, entry), POSDATALEN(vector, entry)};
  }
  return lexeme;
}

std::span<const QueryNode> read_query(const varlena* query) {
  auto* const tsquery = reinterpret_cast<TSQueryData*>(const_cast<varlena*>(query));
  const QueryItem* const items = GETQUERY(tsquery);
  const char* const texts = GETOPERAND(tsquery);
  const auto count = static_cast<std::size_t>(tsquery->size);
  auto* const nodes = static_cast<QueryNode*>(
      MemoryContextAllocHuge(CurrentMemoryContext, (count + 1) * sizeof(QueryNode)));
  for (std::size_t i = 0; i < count; ++i) {
    if (items[i].type == QI_VAL) {
      nodes[i] = read_word(items[i].qoperand, texts);
    } else {
      const QueryOperator& node = items[i].qoperator;
      nodes[i] = {.kind = kind_of(node), .distance = node.distance, .left = i + node.left};
    }
  }
  return {nodes, count};
}

}  // namespace lad::pg
