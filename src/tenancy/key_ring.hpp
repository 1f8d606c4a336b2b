#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace lad::tenancy {

/// What a key of the key file is for.
enum class KeyAlgorithm : std::uint8_t {
  hmac_sha256,  ///< "hmac-sha256": signs and verifies tokens of version v1; 32 to 64 bytes
  ed25519,      ///< "ed25519": a public key, verifies tokens of version v2; 32 bytes
  kek,          ///< "kek": encrypts data keys; 32 bytes
};

/// One key with its name. Plain old data.
struct Key {
  static constexpr std::size_t kMaxKidSize = 32;
  static constexpr std::size_t kMaxSecretSize = 64;

  std::array<char, kMaxKidSize> kid_text{};
  std::uint8_t kid_size = 0;
  KeyAlgorithm algorithm = KeyAlgorithm::hmac_sha256;
  std::uint8_t secret_size = 0;
  std::array<std::uint8_t, kMaxSecretSize> secret_bytes{};

  std::string_view kid() const noexcept { return {kid_text.data(), kid_size}; }
  std::span<const std::uint8_t> secret() const noexcept {
    return {secret_bytes.data(), secret_size};
  }
};

/// All keys in force, in the order of the key file. Trivially copyable, of fixed size and without
/// pointers, so it may live in shared memory. Whoever drops a copy cleanses it first.
struct KeyRing {
  static constexpr std::size_t kCapacity = 16;

  std::array<Key, kCapacity> slots{};
  std::size_t size = 0;

  std::span<const Key> keys() const noexcept { return {slots.data(), size}; }

  /// The key of that name, or null. What it is for, its line in the file says and nobody else.
  const Key* find(std::string_view kid) const noexcept;

  /// The first hmac-sha256 key, which signs; or null.
  const Key* signing_key() const noexcept;

  /// Whether any key verifies tokens.
  bool can_verify() const noexcept;

  /// Overwrites every key with zeros and empties the ring.
  void cleanse() noexcept;
};

/// Reads the text of a key file: lines "kid algorithm base64-key", separated by blanks; empty lines
/// and lines starting with # are skipped. A kid is 1 to 32 of A-Z a-z 0-9 _ - and unique.
/// Throws Error(key_unavailable, LD601) naming the line and never a key; also for an ed25519 key
/// that is no point of the curve or one of small order, for a file without any key and for more
/// than 16.
KeyRing parse_key_ring(std::string_view file_text);

}  // namespace lad::tenancy
