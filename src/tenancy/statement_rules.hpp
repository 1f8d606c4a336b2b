#pragma once

#include "core/statement.hpp"

/// What members of lad_app may not do on a connection that they share.
namespace lad::tenancy {

/// Throws privilege (42501) for a statement that leaks.
void require_harmless(const StatementFacts& statement);

}  // namespace lad::tenancy
