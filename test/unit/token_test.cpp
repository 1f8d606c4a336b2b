#include "tenancy/token.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>

#include "crypto/crypto.hpp"
#include "expect_error.hpp"

namespace lad::tenancy {
namespace {

using test::code_of;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kMaxTtl = 900 * kSecond;
constexpr std::int64_t kNow = 1'800'000'000 * kSecond;
constexpr const char* kAudience = "shop";

const KeyRing& ring() {
  static const KeyRing keys = parse_key_ring(
      "main hmac-sha256 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
      "next hmac-sha256 ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=\n"
      "pub ed25519 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
      "sec kek ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=\n");
  return keys;
}

Claims claims() {
  return {Uuid::parse("11111111-2222-3333-4444-555555555555"),
          Uuid::parse("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"), kNow - kSecond, kNow + 59 * kSecond,
          7};
}

std::string minted(const Claims& of = claims()) {
  return mint(of, ring().keys()[0], kAudience);
}

Claims verified(std::string_view token, std::int64_t now_us = kNow) {
  return verify(token, ring(), kAudience, now_us, kMaxTtl);
}

std::string verdict(std::string_view token, std::int64_t now_us = kNow) {
  return code_of([&] { verified(token, now_us); });
}

/// A token with a true mac over any head, whatever the head is.
std::string sign(const std::string& head, const char* audience = kAudience, int key = 0) {
  const std::string message = std::string(audience) + "|" + head;
  return head + "." +
         crypto::encode_base64url(
             crypto::hmac_sha256(ring().keys()[key].secret(), crypto::as_bytes(message)));
}

std::string payload_of(const Claims& of) {
  return crypto::encode_base64url(encode_payload(of));
}

/// A token with a true mac over claims that mint would refuse.
std::string sign(const Claims& of) {
  return sign("v1.main." + payload_of(of));
}

TEST(Payload, HasTheFixedLayout) {
  const Payload payload = encode_payload(claims());
  EXPECT_EQ(payload[0], 0x11);
  EXPECT_EQ(payload[16], 0xaa);
  EXPECT_EQ(payload[55], 7);
  EXPECT_EQ(payload[32], 0x00);
  EXPECT_EQ(payload[33], static_cast<std::uint8_t>((kNow - kSecond) >> 48));
  EXPECT_EQ(decode_payload(payload), claims());
}

TEST(Token, AKnownTokenStaysTheSame) {
  // Computed independently with Python's hmac, struct and base64 modules.
  EXPECT_EQ(minted(),
            "v1.main.ERERESIiMzNERFVVVVVVVaqqqqq7u8zM3d3u7u7u7u4ABmUXKIk9wAAGZRcsHMTAAAAAAAAAAAc."
            "YVaTBQiAofPLfx38T_7C1X24Y9BmKLYsq5EBBw06eNc");
}

TEST(Token, VerifyReturnsWhatWasMinted) {
  EXPECT_EQ(verified(minted()), claims());
  Claims machine = claims();
  machine.user = Uuid{};
  EXPECT_EQ(verified(minted(machine)), machine);
  EXPECT_EQ(verified(mint(claims(), ring().keys()[1], kAudience)), claims());
}

TEST(Token, RandomClaimsRoundTrip) {
  std::mt19937_64 random(31);
  for (int i = 0; i < 20'000; ++i) {
    Claims any;
    for (auto& byte : any.tenant.bytes) byte = static_cast<std::uint8_t>(random());
    for (auto& byte : any.user.bytes) byte = static_cast<std::uint8_t>(random());
    any.issued_at_us = kNow - static_cast<std::int64_t>(random() % kMaxTtl);
    any.expires_at_us = any.issued_at_us + kMaxTtl;
    any.epoch = static_cast<std::int64_t>(random());
    ASSERT_EQ(verified(minted(any)), any);
  }
}

TEST(Token, EveryChangedCharacterIsRefused) {
  const std::string token = minted();
  constexpr std::string_view kOthers = "Ab1-_.=+/ \n~";
  for (std::size_t i = 0; i < token.size(); ++i) {
    for (const char other : kOthers) {
      if (other == token[i]) continue;
      std::string forged = token;
      forged[i] = other;
      ASSERT_EQ(verdict(forged), "token_invalid") << i << other;
    }
    for (int bit = 0; bit < 8; ++bit) {
      std::string forged = token;
      forged[i] = static_cast<char>(forged[i] ^ (1 << bit));
      ASSERT_EQ(verdict(forged), "token_invalid") << i << " bit " << bit;
    }
    ASSERT_EQ(verdict(token.substr(0, i)), "token_invalid") << i;
    ASSERT_EQ(verdict(token.substr(i + 1)), "token_invalid") << i;
  }
}

TEST(Token, TrailingAndLeadingBytesAreRefused) {
  for (const char* extra : {" ", "\n", "=", "A", ".", "AAAA"}) {
    EXPECT_EQ(verdict(minted() + extra), "token_invalid") << extra;
    EXPECT_EQ(verdict(extra + minted()), "token_invalid") << extra;
  }
  EXPECT_EQ(verdict(minted() + std::string(1, '\0')), "token_invalid");
}

TEST(Token, MalformedTextsAreRefused) {
  for (const char* text : {"", ".", "...", "....", "v1", "v1.main", "v1.main.x", "v1.main.x.",
                           "v1...", "null", "v1.main.AAAA.AAAA.AAAA"}) {
    EXPECT_EQ(verdict(text), "token_invalid") << text;
  }
}

TEST(Token, TheErrorTellsWhatIsWrongWithTheForm) {
  const auto detail = [](const std::string& token) {
    return test::error_of([&] { verified(token); })->detail();
  };
  EXPECT_EQ(detail("v1.main.x"), "A token has four parts.");
  EXPECT_EQ(detail(minted() + ".x"), "A token has four parts.");
  EXPECT_EQ(detail(sign("v1.main.AAAA")),
            "The payload of the token is not 56 bytes in canonical base64url.");
}

TEST(Token, MoreThan512BytesAreRefusedEvenIfSigned) {
  const std::string head = "v1.main.";
  constexpr std::size_t kMacSize = 43;
  const auto of_size = [&](std::size_t size) {
    return sign(head + std::string(size - head.size() - kMacSize - 1, 'A'));
  };
  ASSERT_EQ(of_size(512).size(), 512U);
  EXPECT_EQ(test::error_of([&] { verified(of_size(513)); })->detail(),
            "A token has at most 512 bytes.");
  EXPECT_NE(test::error_of([&] { verified(of_size(512)); })->detail(),
            "A token has at most 512 bytes.");
}

TEST(Token, OtherVersionsAreRefusedEvenIfSigned) {
  for (const char* version : {"v0", "v2", "v3", "V1", "v01", "", "v1 "}) {
    const std::string head = std::string(version) + ".main." + payload_of(claims());
    EXPECT_EQ(verdict(sign(head)), "token_invalid") << version;
  }
  EXPECT_EQ(verdict(sign("v2.pub." + payload_of(claims()), kAudience, 2)), "token_invalid");
}

TEST(Token, OnlyAnHmacKeyOfThatNameVerifies) {
  const std::string payload = payload_of(claims());
  EXPECT_EQ(verdict(sign("v1.next." + payload, kAudience, 1)), "no error");
  EXPECT_EQ(verdict(sign("v1.next." + payload, kAudience, 0)), "token_invalid");
  EXPECT_EQ(verdict(sign("v1.gone." + payload)), "token_invalid");
  EXPECT_EQ(verdict(sign("v1.." + payload)), "token_invalid");
  // The public key must not serve as an hmac secret, nor the key-encryption key.
  EXPECT_EQ(verdict(sign("v1.pub." + payload, kAudience, 2)), "token_invalid");
  EXPECT_EQ(verdict(sign("v1.sec." + payload, kAudience, 3)), "token_invalid");
}

TEST(Token, AnotherAudienceIsRefused) {
  const std::string head = "v1.main." + payload_of(claims());
  EXPECT_EQ(verdict(sign(head, "shop")), "no error");
  for (const char* audience : {"", "shop2", "sho", "Shop", "shop|"}) {
    EXPECT_EQ(verdict(sign(head, audience)), "token_invalid") << audience;
  }
}

TEST(Token, NonCanonicalPayloadsAreRefusedEvenIfSigned) {
  const std::string payload = payload_of(claims());
  ASSERT_EQ(payload.size(), 75U);
  // 56 bytes leave two bits of the last character unused.
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const std::size_t last = kAlphabet.find(payload.back());
  ASSERT_EQ(last % 4, 0U);
  for (std::size_t stray = 1; stray < 4; ++stray) {
    const std::string other = payload.substr(0, 74) + kAlphabet[last + stray];
    EXPECT_EQ(verdict(sign("v1.main." + other)), "token_invalid") << stray;
  }
  for (const std::string& other :
       {payload + "=", payload + "A", payload + "AAAA", payload.substr(0, 74),
        payload.substr(0, 72), std::string(), std::string(75, '!')}) {
    EXPECT_EQ(verdict(sign("v1.main." + other)), "token_invalid") << other;
  }
}

TEST(Token, TimesAreJudgedToTheMicrosecond) {
  const std::string token = minted();
  const Claims of = claims();
  EXPECT_EQ(verdict(token, of.expires_at_us - 1), "no error");
  EXPECT_EQ(verdict(token, of.expires_at_us), "token_expired");
  EXPECT_EQ(verdict(token, std::numeric_limits<std::int64_t>::max()), "token_expired");
  EXPECT_EQ(verdict(token, of.issued_at_us - 5 * kSecond), "no error");
  EXPECT_EQ(verdict(token, of.issued_at_us - 5 * kSecond - 1), "token_invalid");
  EXPECT_EQ(verdict(token, 0), "token_invalid");
}

std::string verdict_of_times(std::int64_t issued_at_us, std::int64_t expires_at_us) {
  Claims of = claims();
  of.issued_at_us = issued_at_us;
  of.expires_at_us = expires_at_us;
  return verdict(sign(of));
}

TEST(Token, LifetimesOutOfRangeAreRefusedEvenIfSigned) {
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(verdict_of_times(kNow, kNow + kMaxTtl), "no error");
  EXPECT_EQ(verdict_of_times(kNow, kNow + kMaxTtl + 1), "token_invalid");
  EXPECT_EQ(verdict_of_times(kNow, kNow), "token_invalid");
  EXPECT_EQ(verdict_of_times(kNow, kNow - 1), "token_invalid");
  EXPECT_EQ(verdict_of_times(kNow + 1, kNow), "token_invalid");
  EXPECT_EQ(verdict_of_times(kMin, kMax), "token_invalid");
  EXPECT_EQ(verdict_of_times(-kSecond, kMax), "token_invalid");
  EXPECT_EQ(verdict_of_times(kMax - 1, kMax), "token_invalid");
  EXPECT_EQ(verdict_of_times(kMin, kMin + 1), "token_expired");
  Claims far = claims();
  far.issued_at_us = kMax - 1;
  far.expires_at_us = kMax;
  EXPECT_EQ(verdict(sign(far), -kSecond), "token_invalid");
}

TEST(Token, ANilTenantIsRefused) {
  Claims of = claims();
  of.tenant = Uuid{};
  EXPECT_EQ(verdict(sign(of)), "token_invalid");
  EXPECT_EQ(code_of([&] { minted(of); }), "invalid_argument");
}

TEST(Mint, RefusesWhatVerifyCouldNotTake) {
  Claims of = claims();
  of.expires_at_us = of.issued_at_us;
  EXPECT_EQ(code_of([&] { minted(of); }), "invalid_argument");
  for (const std::size_t key : {2U, 3U}) {
    EXPECT_EQ(code_of([&] { mint(claims(), ring().keys()[key], kAudience); }), "key_unavailable");
  }
  EXPECT_EQ(code_of([&] { mint(claims(), Key{}, kAudience); }), "key_unavailable");
}

TEST(Verify, WithoutAKeyForTokensSaysSo) {
  const auto with = [](const KeyRing& keys) {
    return code_of([&] { verify(minted(), keys, kAudience, kNow, kMaxTtl); });
  };
  EXPECT_EQ(with(KeyRing{}), "key_unavailable");
  EXPECT_EQ(with(parse_key_ring("k kek ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=")),
            "key_unavailable");
}

TEST(Verify, ErrorsNeverRepeatTheToken) {
  const std::string token = minted();
  for (const std::string& bad : {token + "x", "x" + token, "v2" + token.substr(2),
                                 sign("v1.main." + payload_of(claims()) + "A")}) {
    const auto error = test::error_of([&] { verified(bad); });
    ASSERT_TRUE(error);
    const std::string all = error->message() + error->detail() + error->hint();
    for (std::size_t i = 8; i + 8 <= bad.size(); ++i) {
      ASSERT_EQ(all.find(bad.substr(i, 8)), std::string::npos) << all;
    }
  }
}

TEST(Token, TellsWhoItSaysItIsFor) {
  EXPECT_EQ(peek_tenant(minted()), claims().tenant);
  EXPECT_EQ(peek_tenant("x.y." + payload_of(claims()) + ".z"), claims().tenant);
  for (const char* const text : {"", ".", "..", "...", "v1.main.AAAA.AAAA", "v1.main.!.x"}) {
    EXPECT_EQ(peek_tenant(text), std::nullopt) << text;
  }
}

TEST(Epoch, OldOnesAreRevokedAndFutureOnesDoNotExist) {
  const auto judged = [](std::int64_t epoch, std::int64_t current, bool open) {
    return code_of([&] { require_epoch(epoch, current, open); });
  };
  EXPECT_EQ(judged(3, 3, true), "no error");
  EXPECT_EQ(judged(2, 3, true), "token_revoked");
  EXPECT_EQ(judged(3, 3, false), "token_revoked");
  EXPECT_EQ(judged(4, 3, true), "token_invalid");
  EXPECT_EQ(judged(0, 0, true), "token_invalid");
  EXPECT_EQ(judged(-1, 3, true), "token_invalid");
}

}  // namespace
}  // namespace lad::tenancy
