#pragma once

#include <optional>
#include <string>

#include "core/error.hpp"
#include "pg/boundary.hpp"
#include "pg/row.hpp"
#include "pg/values.hpp"

namespace lad::pg {

/// One firing of a row trigger. Columns are found by name in the row's shape, never by the
/// table's name, so a trigger works on partitions and shards alike.
class TriggerCall {
 public:
  /// Refuses (internal) when the function is not called as a trigger.
  explicit TriggerCall(FunctionCallInfo fcinfo);

  bool is_insert() const { return TRIGGER_FIRED_BY_INSERT(data_->tg_event); }
  bool is_update() const { return TRIGGER_FIRED_BY_UPDATE(data_->tg_event); }
  bool is_delete() const { return TRIGGER_FIRED_BY_DELETE(data_->tg_event); }
  bool is_truncate() const { return TRIGGER_FIRED_BY_TRUNCATE(data_->tg_event); }
  bool is_row() const { return TRIGGER_FIRED_FOR_ROW(data_->tg_event); }

  TableId table() const;

  int argument_count() const { return data_->tg_trigger->tgnargs; }
  const char* argument(int index) const { return data_->tg_trigger->tgargs[index]; }

  /// Attribute number of a column, 0 when the table has none of that name.
  int column(const char* name) const { return find_column(shape(), name); }
  /// As column, but internal error when missing.
  int require_column(const char* name) const { return pg::require_column(shape(), name); }

  bool old_is_null(int column) const { return old_row().is_null(column); }
  bool new_is_null(int column) const { return new_row().is_null(column); }
  template <class T>
  std::optional<T> old_value(int column) const {
    return old_row().get<T>(column);
  }
  template <class T>
  std::optional<T> new_value(int column) const {
    return new_row().get<T>(column);
  }
  /// Whether the column differs between old and new row, by its type's own binary image.
  bool changed(int column) const { return !old_row().equals(column, new_row(), column); }
  /// Whether any column differs between old and new row.
  bool row_changed() const;
  /// Whether two columns of the new row hold the same, NULL being equal to NULL.
  bool new_equal(int column, int other_column) const {
    return new_row().equals(column, new_row(), other_column);
  }

  /// The column of the new row as its type writes it; nothing for NULL.
  std::optional<std::string> new_text(int column) const;

  /// A BEFORE trigger's new row with some columns replaced; call several times for several.
  void set_new(int column, const Parameter& value);
  /// Builds a parameter of the column's type from a C++ value of that type.
  template <class T>
  void set_new_value(int column, const T& value) {
    set_new(column, guard([&] { return to_parameter(value); }));
  }
  void copy_new(int from_column, int to_column);

  /// What a BEFORE (the row to go on with) or an AFTER trigger (ignored) returns.
  Datum proceed() const { return PointerGetDatum(new_tuple()); }

 private:
  HeapTuple new_tuple() const {
    if (modified_ != nullptr) return modified_;
    return is_update() ? data_->tg_newtuple : data_->tg_trigtuple;
  }
  TupleDesc shape() const;
  RowView old_row() const { return {shape(), data_->tg_trigtuple}; }
  RowView new_row() const { return {shape(), new_tuple()}; }

  TriggerData* data_;
  HeapTuple modified_ = nullptr;
};

}  // namespace lad::pg
