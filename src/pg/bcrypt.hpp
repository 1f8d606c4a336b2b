#pragma once

#include <string>

/// bcrypt by pgcrypto, found through the catalogs in whichever schema it was installed and never
/// through search_path. Inside with_spi. No password becomes part of a statement.
namespace lad::pg {

/// A new random setting (`$2a$NN$` and 22 characters of salt) of the given cost.
std::string bcrypt_salt(int cost);

/// The hash of a password under a setting, or under the setting that a hash begins with.
std::string bcrypt(const std::string& password, const std::string& setting);

}  // namespace lad::pg
