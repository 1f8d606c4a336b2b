#pragma once

#include "pg/context.hpp"
#include "pg/key_file.hpp"

/// What the module gives the bridge when it is loaded: how keys and tokens are read.
namespace lad::tenancy {

extern const pg::KeyFileFormat kKeyFileFormat;

extern const pg::TokenRules kTokenRules;

}  // namespace lad::tenancy
