#include "crypto/ed25519.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "ed25519_signer.hpp"

namespace lad::crypto {
namespace {

std::vector<std::uint8_t> unhex(const std::string& text) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

struct Vector {
  const char* seed;
  const char* key;
  const char* message;
  const char* signature;
};

// RFC 8032, section 7.1: TEST 1, 2, 3 and SHA(abc).
constexpr Vector kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
     "b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
     "1d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
     "c6594a7c15e9716ed28dc027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fe"
     "ebbd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431"
     "e0303dca179c138ac17ad9bef1177331a704"},
};

TEST(Ed25519, VectorsOfRfc8032) {
  for (const Vector& vector : kVectors) {
    const auto key = unhex(vector.key);
    EXPECT_TRUE(is_ed25519_public_key(key));
    EXPECT_TRUE(verify_ed25519(key, unhex(vector.message), unhex(vector.signature)));
    EXPECT_TRUE(std::ranges::equal(test::Ed25519Signer(unhex(vector.seed)).public_key(), key));
  }
}

TEST(Ed25519, EveryChangedBitIsRefused) {
  const auto key = unhex(kVectors[2].key);
  const auto message = unhex(kVectors[2].message);
  const auto signature = unhex(kVectors[2].signature);
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    auto forged = signature;
    forged[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    ASSERT_FALSE(verify_ed25519(key, message, forged)) << bit;
  }
  for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
    auto forged = message;
    forged[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    ASSERT_FALSE(verify_ed25519(key, forged, signature)) << bit;
  }
  for (std::size_t bit = 0; bit < key.size() * 8; ++bit) {
    auto other = key;
    other[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    ASSERT_FALSE(verify_ed25519(other, message, signature)) << bit;
  }
}

TEST(Ed25519, AnotherLengthIsRefused) {
  const auto key = unhex(kVectors[0].key);
  auto signature = unhex(kVectors[0].signature);
  EXPECT_FALSE(verify_ed25519(key, {}, {}));
  EXPECT_FALSE(verify_ed25519(key, {}, Bytes(signature).first(63)));
  signature.push_back(0);
  EXPECT_FALSE(verify_ed25519(key, {}, signature));
}

TEST(Ed25519, ASecondEncodingOfASignatureIsRefused) {
  // S + L is the same number modulo the order L of the group.
  const auto order = unhex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  const auto key = unhex(kVectors[1].key);
  const auto message = unhex(kVectors[1].message);
  auto signature = unhex(kVectors[1].signature);
  ASSERT_TRUE(verify_ed25519(key, message, signature));
  int carry = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    carry += signature[32 + i] + order[i];
    signature[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  ASSERT_EQ(carry, 0);
  EXPECT_FALSE(verify_ed25519(key, message, signature));
}

TEST(Ed25519, KeysOfSmallOrderAreRefused) {
  // The eight points, and their encodings that are not canonical, as published by libsodium.
  for (const char* point : {"0000000000000000000000000000000000000000000000000000000000000000",
                            "0100000000000000000000000000000000000000000000000000000000000000",
                            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    auto key = unhex(point);
    EXPECT_FALSE(is_ed25519_public_key(key)) << point;
    key.back() |= 0x80;
    EXPECT_FALSE(is_ed25519_public_key(key)) << point << " with the sign";
  }
}

TEST(Ed25519, KeysThatAreNoPointsAreRefused) {
  std::vector<std::uint8_t> key(32);
  // Found with the equation of the curve in Python: 2 is no y of a point, 3 is one.
  key[0] = 2;
  EXPECT_FALSE(is_ed25519_public_key(key));
  key[0] = 3;
  EXPECT_TRUE(is_ed25519_public_key(key));
  EXPECT_FALSE(is_ed25519_public_key(Bytes(key).first(31)));
  key.push_back(0);
  EXPECT_FALSE(is_ed25519_public_key(key));
  EXPECT_FALSE(is_ed25519_public_key({}));
  // 3 + p, a second encoding of a good key.
  auto second = unhex("f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
  EXPECT_FALSE(is_ed25519_public_key(second));
}

TEST(Ed25519, TheKeyOfEverySignerIsGoodAndHalfOfAllBytesAreNone) {
  std::mt19937_64 random(41);
  int points = 0;
  constexpr int kRounds = 1000;
  for (int i = 0; i < kRounds; ++i) {
    std::array<std::uint8_t, kEd25519KeySize> bytes;
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    points += is_ed25519_public_key(bytes) ? 1 : 0;
    const test::Ed25519Signer signer(bytes);
    ASSERT_TRUE(is_ed25519_public_key(signer.public_key()));
    const std::string message(i, 'm');
    ASSERT_TRUE(verify_ed25519(signer.public_key(), as_bytes(message), signer.sign(message)));
    ASSERT_FALSE(
        verify_ed25519(signer.public_key(), as_bytes(message + "."), signer.sign(message)));
  }
  EXPECT_GT(points, kRounds * 2 / 5);
  EXPECT_LT(points, kRounds * 3 / 5);
}

}  // namespace
}  // namespace lad::crypto
