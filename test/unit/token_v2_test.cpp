#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "crypto/crypto.hpp"
#include "ed25519_signer.hpp"
#include "expect_error.hpp"
#include "tenancy/token.hpp"

namespace lad::tenancy {
namespace {

using test::code_of;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kMaxTtl = 900 * kSecond;
constexpr std::int64_t kNow = 1'800'000'000 * kSecond;
constexpr const char* kAudience = "shop";
constexpr const char* kPublicLine = "pub ed25519 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n";

// The private keys of RFC 8032's TEST 1, which "pub" belongs to, and TEST 2.
constexpr std::array<std::uint8_t, 32> kSeed = {
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};
constexpr std::array<std::uint8_t, 32> kOtherSeed = {
    0x4c, 0xcd, 0x08, 0x9b, 0x28, 0xff, 0x96, 0xda, 0x9d, 0xb6, 0xc3, 0x46, 0xec, 0x11, 0x4e, 0x0f,
    0x5b, 0x8a, 0x31, 0x9f, 0x35, 0xab, 0xa6, 0x24, 0xda, 0x8c, 0xf6, 0xed, 0x4f, 0xb8, 0xa6, 0xfb};

const KeyRing& ring() {
  static const KeyRing keys = parse_key_ring(
      std::string("main hmac-sha256 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n") + kPublicLine +
      "other ed25519 PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n"
      "sec kek ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=\n");
  return keys;
}

Claims claims() {
  return {Uuid::parse("11111111-2222-3333-4444-555555555555"),
          Uuid::parse("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"), kNow - kSecond, kNow + 59 * kSecond,
          7};
}

std::string payload_of(const Claims& of) {
  return crypto::encode_base64url(encode_payload(of));
}

/// A token with a true signature over any head, whatever the head is.
std::string sign(const std::string& head, const std::string& audience = kAudience,
                 crypto::Bytes seed = kSeed) {
  return head + "." +
         crypto::encode_base64url(test::Ed25519Signer(seed).sign(audience + "|" + head));
}

std::string minted(const Claims& of = claims()) {
  return sign("v2.pub." + payload_of(of));
}

Claims verified(std::string_view token, const KeyRing& keys = ring()) {
  return verify(token, keys, kAudience, kNow, kMaxTtl);
}

std::string verdict(std::string_view token, const KeyRing& keys = ring()) {
  return code_of([&] { verified(token, keys); });
}

TEST(TokenV2, AKnownTokenIsAccepted) {
  // Minted independently with Python's cryptography module.
  const std::string known =
      "v2.pub.ERERESIiMzNERFVVVVVVVaqqqqq7u8zM3d3u7u7u7u4ABmUXKIk9wAAGZRcsHMTAAAAAAAAAAAc."
      "Iy7SRAzwDpq8Onna71jjc8Lnp3LDcLcuFlQg_7WmbXw29h95JyNMpZvyGX-9bm2vly4XSsSzMPlTBVcrKQnYAA";
  EXPECT_EQ(minted(), known);
  EXPECT_EQ(verified(known), claims());
}

TEST(TokenV2, RandomClaimsRoundTrip) {
  std::mt19937_64 random(37);
  for (int i = 0; i < 500; ++i) {
    Claims any;
    for (auto& byte : any.tenant.bytes) byte = static_cast<std::uint8_t>(random());
    for (auto& byte : any.user.bytes) byte = static_cast<std::uint8_t>(random());
    any.issued_at_us = kNow - static_cast<std::int64_t>(random() % kMaxTtl);
    any.expires_at_us = any.issued_at_us + kMaxTtl;
    any.epoch = static_cast<std::int64_t>(random());
    ASSERT_EQ(verified(minted(any)), any);
  }
}

TEST(TokenV2, EveryChangedCharacterIsRefused) {
  const std::string token = minted();
  for (std::size_t i = 0; i < token.size(); ++i) {
    for (const char other : std::string_view("A_.= 1")) {
      if (other == token[i]) continue;
      std::string forged = token;
      forged[i] = other;
      ASSERT_EQ(verdict(forged), "token_invalid") << i << other;
    }
    std::string forged = token;
    forged[i] = static_cast<char>(forged[i] ^ 1);
    ASSERT_EQ(verdict(forged), "token_invalid") << i;
    ASSERT_EQ(verdict(token.substr(0, i)), "token_invalid") << i;
    ASSERT_EQ(verdict(token.substr(i + 1)), "token_invalid") << i;
  }
  for (const char* extra : {" ", "\n", "=", "==", "A", ".", "AAAA"}) {
    EXPECT_EQ(verdict(token + extra), "token_invalid") << extra;
    EXPECT_EQ(verdict(extra + token), "token_invalid") << extra;
  }
}

TEST(TokenV2, StrayBitsAfterTheSignatureAreRefused) {
  const std::string token = minted();
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  // 64 bytes leave four bits of the last character unused.
  const std::size_t last = kAlphabet.find(token.back());
  ASSERT_EQ(last % 16, 0U);
  for (std::size_t stray = 1; stray < 16; ++stray) {
    const std::string other = token.substr(0, token.size() - 1) + kAlphabet[last + stray];
    EXPECT_EQ(verdict(other), "token_invalid") << stray;
  }
}

TEST(TokenV2, TheKeyChoosesTheAlgorithmAndNeverTheToken) {
  const std::string payload = payload_of(claims());
  // Truly signed by the private key, but claiming the other version.
  EXPECT_EQ(verdict(sign("v1.pub." + payload)), "token_invalid");
  // The public key used as an hmac secret, under either version.
  for (const char* version : {"v1", "v2"}) {
    const std::string head = std::string(version) + ".pub." + payload;
    const crypto::Digest mac = crypto::hmac_sha256(
        ring().keys()[1].secret(), crypto::as_bytes(std::string(kAudience) + "|" + head));
    EXPECT_EQ(verdict(head + "." + crypto::encode_base64url(mac)), "token_invalid") << version;
  }
  // A true mac of an hmac key, and a signature, in a v2 token that names the hmac key.
  const std::string head = "v2.main." + payload;
  const crypto::Digest mac = crypto::hmac_sha256(
      ring().keys()[0].secret(), crypto::as_bytes(std::string(kAudience) + "|" + head));
  EXPECT_EQ(verdict(head + "." + crypto::encode_base64url(mac)), "token_invalid");
  EXPECT_EQ(verdict(sign(head)), "token_invalid");
  EXPECT_EQ(verdict(sign("v2.sec." + payload)), "token_invalid");
}

TEST(TokenV2, OnlyTheKeyOfThatNameVerifies) {
  const std::string payload = payload_of(claims());
  EXPECT_EQ(verdict(sign("v2.other." + payload, kAudience, kOtherSeed)), "no error");
  EXPECT_EQ(verdict(sign("v2.other." + payload)), "token_invalid");
  EXPECT_EQ(verdict(sign("v2.pub." + payload, kAudience, kOtherSeed)), "token_invalid");
  EXPECT_EQ(verdict(sign("v2.gone." + payload)), "token_invalid");
  EXPECT_EQ(verdict(sign("v3.pub." + payload)), "token_invalid");
  for (const char* audience : {"", "shop2", "Shop", "shop|"}) {
    EXPECT_EQ(verdict(sign("v2.pub." + payload, audience)), "token_invalid") << audience;
  }
}

TEST(TokenV2, TimesAndTenantAreJudgedAsInV1) {
  Claims of = claims();
  of.expires_at_us = kNow;
  EXPECT_EQ(verdict(minted(of)), "token_expired");
  of.expires_at_us = of.issued_at_us + kMaxTtl + 1;
  EXPECT_EQ(verdict(minted(of)), "token_invalid");
  of = claims();
  of.issued_at_us = kNow + 6 * kSecond;
  EXPECT_EQ(verdict(minted(of)), "token_invalid");
  of = claims();
  of.tenant = Uuid{};
  EXPECT_EQ(verdict(minted(of)), "token_invalid");
}

TEST(TokenV2, ARingOfPublicKeysVerifiesAndCannotSign) {
  const KeyRing keys = parse_key_ring(kPublicLine);
  EXPECT_EQ(verified(minted(), keys), claims());
  EXPECT_EQ(keys.signing_key(), nullptr);
  EXPECT_EQ(code_of([&] { mint(claims(), keys.keys()[0], kAudience); }), "key_unavailable");
  EXPECT_EQ(verdict(mint(claims(), ring().keys()[0], kAudience), keys), "token_invalid");
}

}  // namespace
}  // namespace lad::tenancy
