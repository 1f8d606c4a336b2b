// The verifier of tokens: whatever it accepts is the one text that its claims are minted to.
#include <cstdint>
#include <string>
#include <string_view>

#include "../unit/ed25519_signer.hpp"
#include "crypto/crypto.hpp"
#include "fuzz.hpp"
#include "tenancy/token.hpp"

namespace {

using namespace lad;
using tenancy::Claims;

constexpr const char* kAudience = "shop";
constexpr std::int64_t kMaxTtl = 900'000'000;

// The private key of RFC 8032's TEST 1.
constexpr std::array<std::uint8_t, 32> kSeed = {
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};

const tenancy::KeyRing& ring() {
  static const tenancy::KeyRing keys = tenancy::parse_key_ring(
      "main hmac-sha256 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
      "pub ed25519 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n");
  return keys;
}

const test::Ed25519Signer& signer() {
  static const test::Ed25519Signer instance(kSeed);
  return instance;
}

std::string with_mac(const std::string& head) {
  const std::string message = std::string(kAudience) + "|" + head;
  return head + "." +
         crypto::encode_base64url(
             crypto::hmac_sha256(ring().keys()[0].secret(), crypto::as_bytes(message)));
}

std::string with_signature(const std::string& head) {
  return head + "." + crypto::encode_base64url(signer().sign(std::string(kAudience) + "|" + head));
}

std::string head_of(const Claims& claims, const char* start) {
  return start + crypto::encode_base64url(tenancy::encode_payload(claims));
}

Claims any_claims(FuzzedDataProvider& data) {
  tenancy::Payload payload{};
  data.ConsumeData(payload.data(), payload.size());
  return tenancy::decode_payload(payload);
}

/// Texts from quite arbitrary to nearly right, signed or not.
std::string any_token(FuzzedDataProvider& data) {
  const int mode = data.ConsumeIntegralInRange(0, 5);
  if (mode <= 2) {
    const std::string text = data.ConsumeRandomLengthString();
    return mode == 0 ? text : mode == 1 ? with_mac(text) : with_signature(text);
  }
  const Claims claims = any_claims(data);
  std::string token = mode % 2 == 1 ? with_mac(head_of(claims, "v1.main."))
                                    : with_signature(head_of(claims, "v2.pub."));
  if (mode == 5) {
    const std::size_t at = data.ConsumeIntegralInRange<std::size_t>(0, token.size());
    const std::size_t size = data.ConsumeIntegralInRange<std::size_t>(0, token.size() - at);
    token.replace(at, size, data.ConsumeRandomLengthString(8));
  }
  return token;
}

void check_accepted(std::string_view token, const Claims& claims, std::int64_t now_us) {
  const bool is_v1 = token.starts_with("v1.");
  const std::string canonical = is_v1 ? tenancy::mint(claims, ring().keys()[0], kAudience)
                                      : with_signature(head_of(claims, "v2.pub."));
  fuzz::require(token == canonical, "an accepted token is the one that its claims are minted to");
  fuzz::require(!claims.tenant.is_nil(), "an accepted token has a tenant");
  fuzz::require(claims.expires_at_us > now_us, "an accepted token is in force");
  fuzz::require(
      claims.issued_at_us <= now_us || claims.issued_at_us - now_us <= tenancy::kMaxClockSkewUs,
      "an accepted token is not issued in the future");
  fuzz::require(claims.expires_at_us - claims.issued_at_us <= kMaxTtl,
                "an accepted token lives no longer than permitted");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  FuzzedDataProvider data(bytes, size);
  // Small times too, so that the token's and the clock's can meet.
  const std::int64_t now_us = data.ConsumeBool() ? data.ConsumeIntegralInRange(0, 1'000'000'000)
                                                 : data.ConsumeIntegral<std::int64_t>();
  const std::string token = any_token(data);
  try {
    check_accepted(token, tenancy::verify(token, ring(), kAudience, now_us, kMaxTtl), now_us);
  } catch (const Error& error) {
    fuzz::require(
        error.code() == ErrorCode::token_invalid || error.code() == ErrorCode::token_expired,
        "a token is refused as invalid or expired");
  }
  return 0;
}
