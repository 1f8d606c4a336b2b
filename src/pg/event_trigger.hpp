#pragma once

#include <vector>

#include "core/error.hpp"
#include "pg/boundary.hpp"
#include "pg/values.hpp"

/// Event triggers of DDL.
namespace lad::pg {

/// While one exists, this backend makes and alters tables that it protects by itself: the event
/// trigger has nothing to do.
class DdlHold {
 public:
  DdlHold();
  ~DdlHold();
  DdlHold(const DdlHold&) = delete;
  DdlHold& operator=(const DdlHold&) = delete;
};

/// One firing of an event trigger.
class DdlEvent {
 public:
  /// Refuses (internal) when the function is not called by an event trigger.
  explicit DdlEvent(FunctionCallInfo fcinfo);

  /// Whether the command is done; else it is about to start.
  bool is_done() const { return is_done_; }

  /// Whether the command may have brought a table or a partition: CREATE TABLE in any form,
  /// SET SCHEMA, ATTACH PARTITION. False while a DdlHold exists.
  bool brings_tables() const;

  /// What the command does to partitions, by the names it gives; a table that does not exist is
  /// left out. Also while a DdlHold exists.
  std::vector<TableId> detached() const;  ///< DETACH PARTITION, FINALIZE, DROP TABLE of any table
  std::vector<TableId> attached() const;  ///< ATTACH PARTITION
  std::vector<TableId> created() const;   ///< CREATE TABLE … PARTITION OF

 private:
  const Node* command_;
  bool is_done_;
};

}  // namespace lad::pg
