#pragma once

#include <vector>

#include "catalog/store.hpp"

namespace lad::catalog {

/// Brings lad_data to what the schema files say: runs what is missing, then derives the protection
/// of every table. With `partitioned` false, tables that would be partitioned are plain, unless
/// they are partitioned already. Inside with_spi. Throws duplicate_object when a table exists with
/// other columns, privilege when the schema or a table belongs to somebody else.
std::vector<store::Action> install_schema(bool partitioned);

}  // namespace lad::catalog
