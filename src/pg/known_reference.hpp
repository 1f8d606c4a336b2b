#pragma once

#include "pg/postgres.hpp"

namespace lad::pg {

/// Spares a table the check of one foreign key while a statement adds rows whose reference is known
/// to hold, because the transaction has locked a row that has the same reference. PostgreSQL would
/// run a query for each row, and lock and log the row that all of them refer to.
///
/// The foreign key itself, and its check when the referenced row goes, stay as they are.
class KnownReference {
 public:
  /// Both names in lad_data.
  KnownReference(const char* table, const char* referenced);
  ~KnownReference();
  KnownReference(const KnownReference&) = delete;
  KnownReference& operator=(const KnownReference&) = delete;

  /// Closes the table after the statement. After an error its transaction does it.
  void close();

 private:
  Relation relation_;
  Oid constraint_ = InvalidOid;  ///< that is spared; none when its check was off already
};

}  // namespace lad::pg
