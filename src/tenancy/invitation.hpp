#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/uuid.hpp"

/// Tokens of invitations: the tenant in the clear and 32 random bytes, of which only a hash is
/// kept.
namespace lad::tenancy {

/// Bytes of an invitation token: tenant 16, secret 32; 64 characters of base64url.
inline constexpr std::size_t kInvitationSize = 48;

std::string encode_invitation(const Uuid& tenant_id, const std::array<std::uint8_t, 32>& secret);

/// The tenant that a token names; nothing for what is no token.
std::optional<Uuid> tenant_of_invitation(std::string_view token);

/// What is stored: SHA-256 of the token in base64url.
std::string hash_invitation(std::string_view token);

}  // namespace lad::tenancy
