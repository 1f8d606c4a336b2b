#pragma once

#include <cstddef>
#include <string_view>

#include "pg/postgres.hpp"

/// Ignoring case as the built-in ILIKE does: by lower() of a collation.
namespace lad::pg {

struct Folding {
  Oid collation = InvalidOid;
  bool is_usable = false;  ///< false where ILIKE raises: no collation, or a nondeterministic one
  bool keeps_ascii_simple = false;  ///< A-Z to a-z and nothing else, in text that is all ASCII
};

/// Call it inside a guard. Looking a collation up may raise or warn, once for a session: the
/// planner does it, before any row is read.
Folding find_folding(Oid collation);

/// The text in lower case, in the current memory context. Call it inside a guard, with a usable
/// folding.
std::string_view fold(const Folding& folding, std::string_view text);

/// Bytes of the character at `at` in the database's encoding, at least 1 and never past `end`.
std::size_t character_length(const char* at, const char* end);

bool database_is_utf8();
bool database_is_single_byte();

}  // namespace lad::pg
