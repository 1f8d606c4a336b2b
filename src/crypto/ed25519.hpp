#pragma once

#include <cstddef>

#include "crypto/crypto.hpp"

namespace lad::crypto {

inline constexpr std::size_t kEd25519KeySize = 32;
inline constexpr std::size_t kEd25519SignatureSize = 64;

/// Whether the bytes are a public key (RFC 8032, section 5.1.5) under which a signature means
/// something: 32 bytes, the canonical encoding of a point on the curve whose order is not small.
/// Under one of the eight points of small order anybody can sign. Throws Error(internal) if the
/// library refuses.
bool is_ed25519_public_key(Bytes key);

/// Whether the signature is the holder's of the private key over the message (pure Ed25519, RFC
/// 8032, section 5.1.7). False for a signature of another length and for a second encoding of a
/// good one. The key must be a public key as above. Throws Error(internal) if the library refuses.
bool verify_ed25519(Bytes key, Bytes message, Bytes signature);

}  // namespace lad::crypto
