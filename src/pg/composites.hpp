#pragma once

#include "pg/args.hpp"
#include "pg/spi.hpp"

/// Array arguments whose elements are rows.
namespace lad::pg {

/// The elements of an array argument of a composite type, as rows of that type. Throws
/// null_argument (22004) for a NULL or an array that holds one, invalid_argument (22023) for
/// several dimensions or more than 10,000 elements. Valid as long as the call's memory.
Rows read_composites(const Args& args, int index, const char* name);

}  // namespace lad::pg
