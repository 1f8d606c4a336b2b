#pragma once

namespace lad::pg {

/// Whether the session writes back rows of a dump: row_security is off, as every script of pg_dump
/// sets it, and its role stands above row-level security. For any other role PostgreSQL refuses to
/// touch a protected table while row_security is off. Restored rows are taken as they were: they
/// have no effects, and the row another one refers to may come later.
bool is_restoring();

}  // namespace lad::pg
