#pragma once

#include <span>

#include "pg/boundary.hpp"
#include "pg/row.hpp"

namespace lad::pg {

/// Refuses (invalid_argument) a trigger function that is called otherwise.
void require_trigger(FunctionCallInfo fcinfo);

/// One firing of an AFTER statement trigger with a transition table: of the rows as they are now,
/// or as they were when they are deleted. It sees the rows of a statement together, whichever
/// partition they went to.
class StatementCall {
 public:
  /// Refuses (invalid_argument) any other way to be called.
  explicit StatementCall(FunctionCallInfo fcinfo);

  /// Whether the statement's SET list names one of the columns; true unless it is an update.
  bool writes_any(std::span<const char* const> columns) const;

  bool is_delete() const { return TRIGGER_FIRED_BY_DELETE(data_->tg_event); }
  bool is_update() const { return TRIGGER_FIRED_BY_UPDATE(data_->tg_event); }

  /// Whether the statement named an ordinary table that is no partition of another.
  bool stands_alone() const;
  const char* table_name() const;

  int argument_count() const { return data_->tg_trigger->tgnargs; }
  /// invalid_argument when the trigger was made without it.
  const char* argument(int index) const;

  /// internal error when missing.
  int require_column(const char* name) const;

  /// Calls body(RowView) for each row. A view, and what it points to, ends with its call.
  template <class Body>
  void for_each(Body&& body) const {
    Reader reader{*this, rows()};
    while (const HeapTuple tuple = reader.next()) body(RowView{shape(), tuple});
  }

  /// The same of the rows as they were before an update; invalid_argument when the trigger was made
  /// without OLD TABLE.
  template <class Body>
  void for_each_before(Body&& body) const {
    Reader reader{*this, rows_before()};
    while (const HeapTuple tuple = reader.next()) body(RowView{shape(), tuple});
  }

  /// Calls body(const RowView* before, const RowView* after) until both tables of the trigger are
  /// read; nullptr where one has no (more) rows. An update has its rows in the same order, unless a
  /// trigger of another partition has held back a row that moves there.
  template <class Body>
  void for_each_change(Body&& body) const {
    Reader old_rows{*this, data_->tg_oldtable};
    Reader new_rows{*this, data_->tg_newtable};
    while (true) {
      const HeapTuple before = old_rows.next();
      const HeapTuple after = new_rows.next();
      if (before == nullptr && after == nullptr) return;
      const RowView old_row{shape(), before};
      const RowView new_row{shape(), after};
      body(before != nullptr ? &old_row : nullptr, after != nullptr ? &new_row : nullptr);
    }
  }

 private:
  class Reader {
   public:
    /// Without rows there is nothing to read.
    Reader(const StatementCall& call, Tuplestorestate* rows);
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    /// The next row, or nullptr after the last.
    HeapTuple next();

   private:
    Tuplestorestate* rows_;
    TupleTableSlot* slot_ = nullptr;
    HeapTuple current_ = nullptr;
  };

  TupleDesc shape() const;
  Tuplestorestate* rows() const;
  Tuplestorestate* rows_before() const;

  TriggerData* data_;
};

}  // namespace lad::pg
