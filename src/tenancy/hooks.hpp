#pragma once

#include "pg/context.hpp"
#include "pg/key_file.hpp"
#include "pg/statement_guard.hpp"

/// What the module gives the bridge when it is loaded: how keys and tokens are read,
/// and which statements are refused.
namespace lad::tenancy {

extern const pg::KeyFileFormat kKeyFileFormat;

extern const pg::TokenRules kTokenRules;

extern const pg::StatementRule kStatementRule;

}  // namespace lad::tenancy
