#pragma once

#include <cstdint>

/// What every background worker of this library does first and while it lives.
namespace lad::pg {

/// Signals, a session in the database, and settings that neither the database nor the bootstrap
/// user may have changed for it. The session is lad_owner's afterwards; false where the database
/// has no lad_ext, which leaves the session as it is.
bool enter_database(std::uint32_t database);

/// The role that is to hold for transactions; as become in worker.hpp, by its identifier.
void become_role(std::uint32_t role);

/// Whether somebody wants the database for himself, as DROP DATABASE does, which waits only five
/// seconds for others to leave.
bool database_is_wanted();

}  // namespace lad::pg
