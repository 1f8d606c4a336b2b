#pragma once

#include <cstdint>

#include "pg/boundary.hpp"

/// The journal of the keys of changed rows, and the hash of a row: what copies a table while it is
/// written.
namespace lad::pg {

/// The body of an AFTER row trigger whose first argument is the quoted name of a table and whose
/// others are columns: inserts their values into that table, the old ones too where they differ.
/// Acts as lad_owner, since whoever writes the row has no right on the journal. The statement is
/// planned once a session. Throws invalid_argument when it is called otherwise.
void journal_change(FunctionCallInfo fcinfo);

/// A hash of the binary images of the fields of a record, NULL being a value of its own.
std::int64_t hash_row(Datum record);

}  // namespace lad::pg
