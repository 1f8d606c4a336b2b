#pragma once

#include <optional>
#include <string>
#include <string_view>

/// People who sign in: what is an address, what may be a password, and how a hash is compared.
namespace lad::tenancy {

/// Work factor of new hashes: 2^kBcryptCost rounds.
constexpr int kBcryptCost = 10;

/// Throws invalid_argument unless the text is `local@domain` in ASCII: at most 254 characters, 64
/// of them local; the domain of two or more labels (RFC 5321, without quoted strings and address
/// literals).
void require_email(std::string_view email);

/// bcrypt reads 72 bytes and would take whatever follows for the same password.
bool may_be_password(std::string_view password) noexcept;

/// Throws invalid_argument unless the text is 1 to 72 bytes.
void require_password(std::string_view password);

/// The stored hash as pgcrypto computes it: `$2b$` and `$2y$`, which other libraries write, are the
/// algorithm that pgcrypto calls `$2a$`. Nothing when it is no bcrypt hash.
std::optional<std::string> normal_hash(std::string_view stored);

/// A setting to hash a password under that can match nobody's, so that it takes as long.
std::string_view decoy_setting() noexcept;

/// Whether two hashes are equal, in a time that does not tell where they differ.
bool same_hash(std::string_view a, std::string_view b) noexcept;

}  // namespace lad::tenancy
