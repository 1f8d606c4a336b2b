#pragma once

#include "core/error.hpp"
#include "pg/boundary.hpp"

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

  /// Whether the command may have brought a table or a partition: CREATE TABLE in any form,
  /// SET SCHEMA, ATTACH PARTITION. False while a DdlHold exists.
  bool brings_tables() const;

 private:
  const Node* command_;
};

}  // namespace lad::pg
