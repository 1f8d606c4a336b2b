#include "tenancy/token.hpp"

#include <algorithm>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "crypto/crypto.hpp"
#include "crypto/ed25519.hpp"

namespace lad::tenancy {
namespace {

constexpr std::string_view kHmacVersion = "v1";
constexpr std::string_view kEd25519Version = "v2";

[[noreturn]] void throw_invalid(const char* detail) {
  throw Error(ErrorCode::token_invalid, "token is not valid", detail);
}

/// What is signed.
std::string message_of(std::string_view audience, std::string_view head) {
  std::string message;
  message.reserve(audience.size() + 1 + head.size());
  // No head contains a bar, so no audience can pose as a part of one.
  return message.append(audience).append("|").append(head);
}

crypto::Digest mac_of(const Key& key, const std::string& message) {
  return crypto::hmac_sha256(key.secret(), crypto::as_bytes(message));
}

/// A token's four parts, and the head that the signature covers.
struct Parts {
  std::string_view version, kid, payload, signature, head;
};

Parts split(std::string_view token) {
  std::array<std::size_t, 3> dots{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '.') continue;
    if (count == dots.size()) throw_invalid("A token has four parts.");
    dots[count++] = i;
  }
  if (count != dots.size()) throw_invalid("A token has four parts.");
  const auto between = [&](std::size_t from, std::size_t to) {
    return token.substr(from + 1, to - from - 1);
  };
  return {token.substr(0, dots[0]), between(dots[0], dots[1]), between(dots[1], dots[2]),
          token.substr(dots[2] + 1), token.substr(0, dots[2])};
}

/// Whether the token is signed by that key. The key alone says how: a token of the version that
/// belongs to another algorithm is not signed by it, whatever its bytes are.
bool is_signed_by(const Key& key, const Parts& parts, std::string_view audience) {
  const std::string message = message_of(audience, parts.head);
  switch (key.algorithm) {
    case KeyAlgorithm::hmac_sha256: {
      crypto::Digest mac;
      return parts.version == kHmacVersion && crypto::decode_base64url(parts.signature, mac) &&
             crypto::equal_in_constant_time(mac, mac_of(key, message));
    }
    case KeyAlgorithm::ed25519: {
      std::array<std::uint8_t, crypto::kEd25519SignatureSize> signature;
      return parts.version == kEd25519Version &&
             crypto::decode_base64url(parts.signature, signature) &&
             crypto::verify_ed25519(key.secret(), crypto::as_bytes(message), signature);
    }
    case KeyAlgorithm::kek:
      break;
  }
  return false;
}

void check_times(const Claims& claims, std::int64_t now_us, std::int64_t max_ttl_us) {
  std::int64_t ahead_us = 0;
  const bool is_far = __builtin_sub_overflow(claims.issued_at_us, now_us, &ahead_us);
  if (claims.issued_at_us > now_us && (is_far || ahead_us > kMaxClockSkewUs)) {
    throw_invalid("The token is issued in the future.");
  }
  std::int64_t lifetime_us = 0;
  if (__builtin_sub_overflow(claims.expires_at_us, claims.issued_at_us, &lifetime_us) ||
      lifetime_us <= 0 || lifetime_us > max_ttl_us) {
    throw_invalid("The lifetime of the token is not within the permitted range.");
  }
  if (claims.expires_at_us <= now_us) throw Error(ErrorCode::token_expired, "token has expired");
}

}  // namespace

Payload encode_payload(const Claims& claims) {
  ByteWriter writer;
  writer.uuid(claims.tenant)
      .uuid(claims.user)
      .int64(claims.issued_at_us)
      .int64(claims.expires_at_us)
      .int64(claims.epoch);
  Payload payload;
  std::ranges::copy(writer.view(), payload.begin());
  return payload;
}

Claims decode_payload(std::span<const std::uint8_t, kPayloadSize> payload) {
  Claims claims;
  std::ranges::copy(payload.subspan<0, 16>(), claims.tenant.bytes.begin());
  std::ranges::copy(payload.subspan<16, 16>(), claims.user.bytes.begin());
  claims.issued_at_us = load_int64(payload.subspan<32, 8>());
  claims.expires_at_us = load_int64(payload.subspan<40, 8>());
  claims.epoch = load_int64(payload.subspan<48, 8>());
  return claims;
}

std::string mint(const Claims& claims, const Key& key, std::string_view audience) {
  if (key.algorithm != KeyAlgorithm::hmac_sha256 || key.secret_size == 0) {
    throw Error(ErrorCode::key_unavailable, "the key cannot sign tokens");
  }
  if (claims.tenant.is_nil()) {
    throw Error(ErrorCode::invalid_argument, "a token needs a tenant");
  }
  if (claims.expires_at_us <= claims.issued_at_us) {
    throw Error(ErrorCode::invalid_argument, "a token must expire after its issue");
  }
  std::string token(kHmacVersion);
  token.append(".").append(key.kid()).append(".");
  token += crypto::encode_base64url(encode_payload(claims));
  const crypto::Digest mac = mac_of(key, message_of(audience, token));
  return token.append(".").append(crypto::encode_base64url(mac));
}

std::optional<Uuid> peek_tenant(std::string_view token) noexcept {
  const std::size_t first = token.find('.');
  const std::size_t second = first == token.npos ? first : token.find('.', first + 1);
  const std::size_t third = second == token.npos ? second : token.find('.', second + 1);
  Payload payload;
  if (third == token.npos ||
      !crypto::decode_base64url(token.substr(second + 1, third - second - 1), payload)) {
    return std::nullopt;
  }
  return decode_payload(payload).tenant;
}

void require_epoch(std::int64_t epoch, std::int64_t current, bool tenant_is_open) {
  if (epoch > current || epoch < 1) throw_invalid("The epoch of the token does not exist.");
  if (epoch < current || !tenant_is_open) {
    throw Error(ErrorCode::token_revoked, "token has been revoked");
  }
}

Claims verify(std::string_view token, const KeyRing& ring, std::string_view audience,
              std::int64_t now_us, std::int64_t max_ttl_us) {
  if (!ring.can_verify()) {
    throw Error(ErrorCode::key_unavailable, "no key to verify tokens with");
  }
  if (token.size() > kMaxTokenSize) throw_invalid("A token has at most 512 bytes.");
  const Parts parts = split(token);
  if (parts.version != kHmacVersion && parts.version != kEd25519Version) {
    throw_invalid("The version of the token is not supported.");
  }
  const Key* const key = ring.find(parts.kid);
  if (key == nullptr || !is_signed_by(*key, parts, audience)) {
    throw_invalid("The token is not signed by a key in force for this database.");
  }

  Payload payload;
  if (!crypto::decode_base64url(parts.payload, payload)) {
    throw_invalid("The payload of the token is not 56 bytes in canonical base64url.");
  }
  const Claims claims = decode_payload(payload);
  if (claims.tenant.is_nil()) throw_invalid("The token names no tenant.");
  check_times(claims, now_us, max_ttl_us);
  return claims;
}

}  // namespace lad::tenancy
