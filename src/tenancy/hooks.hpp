#pragma once

#include "pg/context.hpp"
#include "pg/key_file.hpp"

/// What the module gives the bridge when it is loaded: how keys and tokens are read.
namespace lad::tenancy {

extern const pg::KeyFileFormat kKeyFileFormat;

/// A pg::TokenVerifier.
pg::TenantContext verify_context(std::string_view token, const void* keys,
                                 std::string_view audience, std::int64_t now_us,
                                 std::int64_t max_ttl_us);

}  // namespace lad::tenancy
