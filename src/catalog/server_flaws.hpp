#pragma once

#include <string>

/// What is known to be wrong with row-level security in minor versions of PostgreSQL 15.
namespace lad::catalog {

/// The flaws of a server, `CVE-2023-39418 (fixed in 15.4), …`; empty when none is known.
/// version: server_version_num, such as 150003.
std::string server_flaws(int version);

/// The first version without a known flaw, such as `15.20`.
std::string sound_version();

}  // namespace lad::catalog
