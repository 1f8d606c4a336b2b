#include "tenancy/key_ring.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "expect_error.hpp"

namespace lad::tenancy {
namespace {

// 32, 64 and 24 bytes of one value each.
const std::string k32 = std::string(42, 'B') + "A=";
const std::string k64 = std::string(84, 'C') + "CA==";
const std::string k24 = std::string(32, 'D');
// The public key of TEST 1 of RFC 8032.
const std::string kPublic = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

TEST(ParseKeyRing, ReadsEveryAlgorithmInOrder) {
  const KeyRing ring =
      parse_key_ring("# the keys\n\n  \t\nsecrets kek " + k32 + "\r\nold-1\thmac-sha256  " + k32 +
                     " \nNEW_2 hmac-sha256 " + k64 + "\npub ed25519 " + kPublic);
  ASSERT_EQ(ring.size, 4U);
  EXPECT_EQ(ring.keys()[0].kid(), "secrets");
  EXPECT_EQ(ring.keys()[0].algorithm, KeyAlgorithm::kek);
  EXPECT_EQ(ring.keys()[1].secret().size(), 32U);
  EXPECT_EQ(ring.keys()[2].secret().size(), 64U);
  EXPECT_EQ(ring.keys()[2].secret()[0], 0x08);
  EXPECT_EQ(ring.keys()[3].algorithm, KeyAlgorithm::ed25519);
}

TEST(KeyRing, TheFirstHmacLineSigns) {
  const KeyRing ring =
      parse_key_ring("a kek " + k32 + "\nb hmac-sha256 " + k32 + "\nc hmac-sha256 " + k64 + "\n");
  ASSERT_NE(ring.signing_key(), nullptr);
  EXPECT_EQ(ring.signing_key()->kid(), "b");
  EXPECT_EQ(parse_key_ring("a kek " + k32).signing_key(), nullptr);
}

TEST(KeyRing, FindsAKeyByItsExactName) {
  const KeyRing ring = parse_key_ring("a kek " + k32 + "\nb hmac-sha256 " + k32);
  EXPECT_EQ(ring.find("a"), &ring.keys()[0]);
  EXPECT_EQ(ring.find("b"), &ring.keys()[1]);
  for (const char* name : {"", "B", "bb", "c"}) EXPECT_EQ(ring.find(name), nullptr) << name;
}

TEST(KeyRing, AllButKeyEncryptionKeysVerify) {
  EXPECT_FALSE(KeyRing{}.can_verify());
  EXPECT_FALSE(parse_key_ring("a kek " + k32).can_verify());
  EXPECT_TRUE(parse_key_ring("a kek " + k32 + "\nb hmac-sha256 " + k32).can_verify());
  EXPECT_TRUE(parse_key_ring("a ed25519 " + kPublic).can_verify());
}

TEST(KeyRing, CleanseEmptiesIt) {
  KeyRing ring = parse_key_ring("a hmac-sha256 " + k64);
  ring.cleanse();
  EXPECT_EQ(ring.size, 0U);
  EXPECT_EQ(ring.slots[0].secret_bytes, decltype(Key::secret_bytes){});
  EXPECT_EQ(ring.slots[0].kid(), "");
}

/// Message and detail of the refusal of a file, or "accepted".
std::string refusal(const std::string& file) {
  const auto error = test::error_of([&] { parse_key_ring(file); });
  if (!error) return "accepted";
  EXPECT_EQ(error->code(), ErrorCode::key_unavailable);
  return error->message() + ": " + error->detail();
}

constexpr const char* kUnusable = " of the key file cannot be used: ";
constexpr const char* kThreeWords = "A line has three words: kid, algorithm and key.";
constexpr const char* kBadKid = "A kid has 1 to 32 letters, digits, underscores and hyphens.";
constexpr const char* kBadBase64 = "The key must be standard base64 of at most 64 bytes.";

std::string on_line(int line, const std::string& detail) {
  return "line " + std::to_string(line) + kUnusable + detail;
}

TEST(ParseKeyRing, RefusesALineOfAnotherForm) {
  EXPECT_EQ(refusal("# c\nonly"), on_line(2, kThreeWords));
  EXPECT_EQ(refusal("a hmac-sha256"), on_line(1, kThreeWords));
  EXPECT_EQ(refusal("a hmac-sha256 " + k32 + " more"), on_line(1, kThreeWords));
  EXPECT_EQ(refusal("a.b hmac-sha256 " + k32), on_line(1, kBadKid));
  EXPECT_EQ(refusal(std::string(33, 'a') + " hmac-sha256 " + k32), on_line(1, kBadKid));
  EXPECT_EQ(refusal(std::string(32, 'a') + " hmac-sha256 " + k32), "accepted");
  EXPECT_EQ(refusal("a HMAC-SHA256 " + k32),
            on_line(1, "The algorithm must be hmac-sha256, ed25519 or kek."));
  EXPECT_EQ(refusal("a hmac-sha256 " + k32 + "\n\na kek " + k32),
            on_line(3, "The kid is used by an earlier line."));
}

TEST(ParseKeyRing, RefusesABadKey) {
  EXPECT_EQ(refusal("a hmac-sha256 ****"), on_line(1, kBadBase64));
  EXPECT_EQ(refusal("a hmac-sha256 " + k32.substr(0, 43)), on_line(1, kBadBase64));
  EXPECT_EQ(refusal("a hmac-sha256 " + std::string(88, 'C')), on_line(1, kBadBase64));
  EXPECT_EQ(refusal("a hmac-sha256 " + k24),
            on_line(1, "A key for hmac-sha256 has 32 to 64 bytes."));
  EXPECT_EQ(refusal("a ed25519 " + k64), on_line(1, "A key for ed25519 has 32 to 32 bytes."));
  // 2 is the second coordinate of no point; the other two points are of order 4 and 2.
  for (const char* bad : {"AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                          "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                          "7P///////////////////////////////////////38="}) {
    EXPECT_EQ(refusal("a ed25519 " + std::string(bad)),
              on_line(1, "The key is not an Ed25519 public key of full order."));
  }
  EXPECT_EQ(refusal("a kek " + k24), on_line(1, "A key for kek has 32 to 32 bytes."));
}

TEST(ParseKeyRing, RefusesAFileWithoutKeysAndWithTooMany) {
  EXPECT_EQ(refusal(""), "the key file holds no key: ");
  EXPECT_EQ(refusal("# nothing\n\n"), "the key file holds no key: ");
  std::string file;
  for (int i = 0; i < 16; ++i) file += "k" + std::to_string(i) + " hmac-sha256 " + k32 + "\n";
  EXPECT_EQ(parse_key_ring(file).size, KeyRing::kCapacity);
  EXPECT_EQ(refusal(file + "one-more kek " + k32), on_line(17, "A key file has at most 16 keys."));
}

TEST(ParseKeyRing, NoErrorShowsAKey) {
  for (const std::string& file :
       {"a hmac-sha256 " + k24, "a bad " + k32, "a hmac-sha256 " + k32 + "!", k32,
        k32 + " hmac-sha256 x", "a hmac-sha256 " + k32 + " " + k64}) {
    const auto error = test::error_of([&] { parse_key_ring(file); });
    ASSERT_TRUE(error) << file;
    const std::string all = error->message() + error->detail() + error->hint();
    for (const char* part : {"BBBB", "CCCC", "DDDD"}) {
      EXPECT_EQ(all.find(part), std::string::npos) << all;
    }
  }
}

}  // namespace
}  // namespace lad::tenancy
