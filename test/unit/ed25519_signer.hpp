#pragma once

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string_view>

#include "crypto/ed25519.hpp"

namespace lad::test {

/// The private side, which the extension never holds. The key is RFC 8032's seed of 32 bytes.
class Ed25519Signer {
 public:
  explicit Ed25519Signer(crypto::Bytes seed)
      : key_(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()),
             &EVP_PKEY_free) {}

  std::array<std::uint8_t, crypto::kEd25519KeySize> public_key() const {
    std::array<std::uint8_t, crypto::kEd25519KeySize> key;
    std::size_t size = key.size();
    require(EVP_PKEY_get_raw_public_key(key_.get(), key.data(), &size) == 1);
    return key;
  }

  std::array<std::uint8_t, crypto::kEd25519SignatureSize> sign(std::string_view message) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free);
    std::array<std::uint8_t, crypto::kEd25519SignatureSize> signature;
    std::size_t size = signature.size();
    const crypto::Bytes bytes = crypto::as_bytes(message);
    require(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
            EVP_DigestSign(context.get(), signature.data(), &size, bytes.data(), bytes.size()) ==
                1);
    return signature;
  }

 private:
  static void require(bool worked) {
    if (!worked) throw std::runtime_error("OpenSSL refuses");
  }

  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

}  // namespace lad::test
