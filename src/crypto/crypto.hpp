#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lad::crypto {

using Bytes = std::span<const std::uint8_t>;
using Digest = std::array<std::uint8_t, 32>;

/// The bytes of a text, without a copy.
inline Bytes as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// SHA-256 (FIPS 180-4). Throws Error(internal) if the library refuses.
Digest sha256(Bytes message);

/// HMAC-SHA256 (RFC 2104) with a key of any length. Throws Error(internal) if the library refuses.
Digest hmac_sha256(Bytes key, Bytes message);

/// Whether two byte strings are equal, in time that depends on their lengths alone.
bool equal_in_constant_time(Bytes a, Bytes b) noexcept;

/// Overwrites memory with zeros, which the compiler may not leave out.
void cleanse(std::span<std::uint8_t> memory) noexcept;

/// base64url without padding (RFC 4648, section 5).
std::string encode_base64url(Bytes bytes);

/// Reads base64url without padding into out. False, with out cleansed, unless the text is exactly
/// the encoding of out.size() bytes: other characters, padding, another length and non-zero bits
/// after the last byte are refused.
bool decode_base64url(std::string_view text, std::span<std::uint8_t> out) noexcept;

/// Reads standard base64 with its padding (RFC 4648, section 4) into the front of out and sets
/// size to the count of bytes. False, with out cleansed, for any text that is not the one encoding
/// of its bytes, and for more bytes than out holds.
bool decode_base64(std::string_view text, std::span<std::uint8_t> out, std::size_t& size) noexcept;

}  // namespace lad::crypto
