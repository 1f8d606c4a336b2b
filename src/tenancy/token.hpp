#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/uuid.hpp"
#include "tenancy/key_ring.hpp"

namespace lad::tenancy {

/// What a token says. Times in µs since 1970-01-01 00:00 UTC.
struct Claims {
  Uuid tenant;
  Uuid user;  ///< nil: the token of a machine
  std::int64_t issued_at_us = 0;
  std::int64_t expires_at_us = 0;
  std::int64_t epoch = 0;  ///< the tenant's epoch when the token was issued

  bool operator==(const Claims&) const = default;
};

inline constexpr std::size_t kPayloadSize = 56;
inline constexpr std::size_t kMaxTokenSize = 512;
/// How far an issue time may lie in the future, for clocks that differ.
inline constexpr std::int64_t kMaxClockSkewUs = 5'000'000;

using Payload = std::array<std::uint8_t, kPayloadSize>;

/// The fixed layout, big-endian: tenant 16, user 16, issued at 8, expires at 8, epoch 8 bytes.
Payload encode_payload(const Claims& claims);
Claims decode_payload(std::span<const std::uint8_t, kPayloadSize> payload);

/// The token "v1.<kid>.<payload>.<mac>", payload and mac in base64url without padding,
/// mac = HMAC-SHA256(key, audience "|" everything before the last dot); about 145 characters.
/// The audience is the database's name. Throws key_unavailable (LD601) if the key is no
/// hmac-sha256 key, invalid_argument (22023) for a nil tenant or an expiry not after the issue.
std::string mint(const Claims& claims, const Key& key, std::string_view audience);

/// The claims of a token that is genuine, meant for the audience and in force at now_us: a v1 token
/// as minted above, or "v2.<kid>.<payload>.<signature>", signed over the same bytes with Ed25519 by
/// the holder of the private key. How a token must be signed, the key of that kid says: a v1 token
/// that names an ed25519 key is forged, and so is a v2 token that names an hmac-sha256 key.
///
/// Throws key_unavailable (LD601) if no key of the ring verifies tokens; token_expired (LD003) for
/// an otherwise sound token with expires_at_us <= now_us; token_invalid (LD002) for anything else:
/// more than 512 bytes, another layout, version, kid, audience or signature, an encoding that is
/// not the canonical one, a nil tenant, an issue more than 5 s in the future, an expiry not after
/// the issue, a lifetime over max_ttl_us. Nothing in the payload is read before the signature is
/// verified, and no error repeats any part of the token.
Claims verify(std::string_view token, const KeyRing& ring, std::string_view audience,
              std::int64_t now_us, std::int64_t max_ttl_us);

/// The tenant that a token says it is for, nothing of it verified; nothing if it does not say.
std::optional<Uuid> peek_tenant(std::string_view token) noexcept;

/// Throws token_revoked (LD005) for a token of an older epoch than the tenant's, or of a tenant
/// that is suspended, cancelled or deleted; token_invalid (LD002) for an epoch that does not exist.
void require_epoch(std::int64_t epoch, std::int64_t current, bool tenant_is_open);

}  // namespace lad::tenancy
