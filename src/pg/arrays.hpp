#pragma once

#include <string>
#include <vector>

#include "pg/args.hpp"

/// Array arguments as vectors.
namespace lad::pg {

/// The elements of an array argument (type text[], uuid[], numeric[]). Throws null_argument (22004)
/// for a NULL or an array that holds one, invalid_argument (22023) for several dimensions or more
/// than 10,000 elements.
std::vector<std::string> read_texts(const Args& args, int index, const char* name);
std::vector<Uuid> read_uuids(const Args& args, int index, const char* name);
std::vector<Decimal> read_decimals(const Args& args, int index, const char* name);

}  // namespace lad::pg
