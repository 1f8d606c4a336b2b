#include "crypto/crypto.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <climits>
#include <memory>

#include "core/error.hpp"

namespace lad::crypto {
namespace {

constexpr std::string_view kUrlAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kStandardAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::int8_t kNotInAlphabet = -1;
using DecodeTable = std::array<std::int8_t, 256>;

constexpr DecodeTable decode_table(std::string_view alphabet) {
  DecodeTable table{};
  table.fill(kNotInAlphabet);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  }
  return table;
}

constexpr DecodeTable kUrlTable = decode_table(kUrlAlphabet);
constexpr DecodeTable kStandardTable = decode_table(kStandardAlphabet);

/// Characters that unpadded base64 needs for a count of bytes.
constexpr std::size_t encoded_size(std::size_t bytes) {
  return (bytes * 8 + 5) / 6;
}

/// Decodes text, of the length that out's size demands; false for a wrong character or stray bits.
bool decode(std::string_view text, const DecodeTable& table, std::span<std::uint8_t> out) noexcept {
  std::uint32_t bits = 0;
  int count = 0;
  std::size_t at = 0;
  for (const char c : text) {
    const int value = table[static_cast<unsigned char>(c)];
    if (value == kNotInAlphabet) return false;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out[at++] = static_cast<std::uint8_t>(bits >> count);
  }
  return (bits & ((1U << count) - 1)) == 0;
}

[[noreturn]] void throw_refused(const char* what) {
  throw Error(ErrorCode::internal, std::string("OpenSSL cannot compute ") + what);
}

}  // namespace

Digest sha256(Bytes message) {
  // Fetched once for the process: OpenSSL's one-shot function looks it up each time, at three times
  // the cost of a short digest.
  static constinit EVP_MD* algorithm = nullptr;
  if (algorithm == nullptr) algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  Digest digest;
  if (algorithm == nullptr || context == nullptr ||
      EVP_DigestInit_ex(context.get(), algorithm, nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), message.data(), message.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1) {
    throw_refused("SHA-256");
  }
  return digest;
}

Digest hmac_sha256(Bytes key, Bytes message) {
  if (key.size() > INT_MAX) throw_refused("HMAC-SHA256");
  Digest digest;
  // A null key asks OpenSSL for the key of an earlier call, so an empty one needs an address.
  static constexpr std::uint8_t kEmpty = 0;
  const std::uint8_t* const key_data = key.empty() ? &kEmpty : key.data();
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key_data, static_cast<int>(key.size()), message.data(), message.size(),
           digest.data(), &size) == nullptr ||
      size != digest.size()) {
    throw_refused("HMAC-SHA256");
  }
  return digest;
}

bool equal_in_constant_time(Bytes a, Bytes b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void cleanse(std::span<std::uint8_t> memory) noexcept {
  OPENSSL_cleanse(memory.data(), memory.size());
}

std::string encode_base64url(Bytes bytes) {
  std::string text;
  text.reserve(encoded_size(bytes.size()));
  std::uint32_t bits = 0;
  int count = 0;
  for (const std::uint8_t byte : bytes) {
    bits = bits << 8 | byte;
    count += 8;
    for (; count >= 6; count -= 6) text += kUrlAlphabet[bits >> (count - 6) & 63];
  }
  if (count > 0) text += kUrlAlphabet[bits << (6 - count) & 63];
  return text;
}

bool decode_base64url(std::string_view text, std::span<std::uint8_t> out) noexcept {
  const bool sound = text.size() == encoded_size(out.size()) && decode(text, kUrlTable, out);
  if (!sound) cleanse(out);
  return sound;
}

bool decode_base64(std::string_view text, std::span<std::uint8_t> out, std::size_t& size) noexcept {
  size = 0;
  bool sound = text.size() % 4 == 0;
  for (int padding = 0; sound && padding < 2 && text.ends_with('='); ++padding) {
    text.remove_suffix(1);
  }
  const std::size_t bytes = text.size() * 6 / 8;
  sound = sound && bytes <= out.size() && decode(text, kStandardTable, out.first(bytes));
  if (!sound) {
    cleanse(out);
    return false;
  }
  size = bytes;
  return true;
}

}  // namespace lad::crypto
