// The key file: what is accepted, written out again and read again is the same ring.
#include <openssl/evp.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>

#include "crypto/ed25519.hpp"
#include "fuzz.hpp"
#include "tenancy/key_ring.hpp"

namespace {

using namespace lad;
using tenancy::Key;
using tenancy::KeyAlgorithm;
using tenancy::KeyRing;

const char* name_of(KeyAlgorithm algorithm) {
  switch (algorithm) {
    case KeyAlgorithm::hmac_sha256:
      return "hmac-sha256";
    case KeyAlgorithm::ed25519:
      return "ed25519";
    case KeyAlgorithm::kek:
      return "kek";
  }
  std::abort();
}

std::string format(const KeyRing& ring) {
  std::string text;
  for (const Key& key : ring.keys()) {
    std::array<unsigned char, 2 * Key::kMaxSecretSize> encoded{};
    EVP_EncodeBlock(encoded.data(), key.secret().data(), static_cast<int>(key.secret_size));
    text.append(key.kid()).append(" ").append(name_of(key.algorithm)).append(" ");
    text.append(reinterpret_cast<const char*>(encoded.data())).append("\n");
  }
  return text;
}

bool same(const Key& a, const Key& b) {
  return a.kid() == b.kid() && a.algorithm == b.algorithm &&
         std::ranges::equal(a.secret(), b.secret());
}

void check_accepted(const KeyRing& ring) {
  fuzz::require(ring.size >= 1 && ring.size <= KeyRing::kCapacity, "a ring has 1 to 16 keys");
  std::set<std::string_view> kids;
  for (const Key& key : ring.keys()) {
    fuzz::require(!key.kid().empty() && kids.insert(key.kid()).second, "kids are unique");
    fuzz::require(ring.find(key.kid()) == &key, "a key is found by its kid");
    fuzz::require(key.secret_size >= 32 && key.secret_size <= 64, "a key has 32 to 64 bytes");
    fuzz::require(
        key.algorithm != KeyAlgorithm::ed25519 || crypto::is_ed25519_public_key(key.secret()),
        "an ed25519 key is a point of full order");
  }
  const KeyRing again = tenancy::parse_key_ring(format(ring));
  fuzz::require(std::ranges::equal(ring.keys(), again.keys(), same), "format and parse agree");
}

/// No word as long as a key is repeated; messages have none of 16 letters without a blank.
void check_refusal(const std::string& text, const Error& error) {
  fuzz::require(error.code() == ErrorCode::key_unavailable, "a file is refused as unusable");
  const std::string all = error.message() + error.detail() + error.hint();
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    fuzz::require(word.size() < 16 || all.find(word) == std::string::npos, "no error shows a key");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  try {
    check_accepted(tenancy::parse_key_ring(text));
  } catch (const Error& error) {
    check_refusal(text, error);
  }
  return 0;
}
