#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "catalog/protect.hpp"
#include "pg/values.hpp"

namespace lad::catalog {

/// What lad.protect did or found, one line for each thing the table must have.
struct ProtectAction {
  std::string object;
  std::string action;  ///< created, altered or exists
  std::string detail;
};

/// Makes the table, and all its partitions, a tenant table. Inside with_spi. Throws
/// invalid_argument for what is no table of a user, privilege unless the current role is a
/// superuser or a member of lad_owner that owns it, check_failed with every reason when the rows or
/// keys forbid it.
std::vector<ProtectAction> protect_table(pg::TableId table);

/// The tables and partitions of lad_data that the command of an event trigger made or moved there.
std::vector<pg::TableId> tables_of_command();

}  // namespace lad::catalog
