#pragma once

#include <initializer_list>

#include "pg/boundary.hpp"
#include "pg/row.hpp"

namespace lad::pg {

/// One firing of an AFTER statement trigger with a transition table of the rows as they are now.
/// It sees the rows of a statement together, whichever partition they went to.
class StatementCall {
 public:
  /// Refuses (invalid_argument) any other way to be called.
  explicit StatementCall(FunctionCallInfo fcinfo);

  /// Whether the statement's SET list names one of the columns; true for an insert.
  bool writes_any(std::initializer_list<const char*> columns) const;

  /// internal error when missing.
  int require_column(const char* name) const;

  /// Calls body(RowView) for each new row. A view, and what it points to, ends with its call.
  template <class Body>
  void for_each_new(Body&& body) const {
    Reader reader{data_};
    while (const HeapTuple tuple = reader.next()) body(RowView{shape(), tuple});
  }

 private:
  class Reader {
   public:
    explicit Reader(TriggerData* data);
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    /// The next row, or nullptr after the last.
    HeapTuple next();

   private:
    Tuplestorestate* rows_;
    TupleTableSlot* slot_;
    HeapTuple current_ = nullptr;
  };

  TupleDesc shape() const;

  TriggerData* data_;
};

}  // namespace lad::pg
